using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sonde.Plans;
using Sonde.Specs;
using Sonde.Types;

namespace Sonde.Values;

/// <summary>
/// Decodes one frame's values by their shapes. Types and bytes are hostile: nesting, hops and the number of values are
/// bounded, and no byte is looked at before <see cref="FrameView.Lacks"/> was asked.
/// </summary>
internal ref partial struct ValueDecoder
{
    /// <summary>Nesting of values; a type graph can be made to nest without end.</summary>
    private const int MaxDepth = 200;

    /// <summary>Values of an event; shared targets could be shown again and again.</summary>
    private const int MaxValues = 1 << 16;

    private readonly TypeGraph _types;
    private readonly CaptureLimits _limits;
    private readonly FrameMemory _memory;
    private readonly ScalarDecoder _scalars;
    private readonly DynamicTypeResolver? _dynamicTypes;
    private readonly List<(ulong Address, TypeId Type)> _path;
    private readonly ReadOnlySpan<byte> _frame;
    private readonly int _process;
    private ReadPhase _phase;
    private int _depth;
    private int _hops;
    private int _values;

    public ValueDecoder(
        TypeGraph types, CaptureLimits limits, FrameMemory memory, ScalarDecoder scalars, DynamicTypeResolver? dynamicTypes,
        List<(ulong Address, TypeId Type)> path, ReadOnlySpan<byte> frame)
    {
        _types = types;
        _limits = limits;
        _memory = memory;
        _scalars = scalars;
        _dynamicTypes = dynamicTypes;
        _path = path;
        _frame = frame;
        _process = frame.Length >= FrameHeader.Size ? (int)BinaryPrimitives.ReadUInt32LittleEndian(frame[((int)FrameHeader.ProcessAndThread + 4)..]) : 0;
        memory.Mended.Begin(_process, limits.EventBytes);
    }

    /// <summary>The value of a root.</summary>
    public Value DecodeRoot(FrameRoot root, ReadOnlySpan<MissingBytes> missing)
    {
        _phase = root.Phase;
        _path.Clear();
        _hops = _types[root.Root.Type].Presentation is ChosenPresentation chosen ? -chosen.Steps.Length : 0;
        ulong start = Math.Min(root.Root.FrameOffset, (ulong)_frame.Length);
        ulong length = Math.Min(root.Size, (ulong)_frame.Length - start);
        return Decode(_types[root.Root.Type], new FrameView(_frame.Slice((int)start, (int)length), missing));
    }

    /// <summary>Whether something did not fit the frame.</summary>
    private readonly bool IsCut => _frame.Length >= FrameHeader.FollowedSize && BinaryPrimitives.ReadUInt32LittleEndian(_frame[(int)FrameHeader.Cut..]) != 0;

    private readonly FrameReader Reader => new(_frame, _memory, _phase, _limits.StringBytes);

    private Value Decode(TypeNode type, FrameView view)
    {
        if (type.Shape is ScalarShape scalar)
        {
            _values++;
            return _scalars.Decode(type, scalar.Kind, view);
        }

        if (view.LacksAll(type.Size, out MissingReason reason))
            return Missing(type, reason);
        if (++_values > MaxValues)
            return Missing(type, MissingReason.SizeLimit);
        if (_depth >= MaxDepth)
            return Missing(type, MissingReason.DepthLimit);
        _depth++;
        Value value = type.Shape switch
        {
            TextShape text => TextDecoder.Decode(type, text, view, Reader),
            PointerShape pointer => DecodePointer(type, pointer, view),
            RecordShape record => DecodeRecord(type, record, view),
            SequenceShape sequence => DecodeSequence(type, sequence, view),
            VariantShape variant => DecodeVariant(type, variant, view),
            DynamicShape dynamic => DecodeDynamic(type, dynamic, view),
            ContainerShape container => DecodeContainer(type, container, view),
            RingShape ring => DecodeRing(type, ring, view),
            StackShape stack => DecodeStack(type, stack, view),
            SlotsShape => Missing(type, MissingReason.Unsupported),
            OpaqueShape => Missing(type, MissingReason.Unsupported),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        _depth--;
        return type.Presentation is IValueRefinement refinement ? refinement.Refine(value) ?? value : value;
    }

    private static Value DecodeStack(TypeNode type, StackShape shape, FrameView view)
    {
        if (view.Lacks(0, StackRecord.Callers, out MissingReason reason))
            return Missing(type, reason);
        int room = (int)StackRecord.CallersOf((uint)view.Available);
        int count = (int)Math.Min(view.Word(StackRecord.Count), (ulong)room);
        var callers = ImmutableArray.CreateBuilder<(ulong, ulong)>(count);
        for (uint i = 0; i < count; i++)
        {
            uint at = StackRecord.Callers + i * StackRecord.CallerSize;
            callers.Add((view.Word(at + StackRecord.ReturnAddress), view.Word(at)));
        }

        return new WalkedStack(view.Word(StackRecord.Address), callers.MoveToImmutable(), shape.OnlyCaller, room);
    }

    private Value DecodePointer(TypeNode type, PointerShape pointer, FrameView view)
    {
        if (view.Lacks(0, 8, out MissingReason reason))
            return Missing(type, reason);
        ulong address = view.Word(0);
        if (address == 0)
            return new NilValue(type.Name);
        if (!pointer.IsTransparent)
            return Follow(type, _types[pointer.Target], address, view);
        Value value = Follow(type, _types[pointer.Target], address, view, 0);
        return value is PointerValue { Target: var held } ? held : value is AddressValue ? Missing(type, IsCut ? MissingReason.SizeLimit : MissingReason.DepthLimit) : value;
    }

    /// <summary>The value behind an address, as a pointer to it.</summary>
    private Value Follow(TypeNode type, TypeNode target, ulong address, FrameView holder, int hops = 1)
    {
        for (int i = _path.Count - 1; i >= 0; i--)
        {
            if (_path[i].Address == address && _path[i].Type == target.Id && target.Size > 0)
                return new CycleValue(type.Name, _path.Count - i);
        }

        FrameView there = default;
        if (target.Size > 0)
        {
            MemoryLocation place = Reader.Find(address, target.Size, target.Size, holder);
            if (place.State == MemoryState.Faulted)
                return Missing(type, UserAddress.IsPossible(address) ? MissingReason.NotResident : MissingReason.BadPointer);
            if (place.State == MemoryState.Unknown && !UserAddress.IsPossible(address))
                return Missing(type, MissingReason.BadPointer);
            if (place.State == MemoryState.Unknown || _hops + hops > _limits.Depth)
                return new AddressValue(type.Name, address);
            there = Reader.View(place);
        }

        _path.Add((address, target.Id));
        _hops += hops;
        Value value = Decode(target, there);
        _hops -= hops;
        _path.RemoveAt(_path.Count - 1);
        return new PointerValue(type.Name, address, value);
    }

    private Value DecodeRecord(TypeNode type, RecordShape record, FrameView view)
    {
        if (type.Presentation is TransparentPresentation && OnlyField(record) is { } only)
            return DecodeField(only, view);
        if (type.Presentation is ChosenPresentation chosen && record.Fields is [var container, ..])
            return ChosenValue.Find(DecodeField(container, view), record.Fields is [_, var key] ? DecodeField(key, view) : null, chosen.Steps);
        if (record.Kind == RecordKind.Tuple)
        {
            var items = new Value[record.Fields.Length];
            for (int i = 0; i < items.Length; i++)
                items[i] = DecodeField(record.Fields[i], view);
            return new SequenceValue(type.Name, ImmutableCollectionsMarshal.AsImmutableArray(items), items.Length, IsTuple: true);
        }

        var fields = new NamedValue[record.Fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            Field field = record.Fields[i];
            fields[i] = new NamedValue(field.Name, DecodeField(field, view));
        }

        return new RecordValue(type.Name, ImmutableCollectionsMarshal.AsImmutableArray(fields));
    }

    private Value DecodeField(Field field, FrameView view)
    {
        TypeNode type = _types[field.Type];
        FrameView at = field.Offset == 0 ? view : view.From(field.Offset);
        if (field.BitSize == 0)
            return Decode(type, at);
        _values++;
        return _scalars.DecodeBits(type, at, field.BitOffset, field.BitSize);
    }

    /// <summary>The one field of a wrapper; empty markers beside it do not count.</summary>
    private readonly Field? OnlyField(RecordShape record)
    {
        Field? only = null;
        foreach (Field field in record.Fields)
        {
            if (record.Fields.Length > 1 && _types[field.Type].Size == 0)
                continue;
            if (only is not null)
                return null;
            only = field;
        }

        return only;
    }

    private Value DecodeSequence(TypeNode type, SequenceShape sequence, FrameView view)
    {
        if (!ElementCount.TryRead(sequence.Count, sequence.Stride, view, out ulong count, out MissingReason reason))
            return Missing(type, reason);
        FrameView items = view;
        if (sequence.PointerOffset is { } pointer)
        {
            if (view.Lacks(pointer, 8, out reason))
                return Missing(type, reason);
            ulong address = view.Word(pointer);
            if (count == 0 && address == 0 && sequence.NullIsNil)
                return new NilValue(type.Name);
            items = default;
            if (count > 0 && sequence.Stride > 0)
            {
                ulong shown = Math.Min(count, IsBytes(type, _types[sequence.Element], sequence.Stride) ? (ulong)_limits.StringBytes : (ulong)_limits.Items) * sequence.Stride;
                if (!Reader.TryFind(address, shown, shown, view, out MemoryLocation place, out reason))
                    return Missing(type, reason);
                items = Reader.View(place);
            }
        }

        TypeNode element = _types[sequence.Element];
        return IsBytes(type, element, sequence.Stride)
            ? DecodeBytes(type, items, count)
            : DecodeItems(type, element, sequence, items, count);
    }

    private readonly Value DecodeBytes(TypeNode type, FrameView view, ulong count)
    {
        int there = view.Prefix(count, out MissingReason reason);
        if ((ulong)there < count && reason != MissingReason.SizeLimit)
            return Missing(type, reason);
        return new BytesValue(type.Name, view.Bytes(0, (ulong)Math.Min(there, _limits.StringBytes)).ToArray(), (long)count);
    }

    private Value DecodeItems(TypeNode type, TypeNode element, SequenceShape sequence, FrameView view, ulong count)
    {
        ulong fits = sequence.Stride == 0 ? MaxValues : (ulong)view.Available / sequence.Stride + 1;
        int most = (int)Math.Min(Math.Min(count, fits), (ulong)Math.Clamp(_limits.Items, 0, MaxValues));
        var items = new Value[most];
        int made = 0;
        for (; made < most; made++)
        {
            ulong at = (ulong)made * sequence.Stride;
            FrameView item = view.From(at);
            // The copy ends here: what follows is not missing but not shown.
            if (made > 0 || sequence.PointerOffset is not null)
            {
                if ((element.Size > 0 && item.Available == 0) || _values > MaxValues)
                    break;
                if (item.LacksAll(element.Size, out MissingReason reason) && reason == MissingReason.SizeLimit)
                    break;
            }

            items[made] = Decode(element, item);
        }

        if (made < most)
            Array.Resize(ref items, made);
        return new SequenceValue(type.Name, ImmutableCollectionsMarshal.AsImmutableArray(items), (long)count);
    }

    private readonly bool IsBytes(TypeNode type, TypeNode element, ulong stride) =>
        type.Presentation is BytesPresentation && stride == 1
        || (stride == 1 && element.Size == 1 && element.Shape is ScalarShape { Kind: ScalarKind.Unsigned } && element.Presentation is PlainPresentation);

    private Value DecodeVariant(TypeNode type, VariantShape variant, FrameView view)
    {
        UInt128 discriminant = 0;
        if (variant.DiscriminantOffset is { } offset)
        {
            if (variant.DiscriminantSize is 0 or > 16)
                return Missing(type, MissingReason.Unsupported);
            if (view.Lacks(offset, variant.DiscriminantSize, out MissingReason reason))
                return Missing(type, reason);
            discriminant = view.Unsigned(offset, variant.DiscriminantSize);
        }

        VariantCase? chosen = Choose(variant, discriminant);
        if (chosen is null)
            return Missing(type, MissingReason.Uninitialized);
        TypeNode payload = _types[chosen.Payload];
        if (payload.Shape is RecordShape { Fields.Length: 0 })
            return new VariantValue(type.Name, chosen.Name, null);
        if (payload.Shape is RecordShape { Kind: RecordKind.Tuple, Fields: [var only] })
            return new VariantValue(type.Name, chosen.Name, DecodeField(only, view), IsNewtype: true);
        return new VariantValue(type.Name, chosen.Name, Decode(payload, view), payload.Shape is not RecordShape);
    }

    private static VariantCase? Choose(VariantShape variant, UInt128 discriminant)
    {
        VariantCase? otherwise = null;
        foreach (VariantCase variantCase in variant.Cases)
        {
            if (variantCase.Ranges.IsEmpty)
                otherwise = variantCase;
            foreach ((UInt128 first, UInt128 last) in variantCase.Ranges)
            {
                if (first <= discriminant && discriminant <= last)
                    return variantCase;
            }
        }

        return variant.DiscriminantOffset is null && variant.Cases.Length == 1 ? variant.Cases[0] : otherwise;
    }

    private Value DecodeDynamic(TypeNode type, DynamicShape shape, FrameView view)
    {
        if (view.Lacks(shape.DataWordOffset, 8, out MissingReason reason))
            return Missing(type, reason);
        ulong data = view.Word(shape.DataWordOffset);
        (uint offset, int? behind) = shape.TypeWord;
        if (view.Lacks(offset, 8, out reason))
            return Missing(type, reason);
        ulong typeWord = view.Word(offset);
        if (typeWord == 0)
            return shape.Form == DynamicForm.RustTraitObject ? Missing(type, MissingReason.Uninitialized) : new NilValue(type.Name);
        if (behind is { } displacement)
        {
            if (!Reader.TryFind(typeWord + (ulong)displacement, 8, 8, view, out MemoryLocation place, out reason))
                return Missing(type, reason);
            FrameView there = Reader.View(place);
            if (place.State == MemoryState.Unknown)
                return offset == shape.DataWordOffset ? new AddressValue(type.Name, data) : Missing(type, MissingReason.SizeLimit);
            if (there.Lacks(0, 8, out reason))
                return Missing(type, reason);
            typeWord = there.Word(0);
        }

        if (_dynamicTypes?.Invoke(_process, type.Id, shape.Form, typeWord) is not { } target)
            return Missing(type, MissingReason.TypeNotLoaded);
        TypeNode dynamicType = _types[target.Type];
        if (target.FollowsFreely && dynamicType.Shape is PointerShape free && data != 0)
            return new DynamicValue(type.Name, dynamicType.Name, Follow(dynamicType, _types[free.Target], data, view, 0));
        if (target.IsDirect)
            return new DynamicValue(type.Name, dynamicType.Name, Decode(dynamicType, view.From(shape.DataWordOffset)));
        if (data == 0 && dynamicType.Size > 0)
            return Missing(type, MissingReason.BadPointer);
        Value value = Follow(type, dynamicType, data + (ulong)target.Adjustment, view, target.Hops);
        if (shape.Form == DynamicForm.Closure)
        {
            ImmutableArray<NamedValue> captures = value is PointerValue { Target: RecordValue captured } ? captured.Fields : [];
            return new FunctionValue(type.Name, dynamicType.Name, captures);
        }

        // Whether its type was known when the probe fired, the frame tells: then it was read.
        return value switch
        {
            PointerValue pointed => new DynamicValue(type.Name, dynamicType.Name, pointed.Target),
            AddressValue when target.Hops == 0 => Missing(type, IsCut ? MissingReason.SizeLimit : MissingReason.TypeNotLoaded),
            _ => new DynamicValue(type.Name, dynamicType.Name, value),
        };
    }

    private static MissingValue Missing(TypeNode type, MissingReason reason) => new(type.Name, reason);
}
