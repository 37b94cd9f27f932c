using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using static Sonde.ObjectFile.Dwarf.DW_LLE;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>One row of a location list. A default location holds where no other row does.</summary>
internal readonly record struct LocationEntry(AddressRange Range, Expression Expression, bool IsDefault);

/// <summary>
/// Locations that change with the address: .debug_loc (DWARF 2-4, section 2.6.2) and .debug_loclists (DWARF 5, section 2.6.2).
/// GCC's location views are stepped over: they order places at one address, and a probe sees the address only.
/// </summary>
internal static class LocationList
{
    private const int MaxEntries = 1 << 20;

    /// <summary>
    /// The expression of an entry's DW_AT_location, frame_base or the like that holds at an address. False when the entry has no such attribute,
    /// or a list in which no row holds there: then the value is nowhere.
    /// </summary>
    public static bool TryFind(Die die, DW_AT name, FileAddress pc, out Expression expression)
    {
        expression = default;
        return die.TryGetAttribute(name, out var value) && TryFind(value, pc, out expression);
    }

    /// <inheritdoc cref="TryFind(Die, DW_AT, FileAddress, out Expression)"/>
    public static bool TryFind(in AttributeValue value, FileAddress pc, out Expression expression)
    {
        expression = default;
        if (value.Class is AttributeClass.Expression or AttributeClass.Block)
        {
            expression = new Expression(value.AsBlock().ToArray(), value.Unit);
            return true;
        }

        if (value.Class != AttributeClass.SectionOffset) return false;
        var found = false;
        foreach (var entry in Read(value))
        {
            if (entry.IsDefault)
            {
                if (found) continue;
            }
            else if (!entry.Range.Contains(pc))
            {
                continue;
            }
            else if (!entry.Expression.IsEmpty)
            {
                expression = entry.Expression;
                return true;
            }

            found = true;
            expression = entry.Expression;
        }

        return found;
    }

    /// <summary>Whether the attribute is a list, not one expression.</summary>
    public static bool IsList(in AttributeValue value) => value.Class == AttributeClass.SectionOffset;

    /// <summary>All rows, empty ranges left out.</summary>
    public static List<LocationEntry> Read(in AttributeValue value)
    {
        var unit = value.Unit;
        var entries = new List<LocationEntry>();
        if (unit.Header.Version < 5)
        {
            ReadLoc(unit, Forms.Length(value.Raw), entries);
            return entries;
        }

        var section = unit.DebugInfo.Loclists;
        ReadLoclist(unit, value.Form == DW_FORM.DW_FORM_loclistx ? unit.ListOffsetAt(section, unit.LoclistsBase, value.Raw) : Forms.Length(value.Raw), entries);
        return entries;
    }

    private static void ReadLoc(Unit unit, long offset, List<LocationEntry> entries)
    {
        var section = unit.DebugInfo.Loc;
        var cursor = section.Cursor(offset);
        var size = unit.Header.AddressSize;
        var maximum = size == 4 ? uint.MaxValue : ulong.MaxValue;
        var origin = unit.LowPc?.Value ?? 0;
        while (true)
        {
            if (entries.Count > MaxEntries) Malformed.Budget(section.Name, offset, "location list too long");
            ulong start = cursor.ReadOffset(size), end = cursor.ReadOffset(size);
            if (start == 0 && end == 0) return;
            if (start == maximum)
            {
                origin = end;
                continue;
            }

            Add(entries, unit, origin + start, origin + end, cursor.ReadBytes(cursor.ReadUInt16()));
        }
    }

    private static void ReadLoclist(Unit unit, long offset, List<LocationEntry> entries)
    {
        var section = unit.DebugInfo.Loclists;
        var cursor = section.Cursor(offset);
        var size = unit.Header.AddressSize;
        var origin = unit.LowPc?.Value ?? 0;
        for (var i = 0; ; i++)
        {
            if (i > MaxEntries) Malformed.Budget(section.Name, offset, "location list too long");
            ulong start = 0, end = 0;
            var kind = (DW_LLE)cursor.ReadByte();
            switch (kind)
            {
                case DW_LLE_end_of_list:
                    return;
                case DW_LLE_base_addressx:
                    origin = unit.AddressAt(cursor.ReadULeb128());
                    continue;
                case DW_LLE_base_address:
                    origin = cursor.ReadOffset(size);
                    continue;
                case DW_LLE_GNU_view_pair:
                    cursor.SkipLeb128();
                    cursor.SkipLeb128();
                    continue;
                case DW_LLE_startx_endx:
                    start = unit.AddressAt(cursor.ReadULeb128());
                    end = unit.AddressAt(cursor.ReadULeb128());
                    break;
                case DW_LLE_startx_length:
                    start = unit.AddressAt(cursor.ReadULeb128());
                    end = start + cursor.ReadULeb128();
                    break;
                case DW_LLE_offset_pair:
                    start = origin + cursor.ReadULeb128();
                    end = origin + cursor.ReadULeb128();
                    break;
                case DW_LLE_start_end:
                    start = cursor.ReadOffset(size);
                    end = cursor.ReadOffset(size);
                    break;
                case DW_LLE_start_length:
                    start = cursor.ReadOffset(size);
                    end = start + cursor.ReadULeb128();
                    break;
                case DW_LLE_default_location:
                    break;
                default:
                    Malformed.Unsupported(section.Name, cursor.Offset - 1, $"location list entry {(int)kind}");
                    break;
            }

            var bytes = cursor.ReadBytes(Forms.Length(cursor.ReadULeb128()));
            if (kind == DW_LLE_default_location) entries.Add(new LocationEntry(default, new Expression(bytes.ToArray(), unit), true));
            else Add(entries, unit, start, end, bytes);
        }
    }

    private static void Add(List<LocationEntry> entries, Unit unit, ulong start, ulong end, ReadOnlySpan<byte> bytes)
    {
        if (end > start) entries.Add(new LocationEntry(new AddressRange(new FileAddress(start), new FileAddress(end)), new Expression(bytes.ToArray(), unit), false));
    }
}
