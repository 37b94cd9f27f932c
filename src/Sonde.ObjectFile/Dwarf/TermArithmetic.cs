using Sonde.ObjectFile.Bytes;
using static Sonde.ObjectFile.Dwarf.DW_OP;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// Arithmetic of expressions on the generic type, 64 bits that wrap (DWARF 5, section 2.5.1.4): folded when both sides are constants.
/// </summary>
internal static class TermArithmetic
{
    public static Term Unary(DW_OP operation, Term value)
    {
        if (value.Kind != TermKind.Constant) return Term.Of(TermKind.Unary, operation, value);
        return Term.Constant(unchecked(operation switch
        {
            DW_OP_abs => value.Offset < 0 ? -value.Offset : value.Offset,
            DW_OP_neg => -value.Offset,
            _ => ~value.Offset,
        }));
    }

    public static Term Binary(DW_OP operation, Term left, Term right)
    {
        if (operation == DW_OP_plus)
        {
            if (right.Kind == TermKind.Constant && left.TakesOffset) return left.Plus(right.Offset);
            if (left.Kind == TermKind.Constant && right.TakesOffset) return right.Plus(left.Offset);
        }

        if (operation == DW_OP_minus)
        {
            if (right.Kind == TermKind.Constant && left.TakesOffset) return left.Plus(unchecked(-right.Offset));
            if (left.Kind == TermKind.Address && right.Kind == TermKind.Address) return Term.Constant(unchecked(left.Offset - right.Offset));
        }

        if (left.Kind == TermKind.Constant && right.Kind == TermKind.Constant) return Term.Constant(Fold(operation, left.Offset, right.Offset));
        return Term.Of(TermKind.Binary, operation, left, right);
    }

    private static long Fold(DW_OP operation, long left, long right)
    {
        if (right == 0 && operation is DW_OP_div or DW_OP_mod && right == 0)
            throw new BinaryFormatException(BinaryError.Malformed, "expression", 0, "division by zero");
        return unchecked(operation switch
        {
            DW_OP_and => left & right,
            DW_OP_or => left | right,
            DW_OP_xor => left ^ right,
            DW_OP_plus => left + right,
            DW_OP_minus => left - right,
            DW_OP_mul => left * right,
            DW_OP_div => right == -1 ? -left : left / right,
            DW_OP_mod => (long)((ulong)left % (ulong)right),
            DW_OP_shl => (ulong)right > 63 ? 0 : left << (int)right,
            DW_OP_shr => (ulong)right > 63 ? 0 : left >>> (int)right,
            DW_OP_shra => left >> (int)Math.Min((ulong)right, 63),
            DW_OP_eq => left == right ? 1 : 0,
            DW_OP_ne => left != right ? 1 : 0,
            DW_OP_lt => left < right ? 1 : 0,
            DW_OP_le => left <= right ? 1 : 0,
            DW_OP_gt => left > right ? 1 : 0,
            DW_OP_ge => left >= right ? 1 : 0,
            _ => throw new System.Diagnostics.UnreachableException(),
        });
    }
}
