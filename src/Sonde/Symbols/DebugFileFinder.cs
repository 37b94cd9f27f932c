using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;

namespace Sonde.Symbols;

/// <summary>
/// Looks for the separate debug file of an image as gdb does ("Separate Debug Files" in its manual): the files that the user
/// names, the build-id directories, then what <c>.gnu_debuglink</c> names. Not read: dwz, dwo and debuginfod.
/// </summary>
internal sealed class DebugFileFinder(DebugFileOptions options)
{
    private const string SystemDirectory = "/usr/lib/debug";

    /// <summary>Finds the debug file of an image.</summary>
    /// <param name="elf">The image.</param>
    /// <param name="path">Its path as its process sees it.</param>
    /// <param name="root">The root directory of its process, with no slash at the end; empty for our own.</param>
    /// <param name="places">Every place that was looked at, with what was wrong there.</param>
    /// <returns>Null when there is none.</returns>
    public DebugFile? Find(ElfImage elf, string path, string root, List<string> places)
    {
        byte[]? buildId = Notes.GnuBuildId(elf);
        foreach (string named in options.Files)
        {
            if (TryOpen(named, elf, buildId, null, true, places) is { } file)
                return file;
        }

        if (DebugInfo.Open(elf).Exists)
            return null;
        foreach (string candidate in ByBuildId(buildId, root))
        {
            if (TryOpen(candidate, elf, buildId, null, false, places) is { } file)
                return file;
        }

        if (DebugLink.Read(elf) is not { } link)
            return null;
        foreach (string candidate in ByLink(link, path, root))
        {
            if (TryOpen(candidate, elf, buildId, link.Crc, false, places) is { } file)
                return file;
        }

        return null;
    }

    private IEnumerable<string> ByBuildId(byte[]? buildId, string root)
    {
        if (buildId is not { Length: > 1 })
            yield break;
        string hex = Convert.ToHexStringLower(buildId);
        string file = $".build-id/{hex[..2]}/{hex[2..]}.debug";
        foreach (string directory in Directories(root))
            yield return Path.Join(directory, file);
    }

    private IEnumerable<string> ByLink(DebugLink link, string path, string root)
    {
        // The name comes out of the file: no way out of the directories that are searched.
        string name = Path.GetFileName(link.FileName);
        if (name.Length == 0 || name is "." or "..")
            yield break;
        string own = Path.GetDirectoryName(ProcessRoot.Inside(root, path)) ?? "/";
        yield return ProcessRoot.Resolve(root, Path.Join(own, name));
        yield return ProcessRoot.Resolve(root, Path.Join(own, ".debug", name));
        foreach (string directory in Directories(root))
            yield return Path.Join(directory, own, name);
        foreach (string directory in options.Directories)
            yield return Path.Join(directory, name);
    }

    private IEnumerable<string> Directories(string root)
    {
        foreach (string directory in options.Directories)
            yield return directory;
        if (root.Length > 0)
            yield return ProcessRoot.Resolve(root, SystemDirectory);
        yield return SystemDirectory;
    }

    private static DebugFile? TryOpen(string path, ElfImage elf, byte[]? buildId, uint? crc, bool isNamed, List<string> places)
    {
        FileByteSource? source = null;
        try
        {
            if (!File.Exists(path))
                return Refuse("not there");
            source = new FileByteSource(path);
            ElfImage candidate = ElfImage.Open(source);
            if (WhyNot(elf, candidate, buildId, crc, source, isNamed) is { } reason)
                return Refuse(reason);
            places.Add(path);
            return new DebugFile(path, source, candidate);
        }
        catch (BinaryFormatException e)
        {
            return Refuse(e.Message);
        }
        catch (IOException e)
        {
            return Refuse(e.Message);
        }
        catch (UnauthorizedAccessException)
        {
            return Refuse("may not be read");
        }

        DebugFile? Refuse(string reason)
        {
            source?.Dispose();
            places.Add($"{path} ({reason})");
            return null;
        }
    }

    private static string? WhyNot(ElfImage elf, ElfImage candidate, byte[]? buildId, uint? crc, FileByteSource source, bool isNamed)
    {
        if (!DebugInfo.Open(candidate).Exists && candidate.Symbols.Count <= 1)
            return "has neither debug information nor symbols";
        byte[]? other = Notes.GnuBuildId(candidate);
        if (buildId is not null && other is not null)
            return buildId.AsSpan().SequenceEqual(other) ? null : "of another build: the build ids differ";
        if (crc is { } wanted)
            return Crc32.Compute(source) == wanted ? null : "of another build: the checksum differs";
        return isNamed && SameCode(elf, candidate) ? null : "of another build: no build id, and its code does not lie at the same addresses";
    }

    /// <summary>Without a build id: <c>objcopy --only-keep-debug</c> keeps the headers of all sections, so the code must be equally long and placed.</summary>
    private static bool SameCode(ElfImage elf, ElfImage candidate)
    {
        var code = elf.Sections.Where(s => (s.Flags & SectionFlags.SHF_EXECINSTR) != 0).Select(s => (s.Name, s.Address, s.Size)).ToHashSet();
        return code.Count > 0
            && code.SetEquals(candidate.Sections.Where(s => (s.Flags & SectionFlags.SHF_EXECINSTR) != 0).Select(s => (s.Name, s.Address, s.Size)));
    }
}
