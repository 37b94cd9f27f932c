namespace Sonde.Kernel.Assembly;

/// <summary>What a conditional jump asks, with the operation bits of the opcode. Comparisons without <c>Signed</c> are unsigned.</summary>
internal enum Condition : byte
{
    Equal = 0x10,
    Greater = 0x20,
    GreaterOrEqual = 0x30,

    /// <summary>Any of the bits of the second operand is set in the first.</summary>
    AnyBit = 0x40,
    NotEqual = 0x50,
    SignedGreater = 0x60,
    SignedGreaterOrEqual = 0x70,
    Less = 0xa0,
    LessOrEqual = 0xb0,
    SignedLess = 0xc0,
    SignedLessOrEqual = 0xd0,
}
