using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// What one walk over a unit tells: which subprogram has the code at an address, and which entry encloses another. Flat arrays, immutable.
/// </summary>
internal sealed class UnitIndex
{
    /// <summary>Bounds on what the index of one unit holds. Many functions may name one long range list: without a bound that is a product.</summary>
    private const int MaxScopes = 8 << 20, MaxRanges = 4 << 20;

    private readonly Unit _unit;
    private readonly AddressMap _functions;
    private readonly long[] _functionOffsets;
    private readonly long[] _scopeOffsets, _scopeEnds;
    private readonly int[] _scopeParents;

    private UnitIndex(Unit unit, AddressMap functions, long[] functionOffsets, long[] scopeOffsets, long[] scopeEnds, int[] scopeParents)
    {
        _unit = unit;
        _functions = functions;
        _functionOffsets = functionOffsets;
        _scopeOffsets = scopeOffsets;
        _scopeEnds = scopeEnds;
        _scopeParents = scopeParents;
    }

    /// <summary>Scopes and functions held: what its memory goes with.</summary>
    internal int Size => _scopeOffsets.Length + _functionOffsets.Length + _functions.Count;

    /// <summary>Every subprogram entry of the unit that has code, in the order of the section.</summary>
    public IEnumerable<Die> Functions
    {
        get
        {
            foreach (var offset in _functionOffsets) yield return At(offset);
        }
    }

    /// <summary>
    /// The subprograms whose code contains an address. Usually one; the linker may have folded equal functions of the unit to one address.
    /// </summary>
    public List<Die> FunctionsAt(FileAddress address)
    {
        var found = new List<Die>();
        foreach (var i in _functions.FindAll(address))
        {
            var die = At(_functionOffsets[i]);
            if (!found.Contains(die)) found.Add(die);
        }

        return found;
    }

    /// <summary>The entry around another one of this unit.</summary>
    public bool TryGetParent(Die die, out Die parent)
    {
        var offset = die.Offset.Value;
        var i = Array.BinarySearch(_scopeOffsets, offset);
        i = i >= 0 ? _scopeParents[i] : ~i - 1;
        while (i >= 0 && _scopeEnds[i] <= offset) i = _scopeParents[i];
        parent = i >= 0 ? At(_scopeOffsets[i]) : default;
        return i >= 0;
    }

    internal static UnitIndex Build(Unit unit)
    {
        var ranges = new List<(ulong, ulong, int)>();
        List<long> functions = [], offsets = [], ends = [];
        List<int> parents = [];
        var open = new Stack<(int Scope, int Depth)>();
        var cursor = new DieCursor(unit.Root);
        do
        {
            while (open.Count > 0 && open.Peek().Depth >= cursor.Depth) ends[open.Pop().Scope] = cursor.CurrentOffset;
            ref readonly var abbreviation = ref cursor.Abbreviation;
            if (abbreviation.HasChildren)
            {
                offsets.Add(cursor.CurrentOffset);
                ends.Add(unit.Header.End);
                parents.Add(open.Count > 0 ? open.Peek().Scope : -1);
                open.Push((offsets.Count - 1, cursor.Depth));
            }

            if (offsets.Count > MaxScopes || ranges.Count > MaxRanges) Malformed.Budget(unit.Section.Name, cursor.CurrentOffset, "unit too large");
            if (abbreviation.Tag != DW_TAG.DW_TAG_subprogram) continue;
            var die = cursor.Current;
            if (!die.Has(DW_AT.DW_AT_low_pc) && !die.Has(DW_AT.DW_AT_ranges)) continue;
            var before = ranges.Count;
            foreach (var range in RangeList.Of(die)) ranges.Add((range.Start.Value, range.End.Value, functions.Count));
            if (ranges.Count > before) functions.Add(cursor.CurrentOffset);
        }
        while (cursor.Next());

        return new UnitIndex(unit, AddressMap.Build(ranges), functions.ToArray(), offsets.ToArray(), ends.ToArray(), parents.ToArray());
    }

    private Die At(long offset) => _unit.DieAt(new UnitOffset(offset - _unit.Header.Offset.Value));
}
