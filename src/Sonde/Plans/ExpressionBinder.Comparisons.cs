using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <content>Comparisons and what is true.</content>
internal sealed partial class ExpressionBinder
{
    private Bound Binary(BinaryExpr binary)
    {
        if (binary.Operator is Specs.Expressions.BinaryOperator.And)
            return new BoundTruth(new AndPredicate(BindCondition(binary.Left), BindCondition(binary.Right)));
        if (binary.Operator is Specs.Expressions.BinaryOperator.Or)
            return new BoundTruth(new OrPredicate(BindCondition(binary.Left), BindCondition(binary.Right)));
        (Bound left, Bound right) = (Constant(binary.Left, binary.Right), Constant(binary.Right, binary.Left));
        Comparison? comparison = binary.Operator switch
        {
            Specs.Expressions.BinaryOperator.Equal => Comparison.Equal,
            Specs.Expressions.BinaryOperator.NotEqual => Comparison.NotEqual,
            Specs.Expressions.BinaryOperator.Less => Comparison.Less,
            Specs.Expressions.BinaryOperator.LessOrEqual => Comparison.LessOrEqual,
            Specs.Expressions.BinaryOperator.Greater => Comparison.Greater,
            Specs.Expressions.BinaryOperator.GreaterOrEqual => Comparison.GreaterOrEqual,
            _ => null,
        };
        return comparison is { } known ? new BoundTruth(Compare(known, left, right, binary)) : Arithmetic(binary, left, right);
    }

    /// <summary>An expression, or the constant of the other side's enum that it names.</summary>
    private Bound Constant(Expr expression, Expr other)
    {
        if (expression is not NameExpr name || scope.ContainsKey(name.Name))
            return Bind(expression);
        string last = name.Name[(name.Name.LastIndexOf(':') + 1)..];
        if (Bind(other) is BoundPlace place && types[place.Type].Presentation is EnumPresentation names)
        {
            foreach ((Int128 value, string constant) in names.Names)
            {
                if (constant == name.Name || constant == last)
                    return new BoundLiteral(value);
            }

            throw new ExpressionException($"{types[place.Type].Name} has no \"{name.Name}\"", name.Span, Hint(last, names.Names.Values, "constants"));
        }

        return Bind(expression);
    }

    private Predicate Compare(Comparison comparison, Bound left, Bound right, BinaryExpr binary)
    {
        if (left is BoundText && right is not BoundText)
            return Compare(Mirror(comparison), right, left, binary);
        if (right is BoundText text)
        {
            TextComparison kind = comparison switch
            {
                Comparison.Equal => TextComparison.Equal,
                Comparison.NotEqual => TextComparison.NotEqual,
                _ => throw new ExpressionException("texts can be compared by == and != only", binary.OperatorSpan),
            };
            return Text(kind, left, text, binary.Left);
        }

        if (left is BoundTruth || right is BoundTruth)
        {
            (Predicate a, Predicate b) = (Truth(left, binary.Left), Truth(right, binary.Right));
            Predicate same = new OrPredicate(new AndPredicate(a, b), new AndPredicate(new NotPredicate(a), new NotPredicate(b)));
            return comparison switch
            {
                Comparison.Equal => same,
                Comparison.NotEqual => new NotPredicate(same),
                _ => throw new ExpressionException("truth values have no order", binary.OperatorSpan),
            };
        }

        if (left is BoundLiteral a1 && right is BoundLiteral b1)
            return new ConstantPredicate(Decide(comparison, a1.Value.CompareTo(b1.Value)));
        if (left is BoundNil && right is BoundNil)
            throw new ExpressionException("nil can be compared with a pointer only", binary.OperatorSpan);
        if (left is BoundNil || (left is BoundLiteral && right is not BoundNil))
            return Compare(Mirror(comparison), right, left, binary);
        if (right is BoundNil)
        {
            if (comparison is not (Comparison.Equal or Comparison.NotEqual))
                throw new ExpressionException("nil has no order", binary.OperatorSpan);
            return new ComparePredicate(comparison, PointerIn(left, binary.Left), new ConstantOperand(0), false);
        }

        BoundNumber number = Number(left, binary.Left);
        bool wide = number is { Size: 8, Signed: false };
        if (right is BoundLiteral literal)
        {
            // A literal beyond the type's range decides the comparison by itself.
            (Int128 low, Int128 high) = wide ? (0, (Int128)ulong.MaxValue) : ((Int128)long.MinValue, (Int128)long.MaxValue);
            if (literal.Value < low || literal.Value > high)
                return new ConstantPredicate(Decide(comparison, literal.Value < low ? 1 : -1));
            return new ComparePredicate(comparison, number.Value, new ConstantOperand(unchecked((long)literal.Value)), !wide);
        }

        BoundNumber other = Number(right, binary.Right);
        bool otherWide = other is { Size: 8, Signed: false };
        if (wide != otherWide && (wide ? other.Signed : number.Signed))
            return wide ? Mixed(Mirror(comparison), other.Value, number.Value) : Mixed(comparison, number.Value, other.Value);
        return new ComparePredicate(comparison, number.Value, other.Value, !wide && !otherWide);
    }

    // By their values, as if both had 65 bits: what is negative is less than all that is unsigned.
    private static Predicate Mixed(Comparison comparison, Operand signed, Operand unsigned)
    {
        var zero = new ConstantOperand(0);
        var negative = new ComparePredicate(Comparison.Less, signed, zero, Signed: true);
        var compared = new ComparePredicate(comparison, signed, unsigned, Signed: false);
        return comparison is Comparison.Less or Comparison.LessOrEqual or Comparison.NotEqual
            ? new OrPredicate(negative, compared)
            : new AndPredicate(new NotPredicate(negative), compared);
    }

    /// <summary>The word of a value that is zero when the value is nil.</summary>
    private Operand PointerIn(Bound bound, Expr expression)
    {
        if (bound is not BoundPlace place)
            throw new ExpressionException("nil can be compared with a pointer only", expression.Span);
        TypeNode node = types[place.Type];
        uint? offset = node.Shape switch
        {
            PointerShape or TextShape { Form: TextForm.Terminated } or ScalarShape { Kind: ScalarKind.Address } => 0,
            SequenceShape { NullIsNil: true } sequence => sequence.PointerOffset,
            DynamicShape dynamic => dynamic.Form is DynamicForm.CppPolymorphic ? dynamic.DataWordOffset : dynamic.TypeWordOffset,
            _ => null,
        };
        if (offset is not { } at)
            throw new ExpressionException($"{node.Name} is never nil", expression.Span);
        return OperandOf(Slice(place.Pieces, at, 8), 8, false) ?? throw Unreadable(place.Pieces, expression.Span);
    }

    private static bool Decide(Comparison comparison, int order) => comparison switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };

    private static Comparison Mirror(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };
}
