using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using static Sonde.ObjectFile.Dwarf.DW_AT;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// All functions and inlined copies of a file, for what needs to see everything: listings, copies of an inlined function, names without symbols.
/// </summary>
internal sealed class FunctionScan
{
    private const int MaxRows = 4 << 20;

    private FunctionScan(FunctionRow[]?[] units, IReadOnlyList<(UnitHeader, BinaryFormatException)> errors)
    {
        Units = units;
        Errors = errors;
    }

    /// <summary>The rows of each unit of <see cref="DebugInfo.Units"/>; null for one that could not be read.</summary>
    public IReadOnlyList<FunctionRow[]?> Units { get; }

    /// <summary>All rows, in the order of the section.</summary>
    public IEnumerable<FunctionRow> Rows
    {
        get
        {
            foreach (var unit in Units)
            {
                if (unit is null) continue;
                foreach (var row in unit) yield return row;
            }
        }
    }

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var unit in Units) count += unit?.Length ?? 0;
            return count;
        }
    }

    /// <summary>Units that could not be read.</summary>
    public IReadOnlyList<(UnitHeader Unit, BinaryFormatException Error)> Errors { get; }

    /// <summary>Walks every unit, in parallel.</summary>
    public static FunctionScan Run(DebugInfo info, bool inlined = true, CancellationToken cancellation = default)
    {
        var units = new FunctionRow[]?[info.Units.Count];
        var errors = UnitScan.ForEach(info, (unit, i) => units[i] = Read(unit, i, inlined), cancellation);
        return new FunctionScan(units, errors);
    }

    /// <summary>The rows of one unit.</summary>
    public static FunctionRow[] Read(Unit unit, int index, bool inlined = true)
    {
        if (unit.RootTag is not (DW_TAG.DW_TAG_compile_unit or DW_TAG.DW_TAG_partial_unit)) return [];
        var rows = new List<FunctionRow>();
        var around = new Stack<(long Entry, int Depth)>();
        var cursor = new DieCursor(unit.Root);
        while (cursor.Next())
        {
            var tag = cursor.Tag;
            if (tag != DW_TAG.DW_TAG_subprogram && (tag != DW_TAG.DW_TAG_inlined_subroutine || !inlined)) continue;
            while (around.Count > 0 && around.Peek().Depth >= cursor.Depth) around.Pop();
            var entry = cursor.CurrentOffset;
            if (rows.Count > MaxRows) Malformed.Budget(unit.Section.Name, entry, "too many functions");
            if (tag == DW_TAG.DW_TAG_subprogram) around.Push((entry, cursor.Depth));
            Add(rows, unit, index, ref cursor, tag, around.Count > 0 ? around.Peek().Entry : entry);
        }

        return rows.ToArray();
    }

    private static void Add(List<FunctionRow> rows, Unit unit, int index, ref DieCursor cursor, DW_TAG tag, long function)
    {
        AttributeValue low = default, high = default, ranges = default, entryPc = default;
        long origin = 0;
        var attributes = cursor.AttributeCursor;
        foreach (ref readonly var spec in unit.Abbreviations.Attributes(cursor.Abbreviation))
        {
            switch (spec.Name)
            {
                case DW_AT_low_pc: low = AttributeValue.Read(ref attributes, spec, unit); break;
                case DW_AT_high_pc: high = AttributeValue.Read(ref attributes, spec, unit); break;
                case DW_AT_ranges: ranges = AttributeValue.Read(ref attributes, spec, unit); break;
                case DW_AT_entry_pc: entryPc = AttributeValue.Read(ref attributes, spec, unit); break;
                case DW_AT_abstract_origin or DW_AT_specification: origin = Target(AttributeValue.Read(ref attributes, spec, unit)); break;
                default: Forms.Skip(ref attributes, spec, unit.Header); break;
            }
        }

        var entry = cursor.CurrentOffset;
        if (ranges.Form == 0)
        {
            // The common case without a list.
            if (!low.TryGetAddress(out var start) || high.Form == 0) return;
            var end = high.TryGetAddress(out var address) ? address : start + high.Raw;
            if (end <= start || RangeList.IsTombstone(start.Value)) return;
            rows.Add(new FunctionRow(Kind(tag, true), index, entry, origin, function, new AddressRange(start, end)));
            return;
        }

        var list = RangeList.Of(unit, low, high, ranges);
        if (list.Count == 0) return;
        var first = EntryRange(list, entryPc);
        rows.Add(new FunctionRow(Kind(tag, true), index, entry, origin, function, list[first]));
        if (tag == DW_TAG.DW_TAG_inlined_subroutine) return;
        for (var i = 0; i < list.Count; i++)
        {
            if (i != first) rows.Add(new FunctionRow(Kind(tag, false), index, entry, origin, function, list[i]));
        }
    }

    /// <summary>Without DW_AT_entry_pc the first range holds the entry (DWARF 5, section 2.18).</summary>
    private static int EntryRange(List<AddressRange> ranges, in AttributeValue entryPc)
    {
        // As a constant it is an offset from the base address, which for an entry with ranges is that of the first one.
        if (entryPc.Form == 0) return 0;
        if (!entryPc.TryGetAddress(out var entry)) entry = ranges[0].Start + entryPc.Raw;
        var i = ranges.FindIndex(r => r.Contains(entry));
        return Math.Max(i, 0);
    }

    private static FunctionRowKind Kind(DW_TAG tag, bool first) =>
        tag == DW_TAG.DW_TAG_inlined_subroutine ? FunctionRowKind.Inlined : first ? FunctionRowKind.Function : FunctionRowKind.Part;

    private static long Target(in AttributeValue value) => value.Form switch
    {
        DW_FORM.DW_FORM_ref_addr => Forms.Length(value.Raw),
        DW_FORM.DW_FORM_ref1 or DW_FORM.DW_FORM_ref2 or DW_FORM.DW_FORM_ref4 or DW_FORM.DW_FORM_ref8 or DW_FORM.DW_FORM_ref_udata
            when value.Raw < (ulong)value.Unit.Header.Length => value.Unit.Header.Offset.Value + (long)value.Raw,
        _ => 0,
    };
}
