namespace Sonde.Kernel.Assembly;

/// <content>Operations the instruction set of the floor kernel has no single instruction for.</content>
internal static partial class Verbs
{
    /// <summary>Sign-extends the lower <paramref name="width"/> bytes to 64 bits, by shifts (movsx is cpu v4).</summary>
    public static Instruction[] SignExtend(Register destination, Width width) =>
        width == Width.DW ? [] : [LshImm(destination, 64 - BitsOf(width)), ArshImm(destination, 64 - BitsOf(width))];

    /// <summary>Clears all but the lower <paramref name="width"/> bytes.</summary>
    public static Instruction[] ZeroExtend(Register destination, Width width) => width switch
    {
        Width.DW => [],
        Width.W => [Mov32(destination, destination)],
        _ => [AndImm(destination, (1 << BitsOf(width)) - 1)],
    };

    /// <summary>
    /// Signed 64-bit division that truncates toward zero (sdiv is cpu v4). The smallest integer divided by -1 wraps to
    /// itself, as in Go and in release builds of Rust. Division by zero gives 0 as BPF defines it: check before.
    /// <paramref name="source"/> and <paramref name="scratch"/> are lost; all three must be different registers.
    /// </summary>
    /// <remarks>For narrower operands sign-extend both before and the result after.</remarks>
    public static Instruction[] SignedDiv(Register destination, Register source, Register scratch) =>
    [
        Mov(scratch, destination),
        Xor(scratch, source),
        .. MakeMagnitudes(destination, source, scratch),
        Div(destination, source),
        .. NegateIfNegative(destination, scratch),
    ];

    /// <summary>Signed 64-bit remainder with the sign of the dividend. As <see cref="SignedDiv"/>; x % 0 is x.</summary>
    public static Instruction[] SignedMod(Register destination, Register source, Register scratch) =>
    [
        Mov(scratch, destination),
        .. MakeMagnitudes(destination, source, scratch),
        Mod(destination, source),
        .. NegateIfNegative(destination, scratch),
    ];

    /// <summary>
    /// A tail call that never happens, to be put first, where R1 is still the context: a program that has one in its text gets
    /// no private stack, which a preempted uprobe program would corrupt (K0 in TRAPS). <paramref name="empty"/> is a program
    /// array nobody fills. Not for sleepable programs, which may have no tail call: they stay at 48 bytes of stack.
    /// </summary>
    /// <remarks>Private stacks are decided by the static scan of check_subprogs (kernel/bpf/verifier.c, 6.13 and newer), before
    /// dead code goes; a test reads the JIT image.</remarks>
    public static Instruction[] ColdTailCall(MapBlueprint empty)
    {
        Label start = new("start");
        return
        [
            JumpIfImm(Register.R1, Condition.NotEqual, 0, start).Because("always: keeps the private stack off"),
            LoadMapFd(Register.R2, empty),
            MovImm(Register.R3, 0),
            Call(Helper.BPF_FUNC_tail_call),
            MovImm(Register.R0, 0),
            Exit(),
            Mark(start),
        ];
    }

    /// <summary>Number of bits of a width.</summary>
    public static int BitsOf(Width width) => 8 * BytesOf(width);

    /// <summary>Number of bytes of a width.</summary>
    public static int BytesOf(Width width) => width switch
    {
        Width.B => 1,
        Width.H => 2,
        Width.W => 4,
        Width.DW => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(width)),
    };

    /// <summary>The width of that many bytes: 1, 2, 4 or 8.</summary>
    public static Width WidthOf(int bytes) => bytes switch
    {
        1 => Width.B,
        2 => Width.H,
        4 => Width.W,
        8 => Width.DW,
        _ => throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "registers are loaded by 1, 2, 4 or 8 bytes"),
    };

    private static Instruction[] MakeMagnitudes(Register destination, Register source, Register scratch)
    {
        if (destination == source || destination == scratch || source == scratch)
            throw new ArgumentException("signed division needs three different registers");
        return [.. NegateIfNegative(destination, destination), .. NegateIfNegative(source, source)];
    }

    private static Instruction[] NegateIfNegative(Register register, Register sign)
    {
        Label done = new("positive");
        return [JumpIfImm(sign, Condition.SignedGreaterOrEqual, 0, done), Neg(register), Mark(done)];
    }
}
