using Sonde.Specs;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>
/// The rows of the follow loop, made of shapes. Rows are only ever added; a row that nothing was expanded for yet leads
/// nowhere. Rows may be asked for by several threads; what is new is taken by one.
/// </summary>
internal sealed class FollowTable(TypeGraph types, CaptureLimits limits)
{
    /// <summary>Rows and references that the maps have room for.</summary>
    public const int MaximumRows = 16_384, MaximumReferences = 32_768;

    private const int MaximumOfType = 1024;
    private const int MaximumNesting = 64;
    private const uint MostOfWhole = 65_536;

    private readonly References _references = new(types);
    private readonly Dictionary<(TypeId Type, bool IsWhole), Entry> _rows = [];
    private readonly Queue<(TypeId Type, int Depth, bool IsWhole)> _open = new();
    private int _nextRow = 1;
    private int _nextReference;

    /// <summary>Rows that were added or changed since this was emptied: number and bytes.</summary>
    public List<(int Row, byte[] Bytes)> NewRows { get; } = [];

    /// <summary>References that were added since this was emptied.</summary>
    public List<(int Index, byte[] Bytes)> NewReferences { get; } = [];

    /// <summary>Whether values with a dynamic type can be met.</summary>
    public bool HasInterfaces { get; private set; }

    /// <summary>Whether functions can be met.</summary>
    public bool HasClosures { get; private set; }

    /// <summary>Whether there is anything to follow in a value of the type.</summary>
    public bool Leads(TypeId type) => _references.Has(type);

    /// <summary>The row of a type, with all that can be reached from it by a number of hops; 0 when nothing can.</summary>
    public int RowOf(TypeId type, int depth)
    {
        lock (_rows)
        {
            int row = Reach(type, depth, false);
            while (_open.TryDequeue(out (TypeId Type, int Depth, bool IsWhole) next))
                Expand(next.Type, next.Depth, next.IsWhole);
            return row;
        }
    }

    private int Reach(TypeId type, int depth, bool whole)
    {
        if (!_references.Has(type))
            return 0;
        if (!_rows.TryGetValue((type, whole), out Entry? entry))
        {
            if (_nextRow >= MaximumRows)
                return 0;
            _rows.Add((type, whole), entry = new Entry(_nextRow++));
        }

        // A row that is beyond the depth has its number already: references to it are written once.
        if (entry.Depth < depth)
        {
            entry.Depth = depth;
            _open.Enqueue((type, depth, whole));
        }

        return entry.Row;
    }

    private void Expand(TypeId type, int depth, bool whole)
    {
        Entry entry = _rows[(type, whole)];
        if (entry.Depth > depth)
            return; // a later turn goes further
        var collector = new Collector { IsWhole = whole };
        Collect(type, 0, null, depth, collector, 0);
        if (entry.Count < 0)
        {
            // A second time only for the rows further on: the references are the same.
            if (_nextReference + collector.References.Count > MaximumReferences)
                return;
            entry.Count = collector.References.Count;
            NewRows.Add((entry.Row, FollowRow.Bytes(_nextReference, entry.Count, (uint)Math.Min(types[type].Size, uint.MaxValue))));
            foreach (FollowReference reference in collector.References)
            {
                byte[] bytes = new byte[FollowReference.Size];
                reference.Write(bytes);
                NewReferences.Add((_nextReference++, bytes));
            }
        }
    }

    private void Collect(TypeId id, uint at, FollowGuard? guard, int depth, Collector to, int nesting)
    {
        if (to.References.Count >= MaximumOfType || nesting > MaximumNesting || !_references.Has(id))
            return;
        TypeNode type = types[id];
        switch (type.Shape)
        {
            case TextShape { Form: TextForm.Counted, Length: CountField length } text:
                Add(to, guard, Elements(at + text.PointerOffset, length, at, text.CharacterSize, (uint)limits.StringBytes / Math.Max(text.CharacterSize, 1)));
                break;

            case TextShape { Form: TextForm.Terminated }:
                Add(to, guard, new FollowReference { Form = FollowForm.Terminated, Pointer = at, Stride = (uint)limits.StringBytes + 2 });
                break;

            case SequenceShape { PointerOffset: { } pointer, Stride: > 0 and <= int.MaxValue } sequence:
                uint most = to.IsWhole ? MostOfWhole : sequence.Stride == 1 ? (uint)limits.StringBytes : (uint)limits.Items;
                Add(to, guard, Elements(at + pointer, sequence.Count, at, (uint)sequence.Stride, most) with { Target = Reach(sequence.Element, depth, to.IsWhole) });
                break;

            case SequenceShape { PointerOffset: null, Count: FixedCount count } sequence:
                for (uint i = 0; i < Math.Min(count.Count, (ulong)limits.Items); i++)
                    Collect(sequence.Element, Offset(at, i * sequence.Stride), guard, depth, to, nesting + 1);
                break;

            case RingShape { Stride: > 0 and <= int.MaxValue } ring:
                Add(to, guard, Elements(at + ring.PointerOffset, ring.Capacity, at, (uint)ring.Stride, (uint)limits.Items * 4) with { Target = Reach(ring.Element, depth, false) });
                break;

            case RecordShape record:
                foreach (Field field in record.Fields)
                    Collect(field.Type, Offset(at, field.Offset), guard, depth, to, nesting + 1);
                break;

            case VariantShape variant:
                foreach (VariantCase variantCase in variant.Cases)
                    Collect(variantCase.Payload, at, GuardOf(variant, variantCase, at) ?? guard, depth, to, nesting + 1);
                break;

            case ContainerShape container:
                bool outer = to.IsWhole;
                to.IsWhole = container.IsWhole;
                Collect(container.Body, at, guard, depth, to, nesting + 1);
                to.IsWhole = outer;
                break;

            case SlotsShape slots when slots.Count is FixedCount count:
                bool inside = to.IsWhole;
                to.IsWhole = false;
                for (uint i = 0; i < Math.Min(count.Count, 64); i++)
                {
                    FollowGuard? used = slots.Test is { } test ? new FollowGuard(at + test.Offset + i, test.Mask, test.Low, test.High) : guard;
                    if (slots.Key is { } key)
                        Collect(key.Type, at + key.Offset + (i * key.Stride), used, depth, to, nesting + 1);
                    if (slots.Value is { } value)
                        Collect(value.Type, at + value.Offset + (i * value.Stride), used, depth, to, nesting + 1);
                }

                to.IsWhole = inside;
                break;

            case PointerShape pointer when types[pointer.Target].Size is > 0 and <= int.MaxValue and var size:
                uint hops = pointer.IsTransparent ? 0u : 1;
                Add(to, guard, new FollowReference { Pointer = at, Stride = (uint)size, Hops = hops, Target = Reach(pointer.Target, depth - (int)hops, to.IsWhole) });
                break;

            case DynamicShape dynamic:
                HasInterfaces |= dynamic.Form != DynamicForm.Closure;
                HasClosures |= dynamic.Form == DynamicForm.Closure;
                (uint word, int? behind) = dynamic.TypeWord;
                Add(to, guard, new FollowReference
                {
                    Form = FollowForm.Dynamic,
                    Pointer = at + dynamic.DataWordOffset,
                    CountOffset = at + word,
                    IsIndirect = behind is not null,
                    Bias = behind ?? 0,
                });
                break;
        }
    }

    private static FollowReference Elements(uint pointer, CountRule rule, uint at, uint stride, uint most)
    {
        var reference = new FollowReference { Pointer = pointer, Stride = stride, MaxCount = most };
        return rule switch
        {
            CountField field => reference with { Count = FollowCount.Field, CountOffset = at + field.Offset, CountMask = MaskOf(field.Size) },
            CountMask mask => reference with { Count = FollowCount.Mask, CountOffset = at + mask.Offset, CountMask = MaskOf(mask.Size) },
            CountPower power => reference with { Count = FollowCount.Power, CountOffset = at + power.Offset, CountMask = MaskOf(power.Size), Bias = power.Bias },
            CountSpan span => reference with { Count = FollowCount.Span, CountOffset = at + span.EndOffset },
            FixedCount known => reference with { MaxCount = (uint)Math.Min(known.Count, most) },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // Of a case with several ranges, or of the case for all the rest, what is read for nothing is not looked at.
    private static FollowGuard? GuardOf(VariantShape variant, VariantCase variantCase, uint at)
    {
        if (variant.DiscriminantOffset is not { } offset || variant.DiscriminantSize is 0 or > 8 || variantCase.Ranges is not [var range])
            return null;
        return new FollowGuard(Offset(at, offset), MaskOf(variant.DiscriminantSize), (ulong)range.First, (ulong)range.Last);
    }

    private static ulong MaskOf(uint size) => size >= 8 ? ulong.MaxValue : (1UL << (int)(8 * size)) - 1;

    private static uint Offset(uint at, ulong further) => (uint)Math.Min(at + further, int.MaxValue);

    private static void Add(Collector to, FollowGuard? guard, FollowReference reference) => to.References.Add(reference with { Guard = guard });

    private sealed class Entry(int row)
    {
        public int Row { get; } = row;

        public int Depth { get; set; } = -1;

        public int Count { get; set; } = -1;
    }

    private sealed class Collector
    {
        public List<FollowReference> References { get; } = [];

        /// <summary>Whether this is the storage of a container that is wanted whole.</summary>
        public bool IsWhole { get; set; }
    }
}
