using System.Globalization;

namespace Sonde.Symbols;

/// <summary>A part of the memory of a process: a line of <c>/proc/PID/maps</c> (proc_pid_maps(5)).</summary>
/// <param name="Start">Its first address.</param>
/// <param name="End">The address behind its last.</param>
/// <param name="IsExecutable">Whether it is code.</param>
/// <param name="Offset">Where in the file it begins.</param>
/// <param name="Identity">The file; inode 0 when it is none.</param>
/// <param name="Path">Where the file was when it was mapped, as the process sees it; or what the kernel calls it: <c>[vdso]</c>, empty.</param>
/// <param name="IsDeleted">Whether the file has no name any more.</param>
internal readonly record struct Mapping(ulong Start, ulong End, bool IsExecutable, long Offset, ImageIdentity Identity, string Path, bool IsDeleted)
{
    private const string Deleted = " (deleted)";

    /// <summary>Whether the process may not write there, and what others write to the file by a mapping of their own is not seen.</summary>
    public bool IsPrivateAndReadOnly { get; init; }

    /// <summary>Whether it is of a file.</summary>
    public bool IsFile => Identity.Inode != 0 && Path.StartsWith('/');

    /// <summary>Its name in <c>/proc/PID/map_files</c>.</summary>
    public string Range => string.Create(CultureInfo.InvariantCulture, $"{Start:x}-{End:x}");

    /// <summary>The files in the memory of a process, in order of address.</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static IReadOnlyList<Mapping> Of(int process) => [.. All(process).Where(m => m.IsFile)];

    /// <summary>Everything in the memory of a process, in order of address.</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static IReadOnlyList<Mapping> All(int process)
    {
        var mappings = new List<Mapping>();
        foreach (string line in File.ReadLines($"/proc/{process}/maps"))
        {
            if (Parse(line) is { } mapping)
                mappings.Add(mapping);
        }

        return mappings;
    }

    /// <summary>Whether an address lies in it.</summary>
    public bool Contains(ulong address) => address >= Start && address < End;

    /// <summary>One line; null when it is none.</summary>
    internal static Mapping? Parse(string line)
    {
        // 7f0000000000-7f0000001000 r-xp 00000000 08:01 1234    /path with blanks
        string[] words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 5 || words[0].Split('-') is not [var start, var end] || words[1].Length < 4
            || !TryHex(start, out ulong from) || !TryHex(end, out ulong to) || to < from
            || !TryHex(words[2], out ulong offset) || offset > long.MaxValue || !ulong.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
            return null;
        string path = words.Length == 6 ? words[5].TrimStart().Replace("\\012", "\n", StringComparison.Ordinal) : "";
        bool deleted = path.EndsWith(Deleted, StringComparison.Ordinal);
        return new Mapping(from, to, words[1][2] == 'x', (long)offset, new ImageIdentity(words[3], inode), deleted ? path[..^Deleted.Length] : path, deleted)
        {
            IsPrivateAndReadOnly = words[1] is [_, '-', _, 'p', ..],
        };
    }

    private static bool TryHex(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
}
