using Sonde.ObjectFile.Bytes;
using static Sonde.ObjectFile.Dwarf.DW_OP;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// A DWARF expression (DWARF 5, section 2.5): its bytes and the unit that gives addresses, types and entry references their meaning.
/// Expressions of call frame information have no unit.
/// </summary>
internal readonly struct Expression(ReadOnlyMemory<byte> bytes, Unit? unit)
{
    private const string SectionName = "expression";

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public Unit? Unit { get; } = unit;

    /// <summary>An empty expression says that the value is nowhere: optimized out.</summary>
    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>Decodes all operations. Throws on unknown ones: what follows them cannot be found.</summary>
    public List<Operation> Decode()
    {
        var operations = new List<Operation>();
        if (Bytes.IsEmpty) return operations;
        var cursor = new SectionData(SectionName, Bytes.ToArray()).Cursor();
        while (!cursor.AtEnd) operations.Add(DecodeOne(ref cursor));
        return operations;
    }

    private Operation DecodeOne(ref ByteCursor cursor)
    {
        var offset = (int)cursor.Offset;
        int addressSize = Unit?.Header.AddressSize ?? 8, offsetSize = Unit?.Header.OffsetSize ?? 4;
        var code = (DW_OP)cursor.ReadByte();
        ulong operand = 0;
        long second = 0;
        var block = ReadOnlyMemory<byte>.Empty;
        switch (code)
        {
            case DW_OP_addr:
                operand = cursor.ReadOffset(addressSize);
                break;
            case DW_OP_const1u or DW_OP_pick or DW_OP_deref_size or DW_OP_xderef_size:
                operand = cursor.ReadByte();
                break;
            case DW_OP_const1s:
                operand = (ulong)cursor.ReadSByte();
                break;
            case DW_OP_const2u or DW_OP_call2:
                operand = cursor.ReadUInt16();
                break;
            case DW_OP_const2s or DW_OP_bra or DW_OP_skip:
                operand = (ulong)(short)cursor.ReadUInt16();
                break;
            case DW_OP_const4u or DW_OP_call4 or DW_OP_GNU_parameter_ref:
                operand = cursor.ReadUInt32();
                break;
            case DW_OP_const4s:
                operand = (ulong)cursor.ReadInt32();
                break;
            case DW_OP_const8u or DW_OP_const8s:
                operand = cursor.ReadUInt64();
                break;
            case DW_OP_constu or DW_OP_plus_uconst or DW_OP_regx or DW_OP_piece or DW_OP_addrx or DW_OP_constx or DW_OP_convert or DW_OP_reinterpret
                or DW_OP_GNU_convert or DW_OP_GNU_reinterpret or DW_OP_GNU_addr_index or DW_OP_GNU_const_index:
                operand = cursor.ReadULeb128();
                break;
            case DW_OP_consts or DW_OP_fbreg:
                operand = (ulong)cursor.ReadSLeb128();
                break;
            case DW_OP_bregx:
                operand = cursor.ReadULeb128();
                second = cursor.ReadSLeb128();
                break;
            case >= DW_OP_breg0 and <= DW_OP_breg31:
                operand = (ulong)(code - DW_OP_breg0);
                second = cursor.ReadSLeb128();
                break;
            case >= DW_OP_lit0 and <= DW_OP_lit31:
                operand = (ulong)(code - DW_OP_lit0);
                break;
            case >= DW_OP_reg0 and <= DW_OP_reg31:
                operand = (ulong)(code - DW_OP_reg0);
                break;
            case DW_OP_bit_piece:
                operand = cursor.ReadULeb128();
                second = Forms.Length(cursor.ReadULeb128());
                break;
            case DW_OP_regval_type or DW_OP_GNU_regval_type:
                operand = cursor.ReadULeb128();
                second = Forms.Length(cursor.ReadULeb128());
                break;
            case DW_OP_deref_type or DW_OP_GNU_deref_type or DW_OP_xderef_type:
                operand = cursor.ReadByte();
                second = Forms.Length(cursor.ReadULeb128());
                break;
            case DW_OP_implicit_value or DW_OP_entry_value or DW_OP_GNU_entry_value:
                block = cursor.ReadBytes(Forms.Length(cursor.ReadULeb128())).ToArray();
                break;
            case DW_OP_const_type or DW_OP_GNU_const_type:
                second = Forms.Length(cursor.ReadULeb128());
                block = cursor.ReadBytes(cursor.ReadByte()).ToArray();
                break;
            case DW_OP_call_ref or DW_OP_GNU_variable_value:
                operand = cursor.ReadOffset(ReferenceSize(addressSize, offsetSize));
                break;
            case DW_OP_implicit_pointer or DW_OP_GNU_implicit_pointer:
                operand = cursor.ReadOffset(ReferenceSize(addressSize, offsetSize));
                second = cursor.ReadSLeb128();
                break;
            case DW_OP_GNU_encoded_addr or DW_OP_WASM_location:
                Malformed.Unsupported(SectionName, offset, $"operation {code}");
                break;
            case DW_OP_deref or DW_OP_dup or DW_OP_drop or DW_OP_over or DW_OP_swap or DW_OP_rot or DW_OP_xderef or (>= DW_OP_abs and <= DW_OP_plus)
                or (>= DW_OP_shl and <= DW_OP_xor) or (>= DW_OP_eq and <= DW_OP_ne) or DW_OP_nop or DW_OP_push_object_address or DW_OP_form_tls_address
                or DW_OP_call_frame_cfa or DW_OP_stack_value or DW_OP_GNU_push_tls_address or DW_OP_GNU_uninit:
                break;
            default:
                Malformed.Unsupported(SectionName, offset, $"operation 0x{(int)code:x2}");
                break;
        }

        return new Operation(code, offset, operand, second, block);
    }

    /// <summary>References to entries were as large as an address in version 2.</summary>
    private int ReferenceSize(int addressSize, int offsetSize) => Unit?.Header.Version == 2 ? addressSize : offsetSize;
}
