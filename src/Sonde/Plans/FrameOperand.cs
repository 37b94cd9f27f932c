using Sonde.Sites;

namespace Sonde.Plans;

/// <summary>Bytes that an earlier step has put into the frame, extended to 64 bits.</summary>
internal sealed record FrameOperand(uint Offset, uint Size, bool Signed = false) : Operand;

/// <summary>
/// Bytes of the frame that a call holds since its entry; the computation ends as the step of <paramref name="Status"/> ended,
/// when that could not read them.
/// </summary>
internal sealed record HeldOperand(uint Offset, uint Size, bool Signed, StatusBit Status) : Operand;

/// <summary>A condition as a number: 1 or 0.</summary>
internal sealed record TruthOperand(Predicate Predicate) : Operand;

/// <summary>The bits of an IEEE 754 number of four bytes as one of eight: exact.</summary>
internal sealed record WidenedOperand(Operand Value) : Operand;

/// <summary>One of two values.</summary>
internal sealed record ChoiceOperand(Predicate Test, Operand Then, Operand Else) : Operand;

/// <summary>The number of bytes of a text; out of range when it has more than <see cref="TextLimits.Terminated"/> before its zero.</summary>
internal sealed record TextLengthOperand(TargetText Text) : Operand;
