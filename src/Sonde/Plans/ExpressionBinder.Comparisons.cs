using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;
using BinaryOperator = Sonde.Specs.Expressions.BinaryOperator;

namespace Sonde.Plans;

/// <content>Comparisons: of numbers by their values, of texts by their bytes, with nil.</content>
internal sealed partial class ExpressionBinder
{
    private Bound Binary(BinaryExpr binary)
    {
        if (binary.Operator is BinaryOperator.And)
            return new BoundTruth(new AndPredicate(BindCondition(binary.Left), BindCondition(binary.Right)));
        if (binary.Operator is BinaryOperator.Or)
            return new BoundTruth(new OrPredicate(BindCondition(binary.Left), BindCondition(binary.Right)));
        (Bound left, Bound right) = (Side(binary.Left, binary.Right), Side(binary.Right, binary.Left));
        Comparison? comparison = binary.Operator switch
        {
            BinaryOperator.Equal => Comparison.Equal,
            BinaryOperator.NotEqual => Comparison.NotEqual,
            BinaryOperator.Less => Comparison.Less,
            BinaryOperator.LessOrEqual => Comparison.LessOrEqual,
            BinaryOperator.Greater => Comparison.Greater,
            BinaryOperator.GreaterOrEqual => Comparison.GreaterOrEqual,
            _ => null,
        };
        return comparison is { } known ? new BoundTruth(Compare(known, left, right, binary)) : Arithmetic(binary, left, right);
    }

    /// <summary>An expression, or the constant of the other side's enum that it names.</summary>
    private Bound Side(Expr expression, Expr other)
    {
        string? name = expression switch
        {
            NameExpr plain when !scope.Knows(plain.Name) && Local(plain) is null => plain.Name,
            NullLiteral nothing => nothing.Spelling,

            // With the package, as Go writes the constant of another one.
            MemberExpr { Target: NameExpr package } member when !scope.Knows(package.Name) && Local(package) is null => member.Name,
            _ => null,
        };
        if (name is null || other is NullLiteral || Bind(other) is not BoundPlace bound)
            return Bind(expression);
        BoundPlace place = Unwrap(bound, other.Span);
        TypeNode node = types[place.Type];
        if (node.Presentation is not EnumPresentation || (expression is NullLiteral or MemberExpr && !((EnumPresentation)node.Presentation).Names.Values.Contains(name)))
            return Bind(expression);
        return expression is NameExpr && Global(name) is { } constant ? constant : new BoundLiteral(Enumerator(node, name, expression.Span));
    }

    private Predicate Compare(Comparison comparison, Bound left, Bound right, BinaryExpr binary)
    {
        (TextSource? leftText, TextSource? rightText) = (TextOrNull(left, binary.Left, right is BoundText), TextOrNull(right, binary.Right, left is BoundText));
        if (leftText is not null && rightText is not null)
            return Texts(comparison, leftText, rightText);
        if (left is BoundText or BoundCommand || right is BoundText or BoundCommand || (leftText is not null && right is BoundLiteral) || (rightText is not null && left is BoundLiteral))
            throw new ExpressionException("a text can be compared with a text only", binary.OperatorSpan);
        if (IsTruth(left, binary.Left) || IsTruth(right, binary.Right))
        {
            (Predicate a, Predicate b) = (Truth(left, binary.Left), Truth(right, binary.Right));
            return comparison is Comparison.Equal or Comparison.NotEqual
                ? new ComparePredicate(comparison, new TruthOperand(a), new TruthOperand(b), false)
                : throw new ExpressionException("truth values have no order", binary.OperatorSpan);
        }

        if (left is BoundNil && right is BoundNil)
            throw new ExpressionException("nil can be compared with a pointer only", binary.OperatorSpan);
        if (left is BoundNil || right is BoundNil)
            return Nil(comparison, left is BoundNil ? right : left, left is BoundNil ? binary.Right : binary.Left, (BoundNil)(left is BoundNil ? left : right), binary.OperatorSpan);
        if (FloatSize(left, binary.Left) is not null || FloatSize(right, binary.Right) is not null)
            return Floats(comparison, left, right, binary);
        if (IsWide(left, binary.Left) || IsWide(right, binary.Right))
            return Wide(comparison, left, right, binary);
        if (left is BoundLiteral a1 && right is BoundLiteral b1)
            return new ConstantPredicate(Decide(comparison, a1.Value.CompareTo(b1.Value)));
        if (left is BoundLiteral)
            return Numbers(Mirror(comparison), right, left, binary.Right, binary.Left);
        return Numbers(comparison, left, right, binary.Left, binary.Right);
    }

    private Predicate Numbers(Comparison comparison, Bound left, Bound right, Expr leftSide, Expr rightSide)
    {
        BoundNumber number = Number(left, leftSide);
        bool wide = number is { Size: 8, Signed: false };
        if (right is BoundLiteral literal)
        {
            // A literal beyond the type's range decides the comparison by itself.
            (Int128 low, Int128 high) = wide ? (0, (Int128)ulong.MaxValue) : ((Int128)long.MinValue, (Int128)long.MaxValue);
            if (literal.Value < low || literal.Value > high)
                return new ConstantPredicate(Decide(comparison, literal.Value < low ? 1 : -1));
            return new ComparePredicate(comparison, number.Value, Constant(literal.Value), !wide);
        }

        BoundNumber other = Number(right, rightSide);
        bool otherWide = other is { Size: 8, Signed: false };
        if (wide != otherWide && (wide ? other.Signed : number.Signed))
            return wide ? new MixedPredicate(Mirror(comparison), other.Value, number.Value) : new MixedPredicate(comparison, number.Value, other.Value);
        return new ComparePredicate(comparison, number.Value, other.Value, !wide && !otherWide);
    }

    private Predicate Nil(Comparison comparison, Bound bound, Expr expression, BoundNil nil, TextSpan span)
    {
        if (comparison is not (Comparison.Equal or Comparison.NotEqual))
            throw new ExpressionException("nil has no order", span);
        if (bound is BoundNumber { Size: 8 } address)
            return new ComparePredicate(comparison, address.Value, new ConstantOperand(0), false);
        if (bound is not BoundPlace place)
            throw new ExpressionException("nil can be compared with a pointer only", expression.Span);
        TypeNode node = types[place.Type];
        if (node.Shape is not (PointerShape or TextShape))
            place = Unwrap(place, expression.Span);
        node = types[place.Type];
        if (node.Shape is VariantShape variant && variant.Cases.FirstOrDefault(c => c.Name == nil.Spelling) is { } none)
        {
            Predicate isNone = IsCase(place, variant, none, expression.Span);
            return comparison == Comparison.Equal ? isNone : new NotPredicate(isNone);
        }

        uint? offset = node.Shape switch
        {
            PointerShape or TextShape { Form: TextForm.Terminated } or ScalarShape { Kind: ScalarKind.Address } => 0,
            SequenceShape { NullIsNil: true } sequence => sequence.PointerOffset,
            DynamicShape dynamic => dynamic.Form is DynamicForm.CppPolymorphic ? dynamic.DataWordOffset : dynamic.TypeWordOffset,
            _ => null,
        };
        return offset is { } at
            ? new ComparePredicate(comparison, Word(place, at, 8, expression.Span), new ConstantOperand(0), false)
            : throw new ExpressionException($"{node.Name} is never {nil.Spelling}", expression.Span);
    }

    /// <summary>4 or 8 for a floating-point number of the target, 0 for a literal one; null for what is none.</summary>
    private uint? FloatSize(Bound bound, Expr expression)
    {
        if (bound is BoundFloat)
            return 0;
        if (bound is not BoundPlace place)
            return null;
        TypeNode node = types[Unwrap(place, expression.Span).Type];
        if (node.Shape is not ScalarShape { Kind: ScalarKind.Float })
            return null;
        return node.Size is 4 or 8 ? (uint)node.Size : throw new ExpressionException($"{node.Name} cannot be compared in the kernel", expression.Span);
    }

    private Predicate Floats(Comparison comparison, Bound left, Bound right, BinaryExpr binary)
    {
        (uint a, uint b) = (FloatSize(left, binary.Left) ?? 0, FloatSize(right, binary.Right) ?? 0);
        if (a == 0 && b == 0)
            return WholeNumber(comparison, left, right, binary);
        uint size = Math.Max(a, b);
        return new FloatPredicate(comparison, Bits(left, binary.Left), Bits(right, binary.Right), size);

        Operand Bits(Bound bound, Expr side)
        {
            double? literal = bound switch { BoundFloat number => number.Value, BoundLiteral number => (double)number.Value, _ => null };
            if (literal is { } value)
                return new ConstantOperand(size == 8 ? BitConverter.DoubleToInt64Bits(value) : BitConverter.SingleToUInt32Bits((float)value));
            if (FloatSize(bound, side) is null)
                throw new ExpressionException("an integer variable and a floating-point number cannot be compared in the kernel", binary.OperatorSpan);
            BoundPlace place = Unwrap((BoundPlace)bound, side.Span);
            uint own = (uint)types[place.Type].Size;
            Operand bits = OperandOf(place.Pieces, own) ?? throw Unreadable(place.Pieces, side.Span);
            return own < size ? new WidenedOperand(bits) : bits;
        }
    }

    /// <summary>A whole number and a literal with a fraction: a whole number is above it that is above what is next below it.</summary>
    private Predicate WholeNumber(Comparison comparison, Bound left, Bound right, BinaryExpr binary)
    {
        if (left is BoundFloat)
            (comparison, left, right) = (Mirror(comparison), right, left);
        if (left is BoundFloat or BoundLiteral || right is not BoundFloat { Value: var value })
            throw new ExpressionException("this does not hang on the program", binary.Span);
        bool isMirrored = Bind(binary.Left) is BoundFloat;
        (Expr number, Expr literal) = isMirrored ? (binary.Right, binary.Left) : (binary.Left, binary.Right);
        bool isWhole = Math.Floor(value) == value;
        if (!isWhole && comparison is Comparison.Equal or Comparison.NotEqual)
            return new ConstantPredicate(comparison == Comparison.NotEqual);
        double near = comparison is Comparison.Less or Comparison.GreaterOrEqual ? Math.Ceiling(value) : Math.Floor(value);
        return Numbers(comparison, left, new BoundLiteral((Int128)Math.Clamp(near, -1e20, 1e20)), number, literal);
    }

    // A number of 128 bits: by the upper halves, and by the lower ones where those are equal.
    private Predicate Wide(Comparison comparison, Bound left, Bound right, BinaryExpr binary)
    {
        (Operand low1, Operand high1, bool signed1) = Halves(left, binary.Left);
        (Operand low2, Operand high2, bool signed2) = Halves(right, binary.Right);
        var zero = new ConstantOperand(0);
        Predicate equal = new AndPredicate(new ComparePredicate(Comparison.Equal, high1, high2, false), new ComparePredicate(Comparison.Equal, low1, low2, false));
        if (signed1 != signed2)
        {
            // What is negative is less than all that is unsigned.
            var negative = new ComparePredicate(Comparison.Less, signed1 ? high1 : high2, zero, true);
            Predicate less = Less(Comparison.Less, false), greater = Less(Comparison.Greater, false);
            less = signed1 ? new OrPredicate(negative, less) : new AndPredicate(new NotPredicate(negative), less);
            greater = signed1 ? new AndPredicate(new NotPredicate(negative), greater) : new OrPredicate(negative, greater);
            equal = new AndPredicate(new NotPredicate(negative), equal);
            return Decided(less, greater);
        }

        return Decided(Less(Comparison.Less, signed1), Less(Comparison.Greater, signed1));

        Predicate Less(Comparison order, bool signed) => new OrPredicate(
            new ComparePredicate(order, high1, high2, signed),
            new AndPredicate(new ComparePredicate(Comparison.Equal, high1, high2, false), new ComparePredicate(order, low1, low2, false)));

        Predicate Decided(Predicate less, Predicate greater) => comparison switch
        {
            Comparison.Equal => equal,
            Comparison.NotEqual => new NotPredicate(equal),
            Comparison.Less => less,
            Comparison.LessOrEqual => new NotPredicate(greater),
            Comparison.Greater => greater,
            _ => new NotPredicate(less),
        };
    }

    private bool IsWide(Bound bound, Expr expression) =>
        bound is BoundPlace place && types[Unwrap(place, expression.Span).Type] is { Size: 16, Shape: ScalarShape { Kind: ScalarKind.Signed or ScalarKind.Unsigned } };

    private (Operand Low, Operand High, bool Signed) Halves(Bound bound, Expr expression)
    {
        if (IsWide(bound, expression))
        {
            BoundPlace place = Unwrap((BoundPlace)bound, expression.Span);
            return (Word(place, 0, 8, expression.Span), Word(place, 8, 8, expression.Span), types[place.Type].Shape is ScalarShape { Kind: ScalarKind.Signed });
        }

        if (bound is BoundLiteral literal)
            return (new ConstantOperand(unchecked((long)literal.Value)), new ConstantOperand(unchecked((long)(literal.Value >> 64))), true);
        BoundNumber number = Number(bound, expression);
        return number is { Size: 8, Signed: false }
            ? (number.Value, new ConstantOperand(0), true)
            : (number.Value, new Sites.BinaryOperand(Sites.BinaryOperator.ShiftRight, number.Value, new ConstantOperand(63)), true);
    }

    private bool IsTruth(Bound bound, Expr expression) =>
        bound is BoundTruth || (bound is BoundPlace place && types[Unwrap(place, expression.Span).Type].Shape is ScalarShape { Kind: ScalarKind.Boolean });

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
