namespace Sonde.Sites;

/// <summary>A 64-bit value that the probe program computes in the kernel.</summary>
internal abstract record Operand;

/// <summary>A general register as it is when the probe fires.</summary>
internal sealed record RegisterOperand(GeneralRegister Register) : Operand;

/// <summary>
/// The thread pointer (<c>fsbase</c>) of the thread that hit. <paramref name="TaskOffset"/> is where this kernel keeps it in
/// the task.
/// </summary>
internal sealed record ThreadPointerOperand(int TaskOffset) : Operand;

/// <summary>A number known when planning.</summary>
internal sealed record ConstantOperand(long Value) : Operand;

/// <summary>
/// <paramref name="Size"/> bytes of the target's memory at <paramref name="Address"/> + <paramref name="Displacement"/>.
/// An address of zero makes the whole computation end as <c>nil</c>, an unreadable one as a fault.
/// </summary>
internal sealed record LoadOperand(Operand Address, long Displacement, uint Size, bool Signed = false) : Operand;

/// <summary>
/// A signed or unsigned operation on operands of <paramref name="Size"/> bytes; the result wraps as that width does and is
/// extended to 64 bits again.
/// </summary>
internal sealed record BinaryOperand(BinaryOperator Operator, Operand Left, Operand Right, uint Size = 8, bool Signed = true) : Operand;

/// <summary>Two's complement negation or bitwise complement in a width.</summary>
internal sealed record UnaryOperand(UnaryOperator Operator, Operand Value, uint Size = 8, bool Signed = true) : Operand;

/// <summary>A bit-field: <paramref name="BitSize"/> bits, <paramref name="BitOffset"/> above the lowest bit of <paramref name="Storage"/>.</summary>
internal sealed record BitFieldOperand(Operand Storage, uint BitOffset, uint BitSize, bool Signed) : Operand;

/// <summary>
/// A value that is there only when <paramref name="Index"/> is less than <paramref name="Count"/> (with <paramref name="Inclusive"/>:
/// not more than it), as unsigned numbers, so that a negative index is out of range; else the computation ends as out of range.
/// </summary>
internal sealed record CheckedOperand(Operand Value, Operand Index, Operand Count, bool Inclusive = false) : Operand;

/// <summary>An address; the computation ends as <c>nil</c> when it is zero.</summary>
internal sealed record NonNilOperand(Operand Value) : Operand;

/// <summary>What the kernel knows about the hit.</summary>
internal sealed record FactOperand(Fact Fact) : Operand;

/// <summary>A fact about a hit.</summary>
internal enum Fact
{
    /// <summary>tgid in the upper half, tid in the lower.</summary>
    ProcessAndThread,

    /// <summary>The running goroutine's goid.</summary>
    Goroutine,

    /// <summary>Nanoseconds of the monotonic clock.</summary>
    Time,
}

/// <summary>A value that is there only while <paramref name="Witness"/> is not <paramref name="Unlike"/>; else the computation ends as a fault.</summary>
internal sealed record WitnessedOperand(Operand Value, Operand Witness, Operand Unlike) : Operand;

/// <summary>What a <see cref="BinaryOperand"/> does.</summary>
internal enum BinaryOperator { Add, Subtract, Multiply, Divide, Remainder, And, Or, Xor, ShiftLeft, ShiftRight }

/// <summary>What a <see cref="UnaryOperand"/> does.</summary>
internal enum UnaryOperator { Negate, Complement }
