using System.Collections.Concurrent;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>A line of a file, in one unit.</summary>
internal readonly record struct LineHit(int Unit, string Path, LineRow Row);

/// <summary>
/// FILE:LINE over a whole file. Only the file tables of all units are read; programs run only in units that name the file.
/// </summary>
internal static class LineScan
{
    /// <summary>
    /// Where a line begins, in all units whose path of the file ends in <paramref name="suffix"/> at a directory border. In order of unit and address.
    /// </summary>
    public static List<LineHit> Find(DebugInfo info, string suffix, int line, CancellationToken cancellation = default)
    {
        var found = new List<LineHit>();
        ForEachFile(info, suffix, (lines, unit, file) =>
        {
            var starts = lines.Table.StartsOf(file, line);
            lock (found)
            {
                foreach (var row in starts) found.Add(new LineHit(unit, lines.Files[file].Path, row));
            }
        }, cancellation);
        found.Sort(static (a, b) => a.Unit != b.Unit ? a.Unit.CompareTo(b.Unit) : a.Row.Address.CompareTo(b.Row.Address));
        return found;
    }

    /// <summary>Lines that have code, by path: what a listing of a file shows.</summary>
    public static SortedDictionary<string, SortedSet<int>> Lines(DebugInfo info, string suffix, CancellationToken cancellation = default)
    {
        var found = new SortedDictionary<string, SortedSet<int>>(StringComparer.Ordinal);
        ForEachFile(info, suffix, (lines, _, file) =>
        {
            var path = lines.Files[file].Path;
            lock (found)
            {
                if (!found.TryGetValue(path, out var set)) found[path] = set = [];
                foreach (ref readonly var row in lines.Table.Rows)
                {
                    if (row.File == file && row.Line > 0 && row.IsStatement && !row.EndSequence && info.Image.IsExecutable(row.Address)) set.Add(row.Line);
                }
            }
        }, cancellation);
        return found;
    }

    /// <summary>Whether a path ends in a suffix that begins at a directory border.</summary>
    public static bool Matches(string path, string suffix) => SourcePath.Matches(path, SourcePath.Normal(suffix));

    private static void ForEachFile(DebugInfo info, string suffix, Action<LineProgram, int, int> visit, CancellationToken cancellation)
    {
        // Units may share a program (type units do): each is run once.
        var seen = new ConcurrentDictionary<long, int>();
        UnitScan.ForEach(info, (unit, index) =>
        {
            if (unit.LinesOffset is not { } offset || !seen.TryAdd(offset, index) || unit.Lines is not { } lines) return;
            for (var i = 0; i < lines.Files.Count; i++)
            {
                // Version 5 lists the primary file twice; rows may use either number.
                if (Matches(lines.Files[i].Path, suffix)) visit(lines, index, i);
            }
        }, cancellation);
    }
}
