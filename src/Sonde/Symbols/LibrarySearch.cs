using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.Symbols;

/// <summary>Finds shared libraries by path, file name or soname.</summary>
internal static class LibrarySearch
{
    private const int MaximumIncludes = 16;

    // What the dynamic loader looks at when nothing else is configured (ld.so(8)), with Debian's and Fedora's variants.
    private static readonly string[] SystemDirectories = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"];

    /// <summary>
    /// The mapped file that a name means: its path, its file name, that without its version (<c>libc.so</c>, <c>libc</c>), or its soname.
    /// </summary>
    /// <param name="process">The process.</param>
    /// <param name="mappings">Its mappings.</param>
    /// <param name="name">The name.</param>
    public static Mapping? Find(int process, IReadOnlyList<Mapping> mappings, string name)
    {
        List<Mapping> files = [.. mappings.Where(m => m.IsExecutable).DistinctBy(m => m.Identity)];
        foreach (Func<Mapping, bool> fits in (Func<Mapping, bool>[])[
            m => m.Path == name,
            m => Path.GetFileName(m.Path) == name,
            m => name.Contains('/') && m.Path.EndsWith("/" + name.TrimStart('.', '/'), StringComparison.Ordinal),
            m => IsVersionOf(Path.GetFileName(m.Path), name),
            m => SoNameOf(OpenPath(process, m)) is { } soName && (soName == name || IsVersionOf(soName, name))])
        {
            if (files.Where(fits).ToList() is [var found, ..])
                return found;
        }

        return null;
    }

    /// <summary>The path through which the very file that is mapped can be opened, whatever is at its path now and whoever's root directory that is.</summary>
    public static string OpenPath(int process, in Mapping mapping)
    {
        // Needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE; the path will do where the file was not replaced.
        string link = $"/proc/{process}/map_files/{mapping.Range}";
        string root = $"/proc/{process}/root";
        return mapping.IsDeleted || CanOpen(link) ? link : ProcessRoot.Resolve(root, ProcessRoot.Inside(root, mapping.Path));
    }

    /// <summary>The library that a program would load, for programs that do not run yet; null when there is none.</summary>
    /// <param name="program">The program.</param>
    /// <param name="programPath">Its path.</param>
    /// <param name="name">A path, file name or soname.</param>
    /// <param name="root">The root directory of the process, empty for our own.</param>
    /// <returns>Its path below that root.</returns>
    public static string? Find(ElfImage program, string programPath, string name, string root = "")
    {
        if (name.Contains('/'))
            return File.Exists(ProcessRoot.Resolve(root, Path.GetFullPath(name))) ? Path.GetFullPath(name) : null;
        IReadOnlyList<string> directories = [.. RunPath(program, ProcessRoot.Inside(root, programPath)), .. Configured("/etc/ld.so.conf", root, 0), .. SystemDirectories];
        IEnumerable<string> names = program.Dynamic.Needed.Where(n => n == name || IsVersionOf(n, name)).Append(name).Distinct();
        return names.SelectMany(n => directories.Select(d => Path.Join(d, n))).FirstOrDefault(p => File.Exists(ProcessRoot.Resolve(root, p)));
    }

    // libssl.so.3 is a version of libssl.so and of libssl.
    private static bool IsVersionOf(string file, string name) =>
        name.Length > 3 && name.StartsWith("lib", StringComparison.Ordinal)
        && (file.StartsWith(name + ".so", StringComparison.Ordinal) || (name.EndsWith(".so", StringComparison.Ordinal) && file.StartsWith(name + ".", StringComparison.Ordinal)));

    private static string? SoNameOf(string path)
    {
        try
        {
            using var source = new FileByteSource(path);
            return ElfImage.Open(source).Dynamic.SoName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BinaryFormatException)
        {
            return null;
        }
    }

    private static bool CanOpen(string path)
    {
        try
        {
            using var source = new FileByteSource(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<string> RunPath(ElfImage program, string programPath)
    {
        string origin = Path.GetDirectoryName(programPath) ?? "/";
        foreach (DynamicTag tag in (ReadOnlySpan<DynamicTag>)[DynamicTag.DT_RPATH, DynamicTag.DT_RUNPATH])
        {
            if (!program.Dynamic.TryGet(tag, out ulong offset) || program.Dynamic.Strings is not { } strings || offset >= (ulong)strings.Length)
                continue;
            string path = System.Text.Encoding.UTF8.GetString(strings.ReadCString((long)offset));
            return path.Replace("$ORIGIN", origin, StringComparison.Ordinal).Replace("${ORIGIN}", origin, StringComparison.Ordinal)
                .Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Concat((Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));
        }

        return (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Configured(string file, string root, int depth)
    {
        string opened = ProcessRoot.Resolve(root, file);
        if (depth > MaximumIncludes || !File.Exists(opened))
            yield break;
        foreach (string line in File.ReadAllLines(opened))
        {
            string text = line.Split('#')[0].Trim();
            if (text.StartsWith("include ", StringComparison.Ordinal))
            {
                string pattern = Path.Combine("/etc", text["include ".Length..].Trim()), directory = Path.GetDirectoryName(pattern)!;
                string there = ProcessRoot.Resolve(root, directory);
                foreach (string included in Directory.Exists(there) ? Directory.GetFiles(there, Path.GetFileName(pattern)).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
                {
                    foreach (string found in Configured(Path.Join(directory, Path.GetFileName(included)), root, depth + 1))
                        yield return found;
                }
            }
            else if (text.StartsWith('/'))
            {
                yield return text;
            }
        }
    }
}
