using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;

namespace Sonde.Plans;

/// <content>Texts, and the functions.</content>
internal sealed partial class ExpressionBinder
{
    private Bound Call(CallExpr call)
    {
        switch (call.Function)
        {
            case BuiltinFunction.Len or BuiltinFunction.Cap:
                return Length(call, call.Arguments[0], call.Function == BuiltinFunction.Cap);
            case BuiltinFunction.Contains when Bind(call.Arguments[0]) is BoundPlace place && MapOf(Unwrap(place, call.Arguments[0].Span).Type) is { } map:
                return new BoundTruth(new FoundPredicate(Search(place, map, call.Arguments[0], call.Arguments[1]).Search));
            case BuiltinFunction.StartsWith or BuiltinFunction.EndsWith or BuiltinFunction.Contains:
                if (Bind(call.Arguments[1]) is not BoundText part)
                    throw new ExpressionException("a text in quotes is needed", call.Arguments[1].Span);
                TextComparison kind = call.Function switch
                {
                    BuiltinFunction.StartsWith => TextComparison.StartsWith,
                    BuiltinFunction.EndsWith => TextComparison.EndsWith,
                    _ => TextComparison.Contains,
                };
                int most = kind == TextComparison.Contains ? TextLimits.Needle : TextLimits.Literal;
                if (part.Bytes.Length > most)
                    throw new ExpressionException($"this text has more than {most} bytes", call.Arguments[1].Span);
                if (kind == TextComparison.Contains && part.Bytes.Contains((byte)0))
                    throw new ExpressionException("contains() cannot look for a zero byte", call.Arguments[1].Span);
                Bound text = Bind(call.Arguments[0]);
                if (text is BoundText whole)
                    return new BoundTruth(new ConstantPredicate(Decide(kind, whole.Bytes.AsSpan(), part.Bytes.AsSpan())));
                if (text is BoundCommand && kind != TextComparison.StartsWith)
                    throw new ExpressionException("$comm can be compared by == and startswith() only", call.Span);
                return new BoundTruth(new TextPredicate(kind, TextOf(text, call.Arguments[0]), new LiteralText(part.Bytes)));
            default:
                throw new ExpressionException("this function is not supported yet", call.Span);
        }
    }

    private static bool Decide(TextComparison kind, ReadOnlySpan<byte> text, ReadOnlySpan<byte> part) => kind switch
    {
        TextComparison.StartsWith => text.StartsWith(part),
        TextComparison.EndsWith => text.EndsWith(part),
        _ => text.IndexOf(part) >= 0,
    };

    private Predicate Texts(Comparison comparison, TextSource left, TextSource right)
    {
        if (left is LiteralText a && right is LiteralText b)
            return new ConstantPredicate(Decide(comparison, a.Bytes.AsSpan().SequenceCompareTo(b.Bytes.AsSpan())));
        if (left is LiteralText)
            (comparison, left, right) = (Mirror(comparison), right, left);
        return new TextPredicate(
            comparison switch
            {
                Comparison.Equal => TextComparison.Equal,
                Comparison.NotEqual => TextComparison.NotEqual,
                Comparison.Less => TextComparison.Less,
                Comparison.LessOrEqual => TextComparison.LessOrEqual,
                Comparison.Greater => TextComparison.Greater,
                _ => TextComparison.GreaterOrEqual,
            },
            left, right);
    }

    private TextSource? TextOrNull(Bound bound, Expr expression, bool orBytes) => bound switch
    {
        BoundText literal when literal.Bytes.Length > TextLimits.Literal => throw new ExpressionException($"this text has more than {TextLimits.Literal} bytes", expression.Span),
        BoundText literal => new LiteralText(literal.Bytes),
        BoundCommand => new CommandText(),
        BoundPlace place when types[Pointed(place, expression.Span).Type].Shape is var shape && (shape is TextShape || (orBytes && shape is SequenceShape { Stride: 1 })) =>
            TextOf(bound, expression),
        _ => null,
    };

    private TextSource TextOf(Bound bound, Expr expression)
    {
        if (bound is BoundCommand)
            return new CommandText();
        BoundPlace place = Pointed(Place(bound, expression), expression.Span);
        TypeNode node = types[place.Type];
        switch (node.Shape)
        {
            case TextShape { CharacterSize: not 1 }:
                throw new ExpressionException($"{node.Name} has wide characters, which cannot be compared yet", expression.Span);
            case TextShape { Form: TextForm.Counted, Length: CountField length } text:
                return new TargetText(Word(place, text.PointerOffset, 8, expression.Span), Word(place, length.Offset, length.Size, expression.Span));
            case TextShape { Form: TextForm.Terminated }:
                return new TargetText(Word(place, 0, 8, expression.Span), null);
            case TextShape { Form: TextForm.Inline } when place.Pieces is [{ Offset: 0, Place: MemoryPlace memory }]:
                return new TargetText(memory.Base.Plus(memory.Displacement), null, (uint)Math.Min(node.Size, int.MaxValue));

            // Bytes are compared as a text is.
            case SequenceShape { Stride: 1, PointerOffset: { } at } bytes when CountOf(place, bytes.Count, 1, expression.Span) is { } count:
                return new TargetText(Word(place, at, 8, expression.Span), count);
            default:
                throw new ExpressionException($"{node.Name} is no text", expression.Span);
        }
    }
}
