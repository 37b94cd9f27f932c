using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using static Sonde.ObjectFile.Dwarf.DW_RLE;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// The addresses of an entry: DW_AT_low_pc and high_pc, or DW_AT_ranges in .debug_ranges (DWARF 2-4, section 2.17.3) or .debug_rnglists (DWARF 5, section 2.17.3).
/// </summary>
internal static class RangeList
{
    /// <summary>Ranges one list may have: a root entry has about one for each function of its unit.</summary>
    private const int MaxRanges = 4 << 20;

    /// <summary>Ranges of an entry; empty when it has no code. Ranges that the linker removed are left out.</summary>
    public static List<AddressRange> Of(Die die)
    {
        AttributeValue low = default, high = default, ranges = default;
        foreach (var value in die.Attributes)
        {
            switch (value.Name)
            {
                case DW_AT.DW_AT_low_pc: low = value; break;
                case DW_AT.DW_AT_high_pc: high = value; break;
                case DW_AT.DW_AT_ranges: ranges = value; break;
                default: break;
            }
        }

        return Of(die.Unit, low, high, ranges);
    }

    /// <summary>Ranges by the three attributes; absent ones are default.</summary>
    internal static List<AddressRange> Of(Unit unit, in AttributeValue low, in AttributeValue high, in AttributeValue ranges)
    {
        var found = new List<AddressRange>();
        if (ranges.Form != 0)
        {
            if (unit.Header.Version >= 5) ReadRnglist(unit, ranges, found);
            else ReadRanges(unit, Forms.Length(ranges.Raw), found);
        }
        else if (high.Form != 0 && low.TryGetAddress(out var start))
        {
            // From version 4 on a constant is a length; before, and whenever the form is an address, it is the end.
            Add(found, start.Value, high.TryGetAddress(out var end) ? end.Value : start.Value + high.Raw);
        }

        return found;
    }

    /// <summary>
    /// Whether an address is a linker's mark for "this code was dropped": 0 (GNU ld), -1 and -2 (lld). No code lies at 0, the ELF header does.
    /// </summary>
    internal static bool IsTombstone(ulong address) => address == 0 || address >= ulong.MaxValue - 1;

    private static void Add(List<AddressRange> list, ulong start, ulong end)
    {
        if (end > start && !IsTombstone(start)) list.Add(new AddressRange(new FileAddress(start), new FileAddress(end)));
    }

    private static void ReadRanges(Unit unit, long offset, List<AddressRange> found)
    {
        var section = unit.DebugInfo.Ranges;
        var cursor = section.Cursor(unit.GnuRangesBase == 0 ? offset : unit.GnuRangesBase + offset);
        var size = unit.Header.AddressSize;
        var maximum = size == 4 ? uint.MaxValue : ulong.MaxValue;
        var origin = unit.LowPc?.Value ?? 0;
        for (var i = 0; ; i++)
        {
            if (i > MaxRanges) Malformed.Budget(section.Name, offset, "range list too long");
            ulong start = cursor.ReadOffset(size), end = cursor.ReadOffset(size);
            if (start == 0 && end == 0) return;
            if (start == maximum) origin = end;
            else if (origin < ulong.MaxValue - 1) Add(found, origin + start, origin + end);
        }
    }

    private static void ReadRnglist(Unit unit, in AttributeValue value, List<AddressRange> found)
    {
        var section = unit.DebugInfo.Rnglists;
        var offset = value.Form == DW_FORM.DW_FORM_rnglistx ? unit.ListOffsetAt(section, unit.RnglistsBase, value.Raw) : Forms.Length(value.Raw);
        var cursor = section.Cursor(offset);
        var size = unit.Header.AddressSize;
        var origin = unit.LowPc?.Value ?? 0;
        for (var i = 0; ; i++)
        {
            if (i > MaxRanges) Malformed.Budget(section.Name, offset, "range list too long");
            var kind = (DW_RLE)cursor.ReadByte();
            ulong start;
            switch (kind)
            {
                case DW_RLE_end_of_list:
                    return;
                case DW_RLE_base_addressx:
                    origin = unit.AddressAt(cursor.ReadULeb128());
                    break;
                case DW_RLE_startx_endx:
                    start = unit.AddressAt(cursor.ReadULeb128());
                    Add(found, start, unit.AddressAt(cursor.ReadULeb128()));
                    break;
                case DW_RLE_startx_length:
                    start = unit.AddressAt(cursor.ReadULeb128());
                    Add(found, start, start + cursor.ReadULeb128());
                    break;
                case DW_RLE_offset_pair:
                    ulong from = cursor.ReadULeb128(), to = cursor.ReadULeb128();
                    if (origin < ulong.MaxValue - 1) Add(found, origin + from, origin + to);
                    break;
                case DW_RLE_base_address:
                    origin = cursor.ReadOffset(size);
                    break;
                case DW_RLE_start_end:
                    start = cursor.ReadOffset(size);
                    Add(found, start, cursor.ReadOffset(size));
                    break;
                case DW_RLE_start_length:
                    start = cursor.ReadOffset(size);
                    Add(found, start, start + cursor.ReadULeb128());
                    break;
                default:
                    Malformed.Unsupported(section.Name, cursor.Offset - 1, $"range list entry {(int)kind}");
                    break;
            }
        }
    }
}
