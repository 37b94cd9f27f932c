using static Sonde.Kernel.Assembly.Opcodes;

namespace Sonde.Kernel.Assembly;

/// <content>Labels, jumps, calls.</content>
internal static partial class Verbs
{
    /// <summary>Places a label at the next instruction. Takes no room.</summary>
    public static Instruction Mark(Label label) => new() { IsMark = true, Target = label };

    /// <summary>Jumps always.</summary>
    public static Instruction Jump(Label target) => new() { Opcode = BPF_JMP | BPF_JA, Target = target };

    /// <summary>Jumps if the 64-bit comparison holds.</summary>
    public static Instruction JumpIf(Register left, Condition condition, Register right, Label target) =>
        new() { Opcode = (byte)(BPF_JMP | BPF_X | (byte)condition), Destination = left, Source = right, Target = target };

    /// <summary>Jumps if the 64-bit comparison with a sign-extended constant holds.</summary>
    public static Instruction JumpIfImm(Register left, Condition condition, int right, Label target) =>
        new() { Opcode = (byte)(BPF_JMP | BPF_K | (byte)condition), Destination = left, Immediate = right, Target = target };

    /// <summary>Jumps if the comparison of the lower halves holds.</summary>
    public static Instruction JumpIf32(Register left, Condition condition, Register right, Label target) =>
        new() { Opcode = (byte)(BPF_JMP32 | BPF_X | (byte)condition), Destination = left, Source = right, Target = target };

    /// <summary>Jumps if the comparison of the lower half with a constant holds.</summary>
    public static Instruction JumpIf32Imm(Register left, Condition condition, int right, Label target) =>
        new() { Opcode = (byte)(BPF_JMP32 | BPF_K | (byte)condition), Destination = left, Immediate = right, Target = target };

    /// <summary>Calls a kernel function: arguments in R1-R5, result in R0; R1-R5 are lost.</summary>
    public static Instruction Call(Helper helper) => new() { Opcode = BPF_JMP | BPF_CALL, Immediate = (int)helper };

    /// <summary>Calls a function of the same program, which has its own stack frame.</summary>
    public static Instruction CallLocal(Label function) =>
        new() { Opcode = BPF_JMP | BPF_CALL, Source = (Register)BPF_PSEUDO_CALL, Target = function };

    /// <summary>Returns R0.</summary>
    public static Instruction Exit() => new() { Opcode = BPF_JMP | BPF_EXIT };
}
