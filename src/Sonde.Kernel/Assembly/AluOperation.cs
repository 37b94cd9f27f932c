namespace Sonde.Kernel.Assembly;

/// <summary>Two-operand arithmetic, with the operation bits of the opcode. Division and remainder are unsigned: x / 0 = 0, x % 0 = x.</summary>
internal enum AluOperation : byte
{
    Add = 0x00,
    Sub = 0x10,
    Mul = 0x20,
    Div = 0x30,
    Or = 0x40,
    And = 0x50,

    /// <summary>Shift left. The count is taken modulo the operand width.</summary>
    Lsh = 0x60,

    /// <summary>Logical shift right.</summary>
    Rsh = 0x70,
    Mod = 0x90,
    Xor = 0xa0,
    Mov = 0xb0,

    /// <summary>Arithmetic shift right.</summary>
    Arsh = 0xc0,
}
