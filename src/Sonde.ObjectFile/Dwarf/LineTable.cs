using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>The rows of one line program, sequences sorted by address: address to line, and line to addresses. Immutable.</summary>
internal sealed class LineTable
{
    /// <summary>Rows that one unit may have: a bound on memory, ten times what large real units have.</summary>
    private const int MaxRows = 4 << 20;

    private readonly LineRow[] _rows;

    private LineTable(LineRow[] rows) => _rows = rows;

    public ReadOnlySpan<LineRow> Rows => _rows;

    internal static LineTable Build(LineProgram program)
    {
        var rows = new List<LineRow>();
        var sequences = new List<(ulong Start, int First, int Count)>();
        var reader = program.Rows();
        var first = 0;
        while (reader.Next())
        {
            if (rows.Count >= MaxRows) Malformed.Budget(program.Section.Name, program.Offset, "too many rows");
            rows.Add(reader.Current);
            if (!reader.Current.EndSequence) continue;
            sequences.Add((rows[first].Address.Value, first, rows.Count - first));
            first = rows.Count;
        }

        // Rows behind the last end_sequence belong to no sequence: there is no telling where their code ends.
        sequences.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.First.CompareTo(b.First));
        var sorted = new LineRow[first];
        var at = 0;
        foreach (var (_, from, count) in sequences)
        {
            rows.CopyTo(from, sorted, at, count);
            at += count;
        }

        return new LineTable(sorted);
    }

    /// <summary>
    /// The row that describes an address: the last one at or before it in its sequence. False when no sequence covers the address.
    /// </summary>
    public bool TryFind(FileAddress address, out LineRow row)
    {
        int low = 0, high = _rows.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_rows[middle].Address <= address) low = middle + 1;
            else high = middle;
        }

        row = low > 0 ? _rows[low - 1] : default;
        return low > 0 && !row.EndSequence;
    }

    /// <summary>Rows whose address lies in a range, in order.</summary>
    public ReadOnlySpan<LineRow> In(AddressRange range)
    {
        int start = LowerBound(range.Start), end = LowerBound(range.End);
        return start < end ? _rows.AsSpan(start, end - start) : default;
    }

    /// <summary>
    /// Addresses where a line begins: of each run of rows for it within its sequence the first, statements only unless there are none.
    /// </summary>
    public List<LineRow> StartsOf(int file, int line)
    {
        var found = new List<LineRow>();
        foreach (var statementsOnly in (ReadOnlySpan<bool>)[true, false])
        {
            for (var i = 0; i < _rows.Length; i++)
            {
                ref readonly var row = ref _rows[i];
                if (row.File != file || row.Line != line || row.EndSequence || statementsOnly && !row.IsStatement) continue;
                var continues = i > 0 && !_rows[i - 1].EndSequence && _rows[i - 1].File == file && _rows[i - 1].Line == line && (!statementsOnly || _rows[i - 1].IsStatement);
                if (!continues) found.Add(row);
            }

            if (found.Count > 0) break;
        }

        return found;
    }

    private int LowerBound(FileAddress address)
    {
        int low = 0, high = _rows.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_rows[middle].Address < address) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
