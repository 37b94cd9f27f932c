using System.Buffers.Binary;
using Sonde.Plans;
using Sonde.Sites;

namespace Sonde.Values;

/// <summary>
/// Computes an operand again from the bytes of a frame, as the probe program did in the kernel. Registers and the
/// target's memory are gone by then; an operand that needs them is not known.
/// </summary>
internal static class OperandEvaluator
{
    /// <summary>Nesting of operands that is followed; the planner makes a handful.</summary>
    private const int MaxDepth = 32;

    /// <summary>The operand's 64 bits, false when they do not follow from the frame.</summary>
    public static bool TryEvaluate(Operand operand, ReadOnlySpan<byte> frame, out ulong value) => TryEvaluate(operand, frame, MaxDepth, out value);

    private static bool TryEvaluate(Operand operand, ReadOnlySpan<byte> frame, int depth, out ulong value)
    {
        value = 0;
        if (depth == 0)
            return false;
        switch (operand)
        {
            case FrameOperand field:
                return TryRead(frame, field.Offset, field.Size, field.Signed, out value);
            case HeldOperand held:
                return TryRead(frame, held.Offset, held.Size, held.Signed, out value);
            case NonNilOperand address:
                return TryEvaluate(address.Value, frame, depth - 1, out value);
            case ConstantOperand constant:
                value = (ulong)constant.Value;
                return true;
            case BinaryOperand binary:
                return TryEvaluate(binary.Left, frame, depth - 1, out ulong left)
                    && TryEvaluate(binary.Right, frame, depth - 1, out ulong right)
                    && TryApply(binary, left, right, out value);
            case UnaryOperand unary when TryEvaluate(unary.Value, frame, depth - 1, out ulong inner):
                value = Extend(unary.Operator == UnaryOperator.Negate ? 0 - inner : ~inner, unary.Size * 8, unary.Signed);
                return true;
            case BitFieldOperand bits when bits.BitOffset < 64 && TryEvaluate(bits.Storage, frame, depth - 1, out ulong storage):
                value = Extend(storage >> (int)bits.BitOffset, bits.BitSize, bits.Signed);
                return true;
            default:
                return false;
        }
    }

    /// <summary>An integer of <paramref name="size"/> bytes of the frame, extended to 64 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, uint offset, uint size, bool signed, out ulong value)
    {
        value = 0;
        if (size is 0 or > 8 || offset > (uint)frame.Length || size > (uint)frame.Length - offset)
            return false;
        ReadOnlySpan<byte> bytes = frame.Slice((int)offset, (int)size);
        if (size == 8)
        {
            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            return true;
        }

        for (int i = bytes.Length - 1; i >= 0; i--)
            value = (value << 8) | bytes[i];
        value = Extend(value, size * 8, signed);
        return true;
    }

    private static bool TryApply(BinaryOperand binary, ulong left, ulong right, out ulong value)
    {
        uint bits = binary.Size * 8;
        left = Extend(left, bits, binary.Signed);
        if (binary.Operator is not (BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight))
            right = Extend(right, bits, binary.Signed);
        value = 0;
        if (binary.Operator is BinaryOperator.Divide or BinaryOperator.Remainder && right == 0)
            return false;

        // A count of the width or more shifts everything out.
        int shift = (int)Math.Min(right, 63);
        if (right > 63)
            left = binary.Operator == BinaryOperator.ShiftRight && binary.Signed ? left : 0;
        ulong raw = binary.Operator switch
        {
            BinaryOperator.Add => left + right,
            BinaryOperator.Subtract => left - right,
            BinaryOperator.Multiply => left * right,
            // The one signed quotient that does not fit is the dividend again, as two's complement has it.
            BinaryOperator.Divide when binary.Signed => right == ulong.MaxValue ? 0 - left : (ulong)((long)left / (long)right),
            BinaryOperator.Divide => left / right,
            BinaryOperator.Remainder when binary.Signed => right == ulong.MaxValue ? 0 : (ulong)((long)left % (long)right),
            BinaryOperator.Remainder => left % right,
            BinaryOperator.And => left & right,
            BinaryOperator.Or => left | right,
            BinaryOperator.Xor => left ^ right,
            BinaryOperator.ShiftLeft => left << shift,
            BinaryOperator.ShiftRight when binary.Signed => (ulong)((long)left >> shift),
            BinaryOperator.ShiftRight => left >> shift,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        value = Extend(raw, bits, binary.Signed);
        return true;
    }

    private static ulong Extend(ulong value, uint bits, bool signed)
    {
        if (bits is 0 or >= 64)
            return value;
        int unused = 64 - (int)bits;
        return signed ? (ulong)((long)(value << unused) >> unused) : value << unused >> unused;
    }
}
