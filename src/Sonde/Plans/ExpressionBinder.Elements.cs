using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <content>Elements of arrays, slices and pointers.</content>
internal sealed partial class ExpressionBinder
{
    private Bound Index(IndexExpr index)
    {
        BoundPlace target = Place(Bind(index.Target), index.Target);
        TypeNode node = types[target.Type];
        if (node.Shape is PointerShape pointer)
        {
            target = Dereference(target, pointer, index.Target.Span);

            // In Go and Rust, whose pointer types begin with the sign, a pointer to an array is indexed as the array.
            if (node.Name.Length == 0 || node.Name[0] is not ('*' or '&') || types[target.Type].Shape is not SequenceShape)
                return Element(target.Pieces, types[pointer.Target], pointer.Target, index, null);
            node = types[target.Type];
        }

        if (node.Shape is not SequenceShape sequence)
            throw new ExpressionException($"{node.Name} cannot be indexed", index.Span);
        TypeNode element = types[sequence.Element];
        if (sequence.PointerOffset is not { } at)
            return Element(target.Pieces, element, sequence.Element, index, (sequence.Count as FixedCount)?.Count);
        Operand data = OperandOf(Slice(target.Pieces, at, 8), 8, false) ?? throw Unreadable(target.Pieces, index.Target.Span);
        if (sequence.Count is not CountField && index.Index is IntegerLiteral)
            throw new ExpressionException($"{node.Name} cannot be indexed yet", index.Span);
        if (sequence.Count is CountField length && Bind(index.Index) is BoundLiteral number && number.Value >= 0 && number.Value <= int.MaxValue)
        {
            Operand count = OperandOf(Slice(target.Pieces, length.Offset, length.Size), length.Size, false) ?? throw Unreadable(target.Pieces, index.Target.Span);
            data = new CheckedOperand(data, count, (ulong)number.Value);
        }

        return Element([new Piece(0, (uint)element.Size, new MemoryPlace(data, 0))], element, sequence.Element, index, null);
    }

    private BoundPlace Element(ImmutableArray<Piece> elements, TypeNode element, TypeId type, IndexExpr index, ulong? count)
    {
        if (Bind(index.Index) is not BoundLiteral literal || literal.Value < 0)
            throw new ExpressionException("only a number can be an index for now", index.Index.Span);
        if (literal.Value >= (count ?? int.MaxValue))
            throw new ExpressionException($"index {literal.Value} is out of range", index.Index.Span);
        uint offset = checked((uint)literal.Value * (uint)element.Size);
        if (elements is [{ Place: MemoryPlace memory }])
            return new BoundPlace(type, [new Piece(0, (uint)element.Size, memory with { Displacement = memory.Displacement + offset })]);
        return new BoundPlace(type, Slice(elements, offset, (uint)element.Size));
    }
}
