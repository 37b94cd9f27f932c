namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// What the line programs of a file say of one source file: which lines have code, and the units that have it. Programs run
/// only in units that name the file.
/// </summary>
internal sealed class FileLines
{
    private readonly SortedDictionary<string, SortedSet<int>> _lines = new(StringComparer.Ordinal);
    private readonly List<UnitHeader> _units = [];

    private FileLines()
    {
    }

    /// <summary>Lines that have code, by the path of their file. Calls of inlined functions may be on others.</summary>
    public IReadOnlyDictionary<string, SortedSet<int>> Lines => _lines;

    /// <summary>Units that name the file, in the order of the section.</summary>
    public IReadOnlyList<UnitHeader> Units => _units;

    /// <summary>Reads the programs of units that name a file whose path ends in <paramref name="suffix"/>, in parallel.</summary>
    public static FileLines Read(DebugInfo info, string suffix)
    {
        var found = new FileLines();
        var tail = SourcePath.Normal(suffix);
        UnitScan.ForEach(info, (unit, _) =>
        {
            if (unit.Lines is not { } lines) return;
            var paths = new string?[lines.Files.Count];
            var any = false;
            for (var i = 0; i < paths.Length; i++)
            {
                if (!SourcePath.Matches(lines.Files[i].Path, tail)) continue;
                paths[i] = SourcePath.Normal(lines.Files[i].Path);
                any = true;
            }

            if (!any) return;
            var own = new Dictionary<string, HashSet<int>>();
            foreach (ref readonly var row in lines.Table.Rows)
            {
                if (row.File < 0 || paths[row.File] is not { } path || row.Line <= 0 || row.EndSequence || !info.Image.IsExecutable(row.Address)) continue;
                if (!own.TryGetValue(path, out var set)) own.Add(path, set = []);
                set.Add(row.Line);
            }

            lock (found)
            {
                found._units.Add(unit.Header);
                foreach (var (path, set) in own)
                {
                    if (!found._lines.TryGetValue(path, out var all)) found._lines.Add(path, all = []);
                    all.UnionWith(set);
                }
            }
        });
        found._units.Sort(static (a, b) => a.Offset.Value.CompareTo(b.Offset.Value));
        return found;
    }

    /// <summary>
    /// The out-of-line functions of a unit that have code of wanted lines of a file, or inline a call on one; with these lines.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="path">The file, as <see cref="SourcePath.Normal"/> writes it.</param>
    /// <param name="wants">Which lines.</param>
    public static Dictionary<Die, SortedSet<int>> FunctionsOf(Unit unit, string path, Func<int, bool> wants)
    {
        var found = new Dictionary<Die, SortedSet<int>>();
        if (unit.Lines is not { } lines) return found;
        var isFile = new bool[lines.Files.Count];
        for (var i = 0; i < isFile.Length; i++) isFile[i] = SourcePath.Normal(lines.Files[i].Path) == path;
        foreach (ref readonly var row in lines.Table.Rows)
        {
            if (row.File < 0 || !isFile[row.File] || row.EndSequence || !wants(row.Line)) continue;
            foreach (var function in unit.Index.FunctionsAt(row.Address)) Add(function, row.Line);
        }

        var around = new Stack<(Die Function, int Depth)>();
        var cursor = new DieCursor(unit.Root);
        while (cursor.Next())
        {
            if (cursor.Tag is not (DW_TAG.DW_TAG_subprogram or DW_TAG.DW_TAG_inlined_subroutine)) continue;
            while (around.Count > 0 && around.Peek().Depth >= cursor.Depth) around.Pop();
            if (cursor.Tag == DW_TAG.DW_TAG_subprogram)
            {
                around.Push((cursor.Current, cursor.Depth));
                continue;
            }

            var (file, line) = CallOf(cursor, unit);
            if (around.Count == 0 || line is <= 0 or > int.MaxValue || !wants((int)line) || lines.FileIndex((ulong)file) is not (>= 0 and var index) || !isFile[index]) continue;
            if (RangeList.Of(around.Peek().Function).Count > 0 && RangeList.Of(cursor.Current).Count > 0) Add(around.Peek().Function, (int)line);
        }

        return found;

        void Add(Die function, int line)
        {
            if (!found.TryGetValue(function, out var set)) found.Add(function, set = []);
            set.Add(line);
        }
    }

    // One pass over the attributes, for there may be a hundred thousand copies in a unit.
    private static (long File, long Line) CallOf(in DieCursor cursor, Unit unit)
    {
        long file = -1, line = 0;
        var attributes = cursor.AttributeCursor;
        foreach (ref readonly var spec in unit.Abbreviations.Attributes(cursor.Abbreviation))
        {
            switch (spec.Name)
            {
                case DW_AT.DW_AT_call_file: file = Forms.Length(AttributeValue.Read(ref attributes, spec, unit).Raw); break;
                case DW_AT.DW_AT_call_line: line = Forms.Length(AttributeValue.Read(ref attributes, spec, unit).Raw); break;
                default: Forms.Skip(ref attributes, spec, unit.Header); break;
            }
        }

        return (file, line);
    }
}
