using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>Turns the storage of a container into a walk that looks for a key.</summary>
/// <param name="types">The types.</param>
/// <param name="next">The number of the next cursor.</param>
/// <param name="partsOf">What the parts of a key of a type must be.</param>
internal sealed class WalkBuilder(TypeGraph types, Func<CursorOperand> next, Func<TypeId, ImmutableArray<KeyPart>> partsOf)
{
    private const int MaximumDepth = 16;
    private const int TestedSlots = 8;

    private readonly Dictionary<TypeId, CursorOperand> _open = [];
    private readonly HashSet<CursorOperand> _continued = [];
    private readonly List<CursorOperand> _cursors = [];
    private ImmutableArray<KeyPart>? _parts;

    /// <summary>All words that the walk keeps.</summary>
    public ImmutableArray<CursorOperand> Cursors => [.. _cursors];

    /// <summary>The type of what is found; null until a walk has been built.</summary>
    public TypeId? Value { get; private set; }

    /// <summary>The walk through a container whose header is at an address; null when the kernel cannot walk its storage.</summary>
    public Walk? Build(ContainerShape container, Operand address)
    {
        try
        {
            CursorOperand header = Cursor();
            return Of(container.Body, header, 0) is { } walk && Value is not null ? new WalkAt(header, address, walk) : null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private CursorOperand Cursor()
    {
        CursorOperand cursor = next();
        _cursors.Add(cursor);
        return cursor;
    }

    // Null for what leads to no elements.
    private Walk? Of(TypeId type, Operand address, int depth)
    {
        if (depth > MaximumDepth)
            throw new NotSupportedException();
        switch (types[type].Shape)
        {
            case RecordShape record:
                return Parts([.. record.Fields.Select(f => Of(f.Type, address.Plus((long)f.Offset), depth + 1)).OfType<Walk>()]);
            case VariantShape variant:
                var place = new BoundPlace(type, [new Piece(0, int.MaxValue, new MemoryPlace(address, 0))]);
                if (variant.Cases.Length > 1 && SameRun(variant) is { } run)
                {
                    Operand count = CountAt(address, run.Count, run.Stride);
                    foreach (VariantCase one in variant.Cases.Skip(1))
                        count = new ChoiceOperand(ExpressionBinder.IsCase(place, variant, one, default), CountAt(address, ((SequenceShape)types[one.Payload].Shape).Count, run.Stride), count);
                    return Run(run, address, count, depth);
                }

                return Parts([.. variant.Cases.Select(c => Of(c.Payload, address, depth + 1) is { } walk
                    ? new WalkWhen(ExpressionBinder.IsCase(place, variant, c, default), walk)
                    : null).OfType<Walk>()]);
            case PointerShape pointer:
                var target = new LoadOperand(address, 0, 8);
                if (!_open.TryGetValue(pointer.Target, out CursorOperand? open))
                    return At(pointer.Target, target, depth);
                _continued.Add(open);
                return new WalkAgain(open, target);
            case SequenceShape { Stride: > 0 and <= int.MaxValue } sequence:
                return Run(sequence, address, CountAt(address, sequence.Count, sequence.Stride), depth);
            case SlotsShape slots:
                return Slots(slots, address);
            default:
                return null;
        }
    }

    /// <summary>The run of which only the length differs between the cases.</summary>
    private SequenceShape? SameRun(VariantShape variant) =>
        types[variant.Cases[0].Payload].Shape is SequenceShape { Stride: > 0 and <= int.MaxValue } first
        && variant.Cases.All(c => types[c.Payload].Shape is SequenceShape other && other with { Count = first.Count } == first) ? first : null;

    private WalkRun? Run(SequenceShape sequence, Operand address, Operand count, int depth)
    {
        (CursorOperand at, CursorOperand left) = (Cursor(), Cursor());
        Operand first = sequence.PointerOffset is { } pointerAt ? new LoadOperand(address, pointerAt, 8) : address;
        return At(sequence.Element, at, depth) is { } each ? new WalkRun(at, left, first, count, (uint)sequence.Stride, each) : null;
    }

    /// <summary>What is at an address, and what is chained to it.</summary>
    private WalkAt? At(TypeId type, Operand address, int depth)
    {
        CursorOperand cursor = Cursor();
        _open.Add(type, cursor);
        Walk? walk = Of(type, cursor, depth + 1);
        _open.Remove(type);
        return walk is null ? null : new WalkAt(cursor, address, walk);
    }

    // What goes on elsewhere comes last; there can be one such part only: a tree would need a stack.
    private Walk? Parts(ImmutableArray<Walk> parts)
    {
        if (parts.Count(Continues) > 1)
            throw new NotSupportedException();
        return parts.Length switch
        {
            0 => null,
            1 => parts[0],
            _ => new WalkParts([.. parts.OrderBy(Continues)]),
        };
    }

    private static bool Continues(Walk walk) => walk switch
    {
        WalkAgain => true,
        WalkWhen some => Continues(some.Then),
        WalkParts parts => parts.Parts.Any(Continues),

        // A chain that begins and ends within.
        WalkAt at => Leaves(at.Then, at.Cursor),
        WalkRun run => Continues(run.Each) ? throw new NotSupportedException() : false,
        _ => false,
    };

    private static bool Leaves(Walk walk, CursorOperand own) => walk switch
    {
        WalkAgain again => again.Cursor != own,
        WalkWhen some => Leaves(some.Then, own),
        WalkParts parts => parts.Parts.Any(p => Leaves(p, own)),
        _ => Continues(walk),
    };

    private WalkSlots Slots(SlotsShape slots, Operand address)
    {
        if (slots is not { Count: FixedCount { Count: > 0 and <= TestedSlots } count, Key: { } key, Value: { } value })
            throw new NotSupportedException();
        Value = value.Type;
        TypeId type = types[key.Type].Shape is PointerShape { IsTransparent: true } pointer && types[key.Type].Name == types[pointer.Target].Name ? pointer.Target : key.Type;
        return new WalkSlots(address, (int)count.Count, _parts ??= partsOf(type))
        {
            KeySize = (uint)types[key.Type].Size,
            IsTested = slots.Test is not null,
            TestOffset = slots.Test?.Offset ?? 0,
            Mask = slots.Test?.Mask ?? 0,
            Low = slots.Test?.Low ?? 0,
            High = slots.Test?.High ?? 0,
            KeyOffset = key.Offset,
            KeyStride = key.Stride,
            ValueOffset = value.Offset,
            ValueStride = value.Stride,
        };
    }

    private static Operand CountAt(Operand address, CountRule rule, ulong stride) => rule switch
    {
        FixedCount known => new ConstantOperand((long)known.Count),
        CountField field => new LoadOperand(address, field.Offset, field.Size),
        CountMask mask => new LoadOperand(address, mask.Offset, mask.Size).Plus(1),
        CountPower power => new BinaryOperand(
            BinaryOperator.ShiftLeft, new ConstantOperand(1), new LoadOperand(address, power.Offset, power.Size).Plus(power.Bias)),
        CountSpan span => new BinaryOperand(
            BinaryOperator.Divide,
            new BinaryOperand(BinaryOperator.Subtract, new LoadOperand(address, span.EndOffset, 8), new LoadOperand(address, span.BeginOffset, 8)),
            new ConstantOperand((long)stride)),
        _ => throw new NotSupportedException(),
    };
}
