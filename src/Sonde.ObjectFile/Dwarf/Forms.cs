using Sonde.ObjectFile.Bytes;
using static Sonde.ObjectFile.Dwarf.DW_FORM;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>How many bytes each form takes, and how to step over it (DWARF 5, section 7.5.6).</summary>
internal static class Forms
{
    private const int MaxIndirection = 4;

    /// <summary>The bytes a value of this form takes in units like this one; -1 when the value itself decides.</summary>
    public static int FixedSize(DW_FORM form, in UnitHeader unit) => form switch
    {
        DW_FORM_flag_present or DW_FORM_implicit_const => 0,
        DW_FORM_data1 or DW_FORM_ref1 or DW_FORM_flag or DW_FORM_strx1 or DW_FORM_addrx1 => 1,
        DW_FORM_data2 or DW_FORM_ref2 or DW_FORM_strx2 or DW_FORM_addrx2 => 2,
        DW_FORM_strx3 or DW_FORM_addrx3 => 3,
        DW_FORM_data4 or DW_FORM_ref4 or DW_FORM_strx4 or DW_FORM_addrx4 or DW_FORM_ref_sup4 => 4,
        DW_FORM_data8 or DW_FORM_ref8 or DW_FORM_ref_sig8 or DW_FORM_ref_sup8 => 8,
        DW_FORM_data16 => 16,
        DW_FORM_addr => unit.AddressSize,
        // In version 2 a reference across units was as large as an address.
        DW_FORM_ref_addr => unit.Version <= 2 ? unit.AddressSize : unit.OffsetSize,
        DW_FORM_sec_offset or DW_FORM_strp or DW_FORM_line_strp or DW_FORM_strp_sup or DW_FORM_GNU_ref_alt or DW_FORM_GNU_strp_alt => unit.OffsetSize,
        _ => -1,
    };

    /// <summary>Moves the cursor behind a value.</summary>
    public static void Skip(ref ByteCursor cursor, in AttributeSpec spec, in UnitHeader unit)
    {
        if (spec.Size >= 0) cursor.Skip(spec.Size);
        else SkipVariable(ref cursor, spec.Form, unit, 0);
    }

    /// <summary>Moves the cursor behind all attributes of an entry.</summary>
    public static void SkipAll(ref ByteCursor cursor, AbbreviationTable table, in Abbreviation abbreviation, in UnitHeader unit)
    {
        if (abbreviation.Size >= 0)
        {
            cursor.Skip(abbreviation.Size);
            return;
        }

        foreach (ref readonly var spec in table.Attributes(abbreviation)) Skip(ref cursor, spec, unit);
    }

    /// <summary>Reads DW_FORM_indirect chains down to the form that is meant.</summary>
    public static DW_FORM ResolveIndirect(ref ByteCursor cursor, DW_FORM form)
    {
        for (var i = 0; form == DW_FORM_indirect; i++)
        {
            if (i == MaxIndirection) Malformed.Budget(cursor.SectionName, cursor.Offset, "DW_FORM_indirect chain");
            form = (DW_FORM)Math.Min(cursor.ReadULeb128(), ushort.MaxValue);
        }

        return form;
    }

    private static void SkipVariable(ref ByteCursor cursor, DW_FORM form, in UnitHeader unit, int depth)
    {
        switch (form)
        {
            case DW_FORM_udata or DW_FORM_sdata or DW_FORM_ref_udata or DW_FORM_strx or DW_FORM_addrx or DW_FORM_loclistx or DW_FORM_rnglistx
                or DW_FORM_GNU_addr_index or DW_FORM_GNU_str_index:
                cursor.SkipLeb128();
                break;
            case DW_FORM_string:
                cursor.SkipCString();
                break;
            case DW_FORM_exprloc or DW_FORM_block:
                cursor.Skip(Length(cursor.ReadULeb128()));
                break;
            case DW_FORM_block1:
                cursor.Skip(cursor.ReadByte());
                break;
            case DW_FORM_block2:
                cursor.Skip(cursor.ReadUInt16());
                break;
            case DW_FORM_block4:
                cursor.Skip(cursor.ReadUInt32());
                break;
            case DW_FORM_LLVM_addrx_offset:
                cursor.SkipLeb128();
                cursor.Skip(4);
                break;
            case DW_FORM_indirect:
                if (depth == MaxIndirection) Malformed.Budget(cursor.SectionName, cursor.Offset, "DW_FORM_indirect chain");
                var actual = (DW_FORM)Math.Min(cursor.ReadULeb128(), ushort.MaxValue);
                if (actual == DW_FORM_implicit_const) Malformed.Invalid(cursor.SectionName, cursor.Offset, "indirect DW_FORM_implicit_const");
                var size = FixedSize(actual, unit);
                if (size >= 0) cursor.Skip(size);
                else SkipVariable(ref cursor, actual, unit, depth + 1);
                break;
            default:
                // Its size is unknown, so nothing behind it in this unit can be read.
                Malformed.Unsupported(cursor.SectionName, cursor.Offset, $"form 0x{(int)form:x}");
                break;
        }
    }

    /// <summary>A block length as a signed number; what does not fit is beyond every section and fails when skipped.</summary>
    internal static long Length(ulong value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
