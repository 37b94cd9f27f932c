namespace Sonde.ObjectFile.Dwarf;

/// <summary>One decoded operation of an expression.</summary>
/// <param name="Code">The operation.</param>
/// <param name="Offset">Where in the expression it begins.</param>
/// <param name="Operand">First operand: a constant (signed ones sign-extended), register, offset, size, address, index or entry offset.</param>
/// <param name="Second">Second operand: the offset of bregx and implicit_pointer, the bit offset of bit_piece, the type of regval_type and deref_type.</param>
/// <param name="Block">Bytes of implicit_value, entry_value and const_type.</param>
internal readonly record struct Operation(DW_OP Code, int Offset, ulong Operand, long Second, ReadOnlyMemory<byte> Block)
{
    /// <summary>DW_OP_lit0..31, reg0..31 and breg0..31 are reported as lit0, reg0 and breg0, with the number as operand (breg0: the offset is the second).</summary>
    public DW_OP Family => (byte)Code switch
    {
        >= 0x30 and <= 0x4f => DW_OP.DW_OP_lit0,
        >= 0x50 and <= 0x6f => DW_OP.DW_OP_reg0,
        >= 0x70 and <= 0x8f => DW_OP.DW_OP_breg0,
        _ => Code,
    };
}
