using System.Buffers.Binary;
using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using static Sonde.ObjectFile.Dwarf.DW_FORM;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// One attribute of one entry: what stands in the section, interpreted on request. Cheap to make and to drop; indexes and offsets are looked up
/// when the string, address or entry is asked for.
/// </summary>
internal readonly struct AttributeValue
{
    private readonly Unit _unit;
    private readonly ulong _value;
    private readonly long _position;

    private AttributeValue(Unit unit, DW_AT name, DW_FORM form, ulong value, long position)
    {
        _unit = unit;
        Name = name;
        Form = form;
        _value = value;
        _position = position;
    }

    public DW_AT Name { get; }

    /// <summary>The form, with DW_FORM_indirect resolved.</summary>
    public DW_FORM Form { get; }

    public Unit Unit => _unit;

    /// <summary>The number in the section: a constant, an index or an offset; of a block the length.</summary>
    public ulong Raw => _value;

    /// <summary>Where in .debug_info the value (of a block: its bytes) begins.</summary>
    public long Position => _position;

    public AttributeClass Class => Form switch
    {
        DW_FORM_addr or DW_FORM_addrx or DW_FORM_addrx1 or DW_FORM_addrx2 or DW_FORM_addrx3 or DW_FORM_addrx4 or DW_FORM_GNU_addr_index
            or DW_FORM_LLVM_addrx_offset => AttributeClass.Address,
        DW_FORM_data1 or DW_FORM_data2 or DW_FORM_udata or DW_FORM_sdata or DW_FORM_implicit_const => AttributeClass.Constant,
        DW_FORM_data4 or DW_FORM_data8 => IsOldOffset ? AttributeClass.SectionOffset : AttributeClass.Constant,
        DW_FORM_data16 => AttributeClass.Constant,
        DW_FORM_flag or DW_FORM_flag_present => AttributeClass.Flag,
        DW_FORM_string or DW_FORM_strp or DW_FORM_line_strp or DW_FORM_strx or DW_FORM_strx1 or DW_FORM_strx2 or DW_FORM_strx3 or DW_FORM_strx4
            or DW_FORM_GNU_str_index => AttributeClass.String,
        DW_FORM_block or DW_FORM_block1 or DW_FORM_block2 or DW_FORM_block4 => AttributeClass.Block,
        DW_FORM_exprloc => AttributeClass.Expression,
        DW_FORM_ref1 or DW_FORM_ref2 or DW_FORM_ref4 or DW_FORM_ref8 or DW_FORM_ref_udata or DW_FORM_ref_addr or DW_FORM_ref_sig8 => AttributeClass.Reference,
        DW_FORM_sec_offset or DW_FORM_loclistx or DW_FORM_rnglistx => AttributeClass.SectionOffset,
        DW_FORM_GNU_ref_alt or DW_FORM_GNU_strp_alt or DW_FORM_strp_sup or DW_FORM_ref_sup4 or DW_FORM_ref_sup8 => AttributeClass.Unavailable,
        _ => AttributeClass.None,
    };

    /// <summary>
    /// Up to version 3 the offset of a list or line table was a plain DW_FORM_data4 or data8, told from a constant by the attribute alone.
    /// </summary>
    private bool IsOldOffset => _unit.Header.Version <= 3 && Name is DW_AT.DW_AT_location or DW_AT.DW_AT_ranges or DW_AT.DW_AT_stmt_list
        or DW_AT.DW_AT_frame_base or DW_AT.DW_AT_string_length or DW_AT.DW_AT_return_addr or DW_AT.DW_AT_static_link or DW_AT.DW_AT_use_location
        or DW_AT.DW_AT_vtable_elem_location or DW_AT.DW_AT_macro_info && Form is DW_FORM_data4 or DW_FORM_data8;

    /// <summary>A number read as unsigned: constants, flags, offsets.</summary>
    public ulong AsUnsigned() => _value;

    /// <summary>A constant read as signed: DW_FORM_dataN is sign-extended from its own width, for the form does not tell.</summary>
    public long AsSigned() => Form switch
    {
        DW_FORM_data1 => (sbyte)_value,
        DW_FORM_data2 => (short)_value,
        DW_FORM_data4 => (int)_value,
        _ => (long)_value,
    };

    public bool AsFlag() => _value != 0;

    public bool TryGetAddress(out FileAddress address)
    {
        address = default;
        if (Class != AttributeClass.Address) return false;
        address = new FileAddress(Form switch
        {
            DW_FORM_addr => _value,
            DW_FORM_LLVM_addrx_offset => _unit.AddressAt(_value >> 32) + (uint)_value,
            _ => _unit.AddressAt(_value),
        });
        return true;
    }

    /// <summary>The entry referred to. False for forms that are no reference; throws when it leads nowhere.</summary>
    public bool TryGetReference(out Die die)
    {
        die = default;
        switch (Form)
        {
            case DW_FORM_ref1 or DW_FORM_ref2 or DW_FORM_ref4 or DW_FORM_ref8 or DW_FORM_ref_udata:
                if (_value >= (ulong)_unit.Header.Length) Malformed.Invalid(_unit.Section.Name, _position, "reference outside of the unit");
                die = _unit.DieAt(new UnitOffset((long)_value));
                return true;
            case DW_FORM_ref_addr:
                if (_value > long.MaxValue) Malformed.Invalid(_unit.Section.Name, _position, "reference outside of the section");
                die = _unit.DebugInfo.DieAt(new InfoOffset((long)_value));
                return true;
            case DW_FORM_ref_sig8:
                die = _unit.DebugInfo.TypeBySignature(_value);
                return true;
            case DW_FORM_GNU_ref_alt or DW_FORM_ref_sup4 or DW_FORM_ref_sup8:
                Malformed.Unavailable(_unit.Section.Name, _position, "refers to a supplementary (dwz) debug file");
                return false;
            default:
                return false;
        }
    }

    /// <summary>UTF-8 bytes of a string, valid for as long as the caller holds them; empty for forms that are no string.</summary>
    public ReadOnlySpan<byte> AsUtf8()
    {
        var info = _unit.DebugInfo;
        switch (Form)
        {
            case DW_FORM_string: return _unit.Section.ReadCString(_position);
            case DW_FORM_strp: return info.Str.ReadCString(Forms.Length(_value));
            case DW_FORM_line_strp: return info.LineStr.ReadCString(Forms.Length(_value));
            case DW_FORM_strx or DW_FORM_strx1 or DW_FORM_strx2 or DW_FORM_strx3 or DW_FORM_strx4 or DW_FORM_GNU_str_index:
                return info.Str.ReadCString(_unit.StringOffsetAt(_value));
            case DW_FORM_strp_sup or DW_FORM_GNU_strp_alt:
                Malformed.Unavailable(_unit.Section.Name, _position, "string in a supplementary (dwz) debug file");
                return default;
            default:
                return default;
        }
    }

    /// <summary>The string; null for forms that are no string. Bytes that are not UTF-8 become U+FFFD.</summary>
    public string? AsString() => Class == AttributeClass.String ? Encoding.UTF8.GetString(AsUtf8()) : null;

    /// <summary>The bytes of a block or expression, and of a 16-byte constant; empty for all else. Valid for as long as the caller holds them.</summary>
    public ReadOnlySpan<byte> AsBlock() => Class is AttributeClass.Block or AttributeClass.Expression
        ? _unit.Section.Read(_position, (int)_value)
        : Form == DW_FORM_data16 ? _unit.Section.Read(_position, 16) : default;

    /// <summary>A constant of any width as bytes, low byte first: what DW_AT_const_value holds of a value of <paramref name="size"/> bytes.</summary>
    public byte[] AsConstantBytes(int size)
    {
        var bytes = new byte[size];
        if (Class is AttributeClass.Block or AttributeClass.Expression || Form == DW_FORM_data16)
        {
            var block = AsBlock();
            block[..Math.Min(size, block.Length)].CopyTo(bytes);
            return bytes;
        }

        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, AsSigned());
        number[..Math.Min(size, 8)].CopyTo(bytes);
        if (size > 8 && AsSigned() < 0) bytes.AsSpan(8).Fill(0xff);
        return bytes;
    }

    /// <summary>Reads the value at the cursor and moves behind it.</summary>
    internal static AttributeValue Read(ref ByteCursor cursor, in AttributeSpec spec, Unit unit)
    {
        var form = spec.Form == DW_FORM_indirect ? Forms.ResolveIndirect(ref cursor, spec.Form) : spec.Form;
        var position = cursor.Offset;
        ulong value;
        switch (form)
        {
            case DW_FORM_addr:
                value = cursor.ReadOffset(unit.Header.AddressSize);
                break;
            case DW_FORM_data1 or DW_FORM_ref1 or DW_FORM_flag or DW_FORM_strx1 or DW_FORM_addrx1:
                value = cursor.ReadByte();
                break;
            case DW_FORM_data2 or DW_FORM_ref2 or DW_FORM_strx2 or DW_FORM_addrx2:
                value = cursor.ReadUInt16();
                break;
            case DW_FORM_strx3 or DW_FORM_addrx3:
                value = cursor.ReadUInt24();
                break;
            case DW_FORM_data4 or DW_FORM_ref4 or DW_FORM_strx4 or DW_FORM_addrx4 or DW_FORM_ref_sup4:
                value = cursor.ReadUInt32();
                break;
            case DW_FORM_data8 or DW_FORM_ref8 or DW_FORM_ref_sig8 or DW_FORM_ref_sup8:
                value = cursor.ReadUInt64();
                break;
            case DW_FORM_data16:
                cursor.Skip(16);
                value = 16;
                break;
            case DW_FORM_sec_offset or DW_FORM_strp or DW_FORM_line_strp or DW_FORM_strp_sup or DW_FORM_GNU_ref_alt or DW_FORM_GNU_strp_alt:
                value = cursor.ReadOffset(unit.Header.OffsetSize);
                break;
            case DW_FORM_ref_addr:
                value = cursor.ReadOffset(unit.Header.Version <= 2 ? unit.Header.AddressSize : unit.Header.OffsetSize);
                break;
            case DW_FORM_udata or DW_FORM_ref_udata or DW_FORM_strx or DW_FORM_addrx or DW_FORM_loclistx or DW_FORM_rnglistx or DW_FORM_GNU_addr_index
                or DW_FORM_GNU_str_index:
                value = cursor.ReadULeb128();
                break;
            case DW_FORM_sdata:
                value = (ulong)cursor.ReadSLeb128();
                break;
            case DW_FORM_flag_present:
                value = 1;
                break;
            case DW_FORM_implicit_const:
                value = (ulong)spec.ImplicitConst;
                break;
            case DW_FORM_string:
                cursor.SkipCString();
                value = 0;
                break;
            case DW_FORM_exprloc or DW_FORM_block or DW_FORM_block1 or DW_FORM_block2 or DW_FORM_block4:
                value = form switch
                {
                    DW_FORM_block1 => cursor.ReadByte(),
                    DW_FORM_block2 => cursor.ReadUInt16(),
                    DW_FORM_block4 => cursor.ReadUInt32(),
                    _ => cursor.ReadULeb128(),
                };
                if (value > int.MaxValue) Malformed.Truncated(cursor.SectionName, cursor.Offset, Forms.Length(value));
                position = cursor.Offset;
                cursor.Skip((long)value);
                break;
            case DW_FORM_LLVM_addrx_offset:
                value = cursor.ReadULeb128() << 32 | cursor.ReadUInt32();
                break;
            default:
                Malformed.Unsupported(cursor.SectionName, position, $"form 0x{(int)form:x}");
                value = 0;
                break;
        }

        return new AttributeValue(unit, spec.Name, form, value, position);
    }
}
