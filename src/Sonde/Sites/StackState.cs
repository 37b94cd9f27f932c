using Iced.Intel;

namespace Sonde.Sites;

/// <summary>
/// Where the stack pointer and the frame pointer are, relative to the canonical frame address (the value of rsp before the
/// call that entered the function): <c>CFA = rsp + CfaOffset</c>. Null is "not known", a value like any other.
/// </summary>
internal readonly record struct StackState(int? CfaOffset, int? FrameOffset)
{
    // Further down than any real frame; keeps hostile code from overflowing the arithmetic.
    private const int MaxDepth = 1 << 28;

    /// <summary>At the first instruction: the return address is on top.</summary>
    public static StackState AtEntry { get; } = new(8, null);

    /// <summary>Nothing is known.</summary>
    public static StackState Unknown { get; }

    /// <summary>What holds whichever of two ways control came.</summary>
    public StackState Meet(StackState other) =>
        new(CfaOffset == other.CfaOffset ? CfaOffset : null, FrameOffset == other.FrameOffset ? FrameOffset : null);

    /// <summary>The state behind an instruction that falls through (for a call: after it returned).</summary>
    public StackState After(in Instruction instruction)
    {
        var rsp = CfaOffset;
        var rbp = FrameOffset;
        switch (instruction.Code)
        {
            case Code.Mov_r64_rm64 or Code.Mov_rm64_r64 when instruction.Op1Kind == OpKind.Register && instruction.Op0Kind == OpKind.Register:
                if (instruction.Op0Register == Register.RSP) return Limit(instruction.Op1Register == Register.RBP ? rbp : null, rbp);
                if (instruction.Op0Register == Register.RBP) return Limit(rsp, instruction.Op1Register == Register.RSP ? rsp : null);
                break;
            case Code.Lea_r64_m when instruction.Op0Register is Register.RSP or Register.RBP:
                var from = instruction.MemoryIndex != Register.None ? null
                    : instruction.MemoryBase == Register.RSP ? rsp
                    : instruction.MemoryBase == Register.RBP ? rbp : null;
                var moved = Sub(from, (long)instruction.MemoryDisplacement64);
                return instruction.Op0Register == Register.RSP ? Limit(moved, rbp) : Limit(rsp, moved);
            case Code.Sub_rm64_imm8 or Code.Sub_rm64_imm32 when instruction.Op0Register == Register.RSP && instruction.Op0Kind == OpKind.Register:
                return Limit(Sub(rsp, -(long)instruction.GetImmediate(1)), rbp);
            case Code.Add_rm64_imm8 or Code.Add_rm64_imm32 when instruction.Op0Register == Register.RSP && instruction.Op0Kind == OpKind.Register:
                return Limit(Sub(rsp, (long)instruction.GetImmediate(1)), rbp);
            case Code.Leaveq:
                return Limit(Sub(rbp, 8), null);
            case Code.Enterq_imm16_imm8:
                return Unknown;
        }
        switch (instruction.FlowControl)
        {
            case FlowControl.Call or FlowControl.IndirectCall:
                // The callee takes the return address off again and saves rbp. `call .+5; pop` is the exception.
                return FunctionDecoder.TryTarget(instruction, out var target) && target == instruction.NextIP
                    ? Limit(Sub(rsp, -8), rbp)
                    : this;
            case FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch:
                return this;
        }
        if (Writes(instruction, Register.RBP)) rbp = null;
        if (instruction.IsStackInstruction && !Names(instruction, Register.RSP))
            return Limit(Sub(rsp, instruction.StackPointerIncrement), rbp);
        return Limit(Writes(instruction, Register.RSP) ? null : rsp, rbp);
    }

    private static int? Sub(int? offset, long up) => offset is { } value ? Clamp(value - up) : null;

    private static int? Clamp(long value) => value is > -MaxDepth and < MaxDepth ? (int)value : null;

    private static StackState Limit(int? rsp, int? rbp) => new(rsp, rbp);

    private static bool Names(in Instruction instruction, Register register) =>
        instruction.OpCount > 0 && instruction.Op0Kind == OpKind.Register && instruction.Op0Register.GetFullRegister() == register
        && instruction.Mnemonic != Mnemonic.Push;

    private static bool Writes(in Instruction instruction, Register register)
    {
        if (instruction.OpCount == 0) return false;
        var first = instruction.Op0Kind == OpKind.Register && instruction.Op0Register.GetFullRegister() == register;
        var second = instruction.OpCount > 1 && instruction.Op1Kind == OpKind.Register && instruction.Op1Register.GetFullRegister() == register
            && instruction.Mnemonic is Mnemonic.Xchg or Mnemonic.Xadd;
        if (second) return true;
        return first && instruction.Mnemonic is not (Mnemonic.Cmp or Mnemonic.Test or Mnemonic.Push or Mnemonic.Bt);
    }
}
