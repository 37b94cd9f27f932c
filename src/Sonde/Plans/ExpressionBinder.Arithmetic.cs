using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <content>
/// Numbers: they keep the width and the sign of their types and wrap around in them, without C's promotions. Of two types the
/// wider one counts, of two of one width the unsigned one; literals take the type of what they meet.
/// </content>
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

    private BoundNumber Number(Bound bound, Expr expression)
    {
        switch (bound)
        {
            case BoundNumber number:
                return number;
            case BoundLiteral literal:
                return new BoundNumber(Constant(literal.Value), 8, literal.Value <= long.MaxValue);
            case BoundPlace any:
                BoundPlace place = Unwrap(any, expression.Span);
                TypeNode node = types[place.Type];
                bool signed = node.Shape is ScalarShape { Kind: ScalarKind.Signed };
                if (node.Shape is ScalarShape { Kind: ScalarKind.Float or ScalarKind.Complex })
                    throw new ExpressionException("the kernel cannot compute with floating-point numbers", expression.Span, "they can be compared with each other and with numbers");
                bool scalar = node.Shape is ScalarShape or PointerShape or TextShape { Form: TextForm.Terminated };
                if (!scalar)
                    throw new ExpressionException($"{node.Name} is no number", expression.Span);
                if (node.Size is not (1 or 2 or 4 or 8))
                    throw new ExpressionException($"a number of {8 * node.Size} bits cannot be computed with", expression.Span);
                Operand value = OperandOf(place.Pieces, (uint)node.Size, signed) ?? throw Unreadable(place.Pieces, expression.Span);
                return new BoundNumber(value, (uint)node.Size, signed);
            case BoundFloat:
                throw new ExpressionException("the kernel cannot compute with floating-point numbers", expression.Span, "they can be compared with each other and with numbers");
            default:
                throw new ExpressionException("this is no number", expression.Span);
        }
    }

    private static ConstantOperand Constant(Int128 value) => new(unchecked((long)value));

    // 5u8 is of that type; a suffix that only says "unsigned" leaves the width open.
    private static Bound Typed(Int128 value, NumericSuffix suffix, Expr expression)
    {
        (uint Size, bool Signed)? type = suffix switch
        {
            NumericSuffix.I8 => (1, true),
            NumericSuffix.I16 => (2, true),
            NumericSuffix.I32 => (4, true),
            NumericSuffix.I64 or NumericSuffix.Isize => (8, true),
            NumericSuffix.U8 => (1, false),
            NumericSuffix.U16 => (2, false),
            NumericSuffix.U32 => (4, false),
            NumericSuffix.U64 or NumericSuffix.Usize => (8, false),
            _ => null,
        };
        var literal = new BoundLiteral(value);
        if (type is not { } known)
            return literal;
        Check(literal, expression, known.Size, known.Signed);
        return new BoundNumber(Constant(value), known.Size, known.Signed);
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
        if (operation is Sites.BinaryOperator.Divide or Sites.BinaryOperator.Remainder && right is BoundLiteral { Value: var divisor } && divisor == 0)
            throw new ExpressionException("division by zero", binary.OperatorSpan);
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
        Operand l = a?.Value ?? Constant(((BoundLiteral)left).Value);
        Operand r = b?.Value ?? Constant(((BoundLiteral)right).Value);
        return new BoundNumber(new Sites.BinaryOperand(operation, l, r, type.Size, type.Signed), type.Size, type.Signed);
    }
}
