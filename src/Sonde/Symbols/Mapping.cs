using System.Globalization;

namespace Sonde.Symbols;

/// <summary>A part of a file in the memory of a process: a line of <c>/proc/PID/maps</c> (proc_pid_maps(5)).</summary>
/// <param name="Range">The addresses as the file writes them, which is the name in <c>/proc/PID/map_files</c>.</param>
/// <param name="IsExecutable">Whether it is code.</param>
/// <param name="Identity">The file.</param>
/// <param name="Path">Where the file was when it was mapped, as the process sees it.</param>
/// <param name="IsDeleted">Whether the file has no name any more.</param>
internal readonly record struct Mapping(string Range, bool IsExecutable, ImageIdentity Identity, string Path, bool IsDeleted)
{
    private const string Deleted = " (deleted)";

    /// <summary>The files in the memory of a process, in order of address.</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static IReadOnlyList<Mapping> Of(int process)
    {
        var mappings = new List<Mapping>();
        foreach (string line in File.ReadLines($"/proc/{process}/maps"))
        {
            if (Parse(line) is { } mapping)
                mappings.Add(mapping);
        }

        return mappings;
    }

    /// <summary>One line; null when it is not of a file.</summary>
    internal static Mapping? Parse(string line)
    {
        // 7f0000000000-7f0000001000 r-xp 00000000 08:01 1234    /path with blanks
        string[] words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 6 || words[1].Length < 4 || !ulong.TryParse(words[4], CultureInfo.InvariantCulture, out ulong inode) || inode == 0)
            return null;
        string path = words[5].TrimStart().Replace("\\012", "\n", StringComparison.Ordinal);
        if (!path.StartsWith('/'))
            return null;
        bool deleted = path.EndsWith(Deleted, StringComparison.Ordinal);
        return new Mapping(words[0], words[1][2] == 'x', new ImageIdentity(words[3], inode), deleted ? path[..^Deleted.Length] : path, deleted);
    }
}
