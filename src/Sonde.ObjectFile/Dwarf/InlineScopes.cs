using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>One inlined copy within a function, with the copy around it.</summary>
/// <param name="Entry">Its entry.</param>
/// <param name="Parent">Index of the copy that it was inlined into; -1 for the function itself.</param>
/// <param name="CallFile">Path of the call; null when not told.</param>
/// <param name="CallLine">Line of the call, 0 when not told.</param>
/// <param name="Ranges">Its code.</param>
internal sealed record InlineScope(Die Entry, int Parent, string? CallFile, int CallLine, IReadOnlyList<AddressRange> Ranges);

/// <summary>All inlined copies within one out-of-line function, and which of them has the code at an address.</summary>
internal sealed class InlineScopes
{
    private const int MaxScopes = 1 << 18, MaxRanges = 1 << 20;

    private readonly List<InlineScope> _scopes = [];
    private readonly List<int> _depths = [];
    private readonly AddressMap _map;

    private InlineScopes(Die function)
    {
        var ranges = new List<(ulong, ulong, int)>();
        var open = new Stack<(int Scope, int Depth)>();
        var cursor = new DieCursor(function);
        for (var more = cursor.Next(); more;)
        {
            while (open.Count > 0 && open.Peek().Depth >= cursor.Depth) open.Pop();
            if (cursor.Tag == DW_TAG.DW_TAG_inlined_subroutine)
            {
                var entry = cursor.Current;
                var parent = open.Count > 0 ? open.Peek().Scope : -1;
                var own = RangeList.Of(entry);
                foreach (var range in own) ranges.Add((range.Start.Value, range.End.Value, _scopes.Count));
                if (_scopes.Count > MaxScopes || ranges.Count > MaxRanges) Malformed.Budget(entry.Unit.Section.Name, entry.Offset.Value, "too many inlined copies");
                open.Push((_scopes.Count, cursor.Depth));
                _depths.Add(parent < 0 ? 0 : _depths[parent] + 1);
                _scopes.Add(new InlineScope(entry, parent, FileOf(entry), (int)Math.Min(entry.Unsigned(DW_AT.DW_AT_call_line) ?? 0, int.MaxValue), own));
            }

            more = cursor.Tag == DW_TAG.DW_TAG_subprogram ? cursor.NextOutside() : cursor.Next();
        }

        _map = AddressMap.Build(ranges);
    }

    public int Count => _scopes.Count;

    public InlineScope this[int index] => _scopes[index];

    /// <summary>Reads the copies below a function.</summary>
    public static InlineScopes Of(Die function) => new(function);

    /// <summary>The innermost copy that has the code at an address; -1 for the function itself.</summary>
    public int At(FileAddress address)
    {
        var best = -1;
        foreach (var i in _map.FindAll(address))
        {
            if (best < 0 || _depths[i] > _depths[best]) best = i;
        }

        return best;
    }

    private static string? FileOf(Die entry)
    {
        try
        {
            return entry.Unsigned(DW_AT.DW_AT_call_file) is { } number ? entry.Unit.Lines?.FilePath(number) : null;
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }
}
