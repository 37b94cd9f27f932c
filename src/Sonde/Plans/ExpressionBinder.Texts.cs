using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <content>Texts and lengths.</content>
internal sealed partial class ExpressionBinder
{
    private Bound Call(CallExpr call)
    {
        switch (call.Function)
        {
            case BuiltinFunction.Len when call.Arguments is [var argument]:
                return Length(Place(Bind(argument), argument), argument);
            case BuiltinFunction.StartsWith or BuiltinFunction.EndsWith when call.Arguments is [var value, var part]:
                if (Bind(part) is not BoundText text)
                    throw new ExpressionException("a text in quotes is needed", part.Span);
                TextComparison kind = call.Function == BuiltinFunction.StartsWith ? TextComparison.StartsWith : TextComparison.EndsWith;
                return new BoundTruth(Text(kind, Bind(value), text, value));
            default:
                throw new ExpressionException("this function is not supported yet", call.Span);
        }
    }

    private BoundNumber Length(BoundPlace place, Expr expression)
    {
        CountRule? rule = types[place.Type].Shape switch
        {
            TextShape text => text.Length,
            SequenceShape sequence => sequence.Count,
            _ => null,
        };
        switch (rule)
        {
            case FixedCount known:
                return new BoundNumber(new ConstantOperand((long)known.Count), 8, true);
            case CountField field:
                Operand count = OperandOf(Slice(place.Pieces, field.Offset, field.Size), field.Size, false) ?? throw Unreadable(place.Pieces, expression.Span);
                return new BoundNumber(count, 8, true);
            default:
                throw new ExpressionException($"{types[place.Type].Name} has no length that is known", expression.Span);
        }
    }

    private Predicate Text(TextComparison kind, Bound left, BoundText literal, Expr expression)
    {
        BoundPlace place = Place(left, expression);
        TypeNode node = types[place.Type];
        switch (node.Shape)
        {
            case TextShape { Form: TextForm.Counted, Length: CountField length } text:
                Operand? address = OperandOf(Slice(place.Pieces, text.PointerOffset, 8), 8, false);
                Operand? count = OperandOf(Slice(place.Pieces, length.Offset, length.Size), length.Size, false);
                if (text.CharacterSize != 1)
                    throw new ExpressionException($"{node.Name} has wide characters, which cannot be compared yet", expression.Span);
                if (address is null || count is null)
                    throw Unreadable(place.Pieces, expression.Span);
                return new TextPredicate(kind, address, count, literal.Bytes);
            case TextShape { Form: TextForm.Terminated }:
                Operand pointer = OperandOf(place.Pieces, 8, false) ?? throw Unreadable(place.Pieces, expression.Span);
                return new TextPredicate(kind, pointer, null, literal.Bytes);
            case TextShape { Form: TextForm.Inline } when place.Pieces is [{ Place: MemoryPlace memory }]:
                Operand inline = memory.Base.Plus(memory.Displacement);

                // A text that fills the array has no zero behind it.
                if ((ulong)literal.Bytes.Length > node.Size)
                    return new ConstantPredicate(kind == TextComparison.NotEqual);
                return (ulong)literal.Bytes.Length == node.Size
                    ? new TextPredicate(kind, inline, new ConstantOperand((long)node.Size), literal.Bytes)
                    : new TextPredicate(kind, inline, null, literal.Bytes);
            default:
                throw new ExpressionException($"{node.Name} is no text", expression.Span);
        }
    }
}
