using Sonde.Types;

namespace Sonde.Values;

/// <summary>What holds others: maps and the like by their parts, and queues.</summary>
internal ref partial struct ValueDecoder
{
    private Value DecodeContainer(TypeNode type, ContainerShape container, FrameView view)
    {
        long? length = null;
        if (container.Length is { } rule)
        {
            if (!ElementCount.TryRead(rule, 1, view, out ulong count, out MissingReason reason))
                return Missing(type, reason);
            length = (long)count;
        }

        var walk = new ContainerWalk(container.IsWhole ? MaxValues : _limits.Items);
        Walk(container.Body, view, walk, 0);
        if (walk.Missing is { } missing && walk.Entries.Count == 0 && length != 0)
            return Missing(type, missing);

        // All of it was walked and the numbers differ: somebody was writing.
        if (length is { } known && (walk.Entries.Count > known || (!walk.IsCut && walk.Missing is null && walk.Entries.Count != known)))
            return Missing(type, MissingReason.Changing);
        long total = length ?? (walk.IsCut || walk.Missing is not null ? walk.Entries.Count + 1 : walk.Entries.Count);
        return container.Kind == ContainerKind.Map
            ? new MapValue(type.Name, [.. walk.Entries.Select(e => KeyValuePair.Create(e.Key!, e.Value!))], total, container.TextKeys)
            : new SequenceValue(type.Name, [.. walk.Entries.Select(e => e.Value ?? e.Key!)], total);
    }

    /// <summary>Looks for elements in a part of a container's storage.</summary>
    private void Walk(TypeId id, FrameView view, ContainerWalk walk, int depth)
    {
        if (walk.IsFull || depth > MaxDepth || ++_values > MaxValues)
        {
            walk.IsCut = true;
            return;
        }

        TypeNode type = _types[id];
        switch (type.Shape)
        {
            case RecordShape record:
                foreach (Field field in record.Fields)
                    Walk(field.Type, view.From(field.Offset), walk, depth + 1);
                break;

            case VariantShape variant:
                UInt128 discriminant = 0;
                if (variant.DiscriminantOffset is { } at)
                {
                    if (view.Lacks(at, variant.DiscriminantSize, out MissingReason lost))
                    {
                        walk.Lose(lost);
                        break;
                    }

                    discriminant = view.Unsigned(at, variant.DiscriminantSize);
                }

                if (Choose(variant, discriminant) is { } chosen)
                    Walk(chosen.Payload, view, walk, depth + 1);
                break;

            case PointerShape pointer:
                if (view.Lacks(0, 8, out MissingReason reason))
                    walk.Lose(reason);
                else if (view.Word(0) is var address and not 0 && walk.Enter(address, pointer.Target))
                    WalkBehind(pointer.Target, address, 0, 1, view, walk, depth);
                break;

            case SequenceShape sequence:
                WalkSequence(sequence, view, walk, depth);
                break;

            case SlotsShape slots:
                WalkSlots(slots, view, walk);
                break;
        }
    }

    private void WalkBehind(TypeId target, ulong address, ulong stride, ulong count, FrameView holder, ContainerWalk walk, int depth)
    {
        if (count == 0)
            return;
        MissingReason reason = MissingReason.SizeLimit;
        ulong size = _types[target].Size;
        MemoryLocation place = Reader.Find(address, size, Math.Max(size, stride * Math.Min(count, (ulong)_limits.Items)), holder);
        if (place.State == MemoryState.Faulted)
            reason = UserAddress.IsPossible(address) ? MissingReason.NotResident : MissingReason.BadPointer;
        if (place.State != MemoryState.Present)
        {
            walk.Lose(reason);
            return;
        }

        FrameView there = Reader.View(place);
        for (ulong i = 0; i < count; i++)
        {
            FrameView item = there.From(i * stride);
            if (walk.IsFull)
            {
                walk.IsCut = true;
                return;
            }

            if (item.Lacks(0, size, out _))
            {
                walk.Lose(MissingReason.SizeLimit);
                return;
            }

            Walk(target, item, walk, depth + 1);
        }
    }

    private void WalkSequence(SequenceShape sequence, FrameView view, ContainerWalk walk, int depth)
    {
        if (!ElementCount.TryRead(sequence.Count, sequence.Stride, view, out ulong count, out MissingReason reason))
        {
            walk.Lose(reason);
            return;
        }

        if (sequence.PointerOffset is not { } pointer)
        {
            for (ulong i = 0; i < count && !walk.IsCut; i++)
                Walk(sequence.Element, view.From(i * sequence.Stride), walk, depth + 1);
            return;
        }

        if (view.Lacks(pointer, 8, out reason))
            walk.Lose(reason);
        else if (view.Word(pointer) is var address and not 0)
            WalkBehind(sequence.Element, address, sequence.Stride, count, view, walk, depth);
    }

    private void WalkSlots(SlotsShape slots, FrameView view, ContainerWalk walk)
    {
        if (!ElementCount.TryRead(slots.Count, 1, view, out ulong count, out MissingReason reason))
        {
            walk.Lose(reason);
            return;
        }

        for (uint i = 0; i < Math.Min(count, MaxValues); i++)
        {
            if (slots.Test is { } test)
            {
                if (view.Lacks(test.Offset + i, 1, out reason))
                {
                    walk.Lose(reason);
                    return;
                }

                int control = view.Bytes(test.Offset + i, 1)[0] & test.Mask;
                if (control < test.Low || control > test.High)
                    continue;
            }

            if (walk.IsFull)
            {
                walk.IsCut = true;
                return;
            }

            walk.Entries.Add((Part(slots.Key, view, i), Part(slots.Value, view, i)));
        }
    }

    private Value? Part(SlotPart? part, FrameView view, uint index) =>
        part is null ? null : Decode(_types[part.Type], view.From(part.Offset + ((ulong)index * part.Stride)));

    private Value DecodeRing(TypeNode type, RingShape ring, FrameView view)
    {
        if (!ElementCount.TryRead(ring.Capacity, ring.Stride, view, out ulong capacity, out MissingReason reason)
            || !ElementCount.TryRead(ring.Length, ring.Stride, view, out ulong length, out reason)
            || !ElementCount.TryRead(ring.Head, 1, view, out ulong head, out reason))
            return Missing(type, reason);
        if (length > capacity || (capacity > 0 && head > capacity))
            return Missing(type, MissingReason.Changing);
        var items = new List<Value>();
        TypeNode element = _types[ring.Element];
        if (length > 0 && !view.Lacks(ring.PointerOffset, 8, out reason))
        {
            FrameView there = default;
            if (ring.Stride > 0)
            {
                if (!Reader.TryFind(view.Word(ring.PointerOffset), element.Size, capacity * ring.Stride, view, out MemoryLocation place, out reason))
                    return Missing(type, reason);
                there = Reader.View(place);
            }

            for (ulong i = 0; i < length && items.Count < _limits.Items; i++)
            {
                FrameView item = there.From((head + i) % capacity * ring.Stride);
                if (item.Lacks(0, element.Size, out _) || _values > MaxValues)
                    break;
                items.Add(Decode(element, item));
            }
        }

        return type.Presentation is ChannelPresentation channel
            ? new ChannelValue(type.Name, channel.Element, (long)length, (long)capacity, [.. items])
            {
                IsClosed = channel.ClosedOffset is { } closed && !view.Lacks(closed, 4, out _) && view.Unsigned(closed, 4) != 0,
            }
            : new SequenceValue(type.Name, [.. items], (long)length);
    }
}
