using static Sonde.Kernel.Assembly.Opcodes;

namespace Sonde.Kernel.Assembly;

/// <summary>
/// The verbs of the assembler. Each returns an instruction as a value (or, where one is not enough, a short array);
/// meant for <c>using static</c>, so that lowering reads like the listing it makes. Nothing here needs more than the
/// instruction set of kernel 5.15 (cpu v3).
/// </summary>
internal static partial class Verbs
{
    /// <summary>64-bit <c>destination op= source</c>.</summary>
    public static Instruction Alu(AluOperation operation, Register destination, Register source) =>
        new() { Opcode = (byte)(BPF_ALU64 | BPF_X | (byte)operation), Destination = destination, Source = source };

    /// <summary>64-bit <c>destination op= immediate</c>; the constant is sign-extended.</summary>
    public static Instruction AluImm(AluOperation operation, Register destination, int immediate) =>
        new() { Opcode = (byte)(BPF_ALU64 | BPF_K | (byte)operation), Destination = destination, Immediate = immediate };

    /// <summary>32-bit <c>destination op= source</c>; the upper half of the destination becomes zero.</summary>
    public static Instruction Alu32(AluOperation operation, Register destination, Register source) =>
        new() { Opcode = (byte)(BPF_ALU | BPF_X | (byte)operation), Destination = destination, Source = source };

    /// <summary>32-bit <c>destination op= immediate</c>; the upper half of the destination becomes zero.</summary>
    public static Instruction Alu32Imm(AluOperation operation, Register destination, int immediate) =>
        new() { Opcode = (byte)(BPF_ALU | BPF_K | (byte)operation), Destination = destination, Immediate = immediate };

    public static Instruction Mov(Register destination, Register source) => Alu(AluOperation.Mov, destination, source);

    public static Instruction MovImm(Register destination, int immediate) => AluImm(AluOperation.Mov, destination, immediate);

    public static Instruction Mov32(Register destination, Register source) => Alu32(AluOperation.Mov, destination, source);

    public static Instruction Mov32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Mov, destination, immediate);

    public static Instruction Add(Register destination, Register source) => Alu(AluOperation.Add, destination, source);

    public static Instruction AddImm(Register destination, int immediate) => AluImm(AluOperation.Add, destination, immediate);

    public static Instruction Add32(Register destination, Register source) => Alu32(AluOperation.Add, destination, source);

    public static Instruction Add32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Add, destination, immediate);

    public static Instruction Sub(Register destination, Register source) => Alu(AluOperation.Sub, destination, source);

    public static Instruction SubImm(Register destination, int immediate) => AluImm(AluOperation.Sub, destination, immediate);

    public static Instruction Sub32(Register destination, Register source) => Alu32(AluOperation.Sub, destination, source);

    public static Instruction Sub32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Sub, destination, immediate);

    public static Instruction Mul(Register destination, Register source) => Alu(AluOperation.Mul, destination, source);

    public static Instruction MulImm(Register destination, int immediate) => AluImm(AluOperation.Mul, destination, immediate);

    public static Instruction Mul32(Register destination, Register source) => Alu32(AluOperation.Mul, destination, source);

    public static Instruction Mul32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Mul, destination, immediate);

    public static Instruction Div(Register destination, Register source) => Alu(AluOperation.Div, destination, source);

    public static Instruction DivImm(Register destination, int immediate) => AluImm(AluOperation.Div, destination, immediate);

    public static Instruction Div32(Register destination, Register source) => Alu32(AluOperation.Div, destination, source);

    public static Instruction Div32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Div, destination, immediate);

    public static Instruction Mod(Register destination, Register source) => Alu(AluOperation.Mod, destination, source);

    public static Instruction ModImm(Register destination, int immediate) => AluImm(AluOperation.Mod, destination, immediate);

    public static Instruction Mod32(Register destination, Register source) => Alu32(AluOperation.Mod, destination, source);

    public static Instruction Mod32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Mod, destination, immediate);

    public static Instruction And(Register destination, Register source) => Alu(AluOperation.And, destination, source);

    public static Instruction AndImm(Register destination, int immediate) => AluImm(AluOperation.And, destination, immediate);

    public static Instruction And32(Register destination, Register source) => Alu32(AluOperation.And, destination, source);

    public static Instruction And32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.And, destination, immediate);

    public static Instruction Or(Register destination, Register source) => Alu(AluOperation.Or, destination, source);

    public static Instruction OrImm(Register destination, int immediate) => AluImm(AluOperation.Or, destination, immediate);

    public static Instruction Or32(Register destination, Register source) => Alu32(AluOperation.Or, destination, source);

    public static Instruction Or32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Or, destination, immediate);

    public static Instruction Xor(Register destination, Register source) => Alu(AluOperation.Xor, destination, source);

    public static Instruction XorImm(Register destination, int immediate) => AluImm(AluOperation.Xor, destination, immediate);

    public static Instruction Xor32(Register destination, Register source) => Alu32(AluOperation.Xor, destination, source);

    public static Instruction Xor32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Xor, destination, immediate);

    public static Instruction Lsh(Register destination, Register source) => Alu(AluOperation.Lsh, destination, source);

    public static Instruction LshImm(Register destination, int immediate) => AluImm(AluOperation.Lsh, destination, immediate);

    public static Instruction Lsh32(Register destination, Register source) => Alu32(AluOperation.Lsh, destination, source);

    public static Instruction Lsh32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Lsh, destination, immediate);

    public static Instruction Rsh(Register destination, Register source) => Alu(AluOperation.Rsh, destination, source);

    public static Instruction RshImm(Register destination, int immediate) => AluImm(AluOperation.Rsh, destination, immediate);

    public static Instruction Rsh32(Register destination, Register source) => Alu32(AluOperation.Rsh, destination, source);

    public static Instruction Rsh32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Rsh, destination, immediate);

    public static Instruction Arsh(Register destination, Register source) => Alu(AluOperation.Arsh, destination, source);

    public static Instruction ArshImm(Register destination, int immediate) => AluImm(AluOperation.Arsh, destination, immediate);

    public static Instruction Arsh32(Register destination, Register source) => Alu32(AluOperation.Arsh, destination, source);

    public static Instruction Arsh32Imm(Register destination, int immediate) => Alu32Imm(AluOperation.Arsh, destination, immediate);

    /// <summary>64-bit negation.</summary>
    public static Instruction Neg(Register destination) => new() { Opcode = BPF_ALU64 | BPF_NEG, Destination = destination };

    /// <summary>32-bit negation; the upper half becomes zero.</summary>
    public static Instruction Neg32(Register destination) => new() { Opcode = BPF_ALU | BPF_NEG, Destination = destination };

    /// <summary>Cuts the register to its lower <paramref name="width"/> bytes and swaps them (the host is little endian).</summary>
    public static Instruction ToBigEndian(Register destination, Width width) =>
        new() { Opcode = BPF_ALU | BPF_X | BPF_END, Destination = destination, Immediate = SwapBits(width) };

    /// <summary>Cuts the register to its lower <paramref name="width"/> bytes.</summary>
    public static Instruction ToLittleEndian(Register destination, Width width) =>
        new() { Opcode = BPF_ALU | BPF_K | BPF_END, Destination = destination, Immediate = SwapBits(width) };

    private static int SwapBits(Width width) => width switch
    {
        Width.H => 16,
        Width.W => 32,
        Width.DW => 64,
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "a byte cannot be swapped"),
    };
}
