using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <content>Elements and slices of arrays, slices, vectors, texts and pointers; lengths.</content>
internal sealed partial class ExpressionBinder
{
    private const string OutOfRange = "this index is out of range";

    /// <summary>Elements side by side in memory; their number when it is known.</summary>
    private sealed record Elements(Operand Address, Operand? Count, TypeId Element, ulong Stride);

    private BoundPlace Index(IndexExpr index)
    {
        BoundPlace whole = Place(Bind(index.Target), index.Target);
        if (MapOf(Unwrap(whole, index.Target.Span).Type) is { } map)
            return Found(whole, map, index.Target, index.Index, index);
        BoundPlace target = Indexed(whole, index.Target.Span);
        Bound at = Bind(index.Index);
        TypeNode node = types[target.Type];

        if (at is BoundText)
            throw new ExpressionException($"{node.Name} has no keys", index.Index.Span);

        // In registers, as small arrays can be, a constant index chooses.
        if (at is BoundLiteral literal)
        {
            ulong? count = node.Shape is SequenceShape { PointerOffset: null, Count: FixedCount fixedCount } ? fixedCount.Count : null;
            if (literal.Value < 0 ? node.Shape is SequenceShape or TextShape { Form: not TextForm.Terminated } : literal.Value >= (count ?? long.MaxValue))
                throw new ExpressionException($"index {literal.Value} is out of range", index.Index.Span, count is { } n ? $"there are {n} elements" : null);
            if (node.Shape is SequenceShape { PointerOffset: null } array && literal.Value * array.Stride < uint.MaxValue)
            {
                TypeNode element = types[array.Element];
                return new BoundPlace(array.Element, Pieces.Slice(target.Pieces, (uint)((ulong)literal.Value * array.Stride), (uint)element.Size));
            }
        }

        return Element(ElementsOf(target, index.Target.Span), Number(at, index.Index).Value);
    }

    /// <summary>A value that can be indexed: a reference is followed, and in Go and Rust a pointer to an array.</summary>
    private BoundPlace Indexed(BoundPlace place, TextSpan span)
    {
        place = Unwrap(place, span);
        TypeNode node = types[place.Type];
        return node.Shape is PointerShape pointer && node.Name is ['*' or '&', ..] && types[pointer.Target].Shape is SequenceShape or TextShape
            ? Unwrap(Dereference(place, pointer, span), span)
            : place;
    }

    private BoundPlace Element(Elements elements, Operand index)
    {
        uint size = (uint)types[elements.Element].Size;
        Operand address = index is ConstantOperand constant
            ? elements.Address.Plus(unchecked(constant.Value * (long)elements.Stride))
            : new BinaryOperand(Sites.BinaryOperator.Add, elements.Address, Scaled(index, elements.Stride));
        if (elements.Count is { } count)
            address = new CheckedOperand(address, index, count);
        return new BoundPlace(elements.Element, [new Piece(0, size, new MemoryPlace(address, 0))]);
    }

    private static Operand Scaled(Operand index, ulong stride) =>
        stride == 1 ? index : new BinaryOperand(Sites.BinaryOperator.Multiply, index, new ConstantOperand((long)stride));

    private Elements ElementsOf(BoundPlace place, TextSpan span)
    {
        TypeNode node = types[place.Type];
        switch (node.Shape)
        {
            case PointerShape pointer:
                return new Elements(Data(place, span), null, pointer.Target, types[pointer.Target].Size);
            case TextShape { Form: TextForm.Terminated }:
                return new Elements(Data(place, span), null, types.Byte, 1);
            case TextShape { Form: TextForm.Counted, CharacterSize: 1, Length: { } length } text:
                return new Elements(Data(place, span, text.PointerOffset), CountOf(place, length, 1, span), types.Byte, 1);
            case TextShape { Form: TextForm.Inline }:
                return new Elements(AddressOf(place, span), new ConstantOperand((long)node.Size), types.Byte, 1);
            case SequenceShape { PointerOffset: { } at, Stride: > 0 } sequence when CountOf(place, sequence.Count, sequence.Stride, span) is { } count:
                return new Elements(Data(place, span, at), count, sequence.Element, sequence.Stride);
            case SequenceShape { PointerOffset: null, Count: FixedCount known } array:
                return new Elements(AddressOf(place, span), new ConstantOperand((long)known.Count), array.Element, array.Stride);
            default:
                throw new ExpressionException($"{node.Name} cannot be indexed", span);
        }
    }

    private Bound Slice(SliceExpr slice)
    {
        BoundPlace target = Indexed(Place(Bind(slice.Target), slice.Target), slice.Target.Span);
        TypeNode node = types[target.Type];
        Elements elements = ElementsOf(target, slice.Target.Span);
        Operand low = slice.Low is { } first ? Bounded(first) : new ConstantOperand(0);
        Operand high = slice.High is { } last ? Bounded(last)
            : elements.Count ?? throw new ExpressionException($"{node.Name} has no length that is known: the slice needs an end", slice.Span);
        if (low is ConstantOperand { Value: var a } && high is ConstantOperand { Value: var b } && a > b)
            throw new ExpressionException("the slice ends before it begins", slice.Span);

        // 0 <= low <= high <= length; where the length is not known, within what anybody can mean.
        Operand limit = elements.Count ?? new ConstantOperand(int.MaxValue);
        Operand from = new BinaryOperand(Sites.BinaryOperator.Add, elements.Address, Scaled(low, elements.Stride));
        if (low is ConstantOperand { Value: 0 })
            from = elements.Address;
        Operand length = low is ConstantOperand { Value: 0 } ? high : new BinaryOperand(Sites.BinaryOperator.Subtract, high, low);
        length = new CheckedOperand(new CheckedOperand(length, low, high, Inclusive: true), high, limit, Inclusive: true);
        bool isText = node.Shape is TextShape;
        var count = new CountField(8, 8);
        TypeId type = types.Add(
            isText ? node.Name : Unsized(node.Name), 16,
            isText ? new TextShape(TextForm.Counted, 0, count) : new SequenceShape(elements.Element, elements.Stride, 0, count));
        return new BoundPlace(type, [new Piece(0, 8, new ComputedPlace(from)), new Piece(8, 8, new ComputedPlace(length))]);

        Operand Bounded(Expr bound) => Bind(bound) is BoundLiteral literal && (literal.Value < 0 || literal.Value > long.MaxValue)
            ? throw new ExpressionException(OutOfRange, bound.Span)
            : Number(Bind(bound), bound).Value;
    }

    // An array's slice is no array of that length: int[8] becomes int[], [8]int []int, [i32; 8] [i32].
    private static string Unsized(string name)
    {
        if (name.Length > 1 && name[0] == '[' && name.IndexOf(']') is > 0 and var close && !name.Contains(';'))
            return "[]" + name[(close + 1)..];
        if (name.StartsWith('[') && name.LastIndexOf(';') is > 0 and var semicolon)
            return name[..semicolon] + "]";
        return name.EndsWith(']') && name.IndexOf('[') is > 0 and var open ? name[..open] + "[]" : name;
    }

    private BoundNumber Length(CallExpr call, Expr argument, bool capacity)
    {
        Bound bound = Bind(argument);
        if (bound is BoundText literal)
            return new BoundNumber(new ConstantOperand(literal.Bytes.Length), 8, true);
        BoundPlace place = Unwrap(Place(bound, argument), argument.Span);
        for (int i = 0; i < MaximumPointers && types[place.Type].Shape is PointerShape { IsTransparent: false } pointer; i++)
            place = Unwrap(Dereference(place, pointer, argument.Span), argument.Span);

        // A nil map or channel is an empty one.
        if (types[place.Type].Shape is PointerShape { IsTransparent: true })
        {
            BoundPlace held = Pointed(place, argument.Span);
            var isNil = new ComparePredicate(Comparison.Equal, Word(place, 0, 8, argument.Span), new ConstantOperand(0), false);
            return new BoundNumber(new ChoiceOperand(isNil, new ConstantOperand(0), LengthOf(held, call, argument, capacity)), 8, true);
        }

        return new BoundNumber(LengthOf(place, call, argument, capacity), 8, true);
    }

    private Operand LengthOf(BoundPlace place, CallExpr call, Expr argument, bool capacity)
    {
        TypeNode node = types[place.Type];
        Operand? count = node.Shape switch
        {
            TextShape { Form: TextForm.Counted, Length: { } length } when !capacity => CountOf(place, length, 1, argument.Span),
            TextShape text when !capacity => new TextLengthOperand((TargetText)TextOf(place, argument)),
            SequenceShape { PointerOffset: null } array => CountOf(place, array.Count, array.Stride, argument.Span),
            SequenceShape { Capacity: { } room } sequence when capacity => CountOf(place, room, sequence.Stride, argument.Span),
            ContainerShape { Length: { } elements } when !capacity => CountOf(place, elements, 1, argument.Span),
            RingShape ring => CountOf(place, capacity ? ring.Capacity : ring.Length, ring.Stride, argument.Span),
            SequenceShape sequence when !capacity => CountOf(place, sequence.Count, sequence.Stride, argument.Span),
            _ => null,
        };
        string what = capacity ? "capacity" : "length";
        return count ?? throw new ExpressionException($"{node.Name} has no {what} that is known", call.Span);
    }

    /// <summary>How many elements there are; null when the rule is none that the kernel can follow.</summary>
    private static Operand? CountOf(BoundPlace place, CountRule rule, ulong stride, TextSpan span) => rule switch
    {
        FixedCount known => new ConstantOperand((long)known.Count),
        CountField field => Word(place, field.Offset, field.Size, span),
        CountSpan ends when stride > 0 => Divided(
            new BinaryOperand(Sites.BinaryOperator.Subtract, Word(place, ends.EndOffset, 8, span), Word(place, ends.BeginOffset, 8, span)), stride),
        _ => null,
    };

    private static Operand Divided(Operand bytes, ulong stride) =>
        stride == 1 ? bytes : new BinaryOperand(Sites.BinaryOperator.Divide, bytes, new ConstantOperand((long)stride));

    private static Operand Word(BoundPlace place, uint offset, uint size, TextSpan span)
    {
        ImmutableArray<Piece> slice = Pieces.Slice(place.Pieces, offset, size);
        return OperandOf(slice, size) ?? throw Unreadable(slice, span);
    }

    /// <summary>The address that a value holds; nil is no address.</summary>
    private static NonNilOperand Data(BoundPlace place, TextSpan span, uint offset = 0) => new(Word(place, offset, 8, span));

    private static Operand AddressOf(BoundPlace place, TextSpan span) => place.Pieces is [{ Offset: 0, Place: MemoryPlace memory }]
        ? new NonNilOperand(memory.Base).Plus(memory.Displacement)
        : throw new ExpressionException("this is in registers: only a number can be its index", span);
}
