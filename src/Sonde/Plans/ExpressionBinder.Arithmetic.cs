using Sonde.Sites;
using Sonde.Specs.Expressions;

namespace Sonde.Plans;

/// <content>Numbers: widths, signs and literals.</content>
internal sealed partial class ExpressionBinder
{
    // As Go computes constants: exactly.
    private static BoundLiteral Fold(BinaryExpr binary, Sites.BinaryOperator operation, Int128 left, Int128 right)
    {
        if (operation is Sites.BinaryOperator.Divide or Sites.BinaryOperator.Remainder && right == 0)
            throw new ExpressionException("division by zero", binary.OperatorSpan);
        if (operation is Sites.BinaryOperator.ShiftLeft or Sites.BinaryOperator.ShiftRight && (right < 0 || right > 64))
            throw new ExpressionException("the shift count must be from 0 to 64", binary.OperatorSpan);
        Int128 value;
        try
        {
            value = operation switch
            {
                Sites.BinaryOperator.Add => checked(left + right),
                Sites.BinaryOperator.Subtract => checked(left - right),
                Sites.BinaryOperator.Multiply => checked(left * right),
                Sites.BinaryOperator.Divide => left / right,
                Sites.BinaryOperator.Remainder => left % right,
                Sites.BinaryOperator.And => left & right,
                Sites.BinaryOperator.Or => left | right,
                Sites.BinaryOperator.Xor => left ^ right,
                Sites.BinaryOperator.ShiftLeft => checked(left * (Int128.One << (int)right)),
                _ => left >> (int)right,
            };
        }
        catch (OverflowException)
        {
            throw new ExpressionException("this number is too large", binary.Span);
        }

        return value >= long.MinValue && value <= ulong.MaxValue ? new BoundLiteral(value) : throw new ExpressionException("this number is too large", binary.Span);
    }

    // A literal takes the type of what it meets; it must be one of its values.
    private static void Check(Bound bound, Expr expression, uint size, bool signed)
    {
        if (bound is not BoundLiteral literal)
            return;
        Int128 low = signed ? -(Int128.One << (int)(8 * size - 1)) : 0;
        Int128 high = (Int128.One << (int)(8 * size - (signed ? 1u : 0))) - 1;
        if (literal.Value < low || literal.Value > high)
            throw new ExpressionException($"{literal.Value} is no {(signed ? "" : "unsigned ")}number of {8 * size} bits", expression.Span);
    }

    private Bound Arithmetic(BinaryExpr binary, Bound left, Bound right)
    {
        Sites.BinaryOperator operation = binary.Operator switch
        {
            Specs.Expressions.BinaryOperator.Add => Sites.BinaryOperator.Add,
            Specs.Expressions.BinaryOperator.Subtract => Sites.BinaryOperator.Subtract,
            Specs.Expressions.BinaryOperator.Multiply => Sites.BinaryOperator.Multiply,
            Specs.Expressions.BinaryOperator.Divide => Sites.BinaryOperator.Divide,
            Specs.Expressions.BinaryOperator.Remainder => Sites.BinaryOperator.Remainder,
            Specs.Expressions.BinaryOperator.BitAnd => Sites.BinaryOperator.And,
            Specs.Expressions.BinaryOperator.BitOr => Sites.BinaryOperator.Or,
            Specs.Expressions.BinaryOperator.BitXor => Sites.BinaryOperator.Xor,
            Specs.Expressions.BinaryOperator.ShiftLeft => Sites.BinaryOperator.ShiftLeft,
            Specs.Expressions.BinaryOperator.ShiftRight => Sites.BinaryOperator.ShiftRight,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (left is BoundLiteral x1 && right is BoundLiteral y1)
            return Fold(binary, operation, x1.Value, y1.Value);
        (BoundNumber? a, BoundNumber? b) = (left is BoundLiteral ? null : Number(left, binary.Left), right is BoundLiteral ? null : Number(right, binary.Right));
        bool shift = operation is Sites.BinaryOperator.ShiftLeft or Sites.BinaryOperator.ShiftRight;
        BoundNumber type = (a, b) switch
        {
            (null, { } only) => shift ? new BoundNumber(new ConstantOperand(0), 8, true) : only,
            ({ } only, null) => only,
            ({ } x, { } y) => shift || x.Size > y.Size || (x.Size == y.Size && !x.Signed) ? x : y,
            (null, null) => throw new System.Diagnostics.UnreachableException(),
        };
        Check(left, binary.Left, shift ? 8 : type.Size, type.Signed);
        Check(right, binary.Right, shift ? 8 : type.Size, !shift && type.Signed);
        Operand l = a?.Value ?? new ConstantOperand(unchecked((long)((BoundLiteral)left).Value));
        Operand r = b?.Value ?? new ConstantOperand(unchecked((long)((BoundLiteral)right).Value));
        return new BoundNumber(new Sites.BinaryOperand(operation, l, r, type.Size, type.Signed), type.Size, type.Signed);
    }
}
