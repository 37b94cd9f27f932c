using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>
/// Lays out the frame and lists the reads: first the bytes of every wanted value, then, breadth first and within the
/// limits, what those bytes point to.
/// </summary>
internal sealed class Planner
{
    // Records that hold records that hold records: more parts than an event can show.
    private const int MaximumExpansions = 65_536;

    // A container that is wanted whole, though only an element of it is shown.
    private const uint RoomForWhole = 32_768;

    // With more reads than this the loop is cheaper than steps, which take their full room in every frame.
    private const int ManyReads = 16;

    private readonly TypeGraph _types;
    private readonly CaptureLimits _limits;
    private readonly References _references;
    private readonly Queue<Expansion> _queue = new();
    private readonly StepNode _entry = new(null);
    private readonly StepNode _return = new(null);
    private readonly FollowTable? _follow;
    private uint _cursor;
    private int _statusBits;
    private int _reads;
    private bool _isIncomplete;

    private Planner(PlanRequest request, FollowTable? follow)
    {
        _types = request.Types;
        _limits = request.Limits;
        _references = new References(request.Types);
        _follow = follow;
        _cursor = follow is null ? FrameHeader.Size : FrameHeader.FollowedSize;
        if (request.Held is { } held && held.Steps.Any())
            (_cursor, _statusBits) = ((held.End + 7) & ~7u, held.StatusBits);
    }

    /// <summary>Makes the plan: of steps alone where they read all there is to read, else with the follow loop.</summary>
    public static CapturePlan Plan(PlanRequest request)
    {
        if (request is { AlwaysFollow: true, Follow: { } table })
            return PlanFollowed(request, table);
        var planner = new Planner(request, null);
        var roots = ImmutableArray.CreateBuilder<Root>(request.Values.Length);
        foreach (WantedValue wanted in request.Values)
            roots.Add(planner.PlaceRoot(wanted));
        for (int i = 0; i < MaximumExpansions && planner._queue.TryDequeue(out Expansion expansion); i++)
            planner.Expand(expansion);
        if (request.Follow is { } loop && (planner._isIncomplete || planner._reads > ManyReads))
            return PlanFollowed(request, loop);
        return new CapturePlan
        {
            FrameSize = FrameSizes.Fit(planner._cursor) ?? throw new System.Diagnostics.UnreachableException(),
            EntrySteps = [.. request.Held?.Steps ?? [], .. planner._entry.Freeze()],
            ReturnSteps = planner._return.Freeze(),
            Roots = roots.DrainToImmutable(),
            Expressions = request.Expressions,
            EntryCondition = request.EntryCondition,
            ReturnCondition = request.ReturnCondition,
            Limits = request.Limits,
        };
    }

    private static CapturePlan PlanFollowed(PlanRequest request, FollowTable table)
    {
        var planner = new Planner(request, table);
        var roots = new Root[request.Values.Length];
        uint first = planner._cursor, entryEnd = first;
        foreach (bool atReturn in (bool[])[false, true])
        {
            for (int i = 0; i < roots.Length; i++)
            {
                if (request.Values[i].AtReturn == atReturn)
                    roots[i] = planner.PlaceRoot(request.Values[i]);
            }

            planner._cursor = (planner._cursor + 7) & ~7u;
            if (!atReturn)
                entryEnd = planner._cursor;
        }

        uint size = (uint)Math.Clamp(request.Limits.EventBytes, 1024, (int)FrameSizes.All[^1]);
        if (request.Values.Any(v => request.Types[v.Variable.Type].Presentation is ChosenPresentation))
            size = Math.Max(size, RoomForWhole);
        return new CapturePlan
        {
            FrameSize = FrameSizes.Fit(Math.Max(size, planner._cursor)) ?? throw new System.Diagnostics.UnreachableException(),
            EntrySteps = [.. request.Held?.Steps ?? [], .. planner._entry.Freeze()],
            ReturnSteps = planner._return.Freeze(),
            Roots = ImmutableCollectionsMarshal.AsImmutableArray(roots),
            Expressions = request.Expressions,
            EntryCondition = request.EntryCondition,
            ReturnCondition = request.ReturnCondition,
            Follow = new FollowLayout(first, entryEnd, planner._cursor),
            Limits = request.Limits,
        };
    }

    /// <summary>The piece that a root is to the follow loop: its header, and zeros where the value has no bytes.</summary>
    private void PlacePiece(WantedValue wanted, uint at, uint size, int depth, int row, StepNode steps)
    {
        void Constant(uint offset, long value, uint length = 8) =>
            steps.Add(_ => new ComputeStep(offset, new ConstantOperand(value), length, StatusBit.None));
        uint header = at - FollowChunk.Size;
        Constant(header + (uint)FollowChunk.Address, 0);
        Constant(header + (uint)FollowChunk.Length, size | ((long)row << 32));
        Constant(header + (uint)FollowChunk.Depth, (uint)depth + (wanted.AtReturn ? (long)FollowChunk.AtReturn << 32 : 0));
        if (row == 0)
            return;

        // What is left of another event must not be followed.
        uint covered = 0;
        foreach (Piece piece in wanted.Variable.Pieces.OrderBy(p => p.Offset).Append(new Piece(size, 0, new AbsentPlace(MissingReason.OptimizedOut))))
        {
            for (uint i = covered & ~7u; i < Math.Min(piece.Offset, size); i += 8)
                Constant(at + i, 0, Math.Min(8, size - i));
            if (piece.Place is not AbsentPlace)
                covered = Math.Max(covered, piece.Offset + piece.Size);
        }
    }

    private Root PlaceRoot(WantedValue wanted)
    {
        Variable variable = wanted.Variable;
        TypeNode type = _types[variable.Type];
        var missing = ImmutableArray.CreateBuilder<MissingRange>();
        var statuses = ImmutableArray.CreateBuilder<StatusRange>();

        // Half of what is left, so that one huge array does not push every later value out of the event.
        uint room = Math.Max(Remaining / 2, 16);
        uint size = (uint)Math.Min(type.Size, room);
        if (size < type.Size)
            missing.Add(new MissingRange(size, (uint)Math.Min(type.Size - size, uint.MaxValue), MissingReason.SizeLimit));
        StepNode steps = wanted.AtReturn ? _return : _entry;
        if (_follow is not null)
            Allocate(FollowChunk.Size);
        uint at = Allocate(size);
        if (_follow is { } table)
        {
            // What was named is wanted, however far away.
            int depth = _limits.Depth + (type.Presentation is ChosenPresentation chosen ? chosen.Steps.Length : 0);
            PlacePiece(wanted, at, size, depth, table.RowOf(variable.Type, depth), steps);
        }

        uint covered = 0;
        foreach (Piece piece in MergeMemory(variable.Pieces).OrderBy(p => p.Offset))
        {
            if (piece.Offset >= size || piece.Offset < covered)
                continue;
            if (piece.Offset > covered)
                missing.Add(new MissingRange(covered, piece.Offset - covered, MissingReason.OptimizedOut));
            uint length = Math.Min(piece.Size, size - piece.Offset);
            PlacePiece(piece with { Size = length }, at, steps, missing, statuses);
            covered = piece.Offset + length;
        }

        if (covered < size)
            missing.Add(new MissingRange(covered, size - covered, MissingReason.OptimizedOut));
        if (_follow is null && _references.Has(variable.Type))
        {
            var gaps = missing.Select(m => (at + m.Offset, m.Length)).ToImmutableArray();
            _queue.Enqueue(new Expansion(at, variable.Type, _limits.Depth, steps, null, at + size, gaps));
        }

        return new Root(variable.Name, wanted.Role, variable.Type, at, missing.DrainToImmutable(), statuses.DrainToImmutable()) { Secrecy = wanted.Secrecy };
    }

    private void PlacePiece(
        Piece piece, uint at, StepNode steps, ImmutableArray<MissingRange>.Builder missing, ImmutableArray<StatusRange>.Builder statuses)
    {
        uint offset = at + piece.Offset;
        switch (piece.Place)
        {
            case AbsentPlace absent:
                missing.Add(new MissingRange(piece.Offset, piece.Size, absent.Reason));
                break;

            // No register and no computed number has more.
            case RegisterPlace or ComputedPlace when piece.Size > 8:
                missing.Add(new MissingRange(piece.Offset, piece.Size, MissingReason.Unsupported));
                break;

            case RegisterPlace register:
                steps.Add(_ => new RegisterStep(offset, register.Register, piece.Size));
                break;

            case StackPlace stack:
                steps.Add(_ => new StackStep(offset, stack, StackRecord.CallersOf(piece.Size)));
                break;

            case ConstantPlace constant:
                for (uint i = 0; i < piece.Size; i += 8)
                {
                    (uint to, uint length) = (offset + i, Math.Min(8, piece.Size - i));
                    var value = new ConstantOperand(WordAt(constant.Bytes, (int)i));
                    steps.Add(_ => new ComputeStep(to, value, length, StatusBit.None));
                }

                break;

            case ComputedPlace computed when TryStatus(out StatusBit status):
                statuses.Add(new StatusRange(piece.Offset, piece.Size, status, computed.Value is WitnessedOperand ? MissingReason.OptimizedOut : MissingReason.NotResident));
                steps.Add(_ => new ComputeStep(offset, computed.Value, piece.Size, status));
                break;

            case MemoryPlace memory when TryStatus(out StatusBit status):
                statuses.Add(new StatusRange(piece.Offset, piece.Size, status));
                steps.Add(_ => new MemoryStep(offset, memory.Base, memory.Displacement, piece.Size, status, null, []));
                break;

            default:
                missing.Add(new MissingRange(piece.Offset, piece.Size, MissingReason.SizeLimit));
                break;
        }
    }

    /// <summary>Reads what the value of <c>at.Type</c> in the frame points to.</summary>
    private void Expand(Expansion at)
    {
        TypeNode type = _types[at.Type];
        switch (type.Shape)
        {
            case TextShape { Form: TextForm.Counted, Length: CountField length } text when at.Has(text.PointerOffset, 8):
                uint most = (uint)Math.Min((ulong)_limits.StringBytes, Room) / Math.Max(text.CharacterSize, 1);
                _isIncomplete |= most * text.CharacterSize < _limits.StringBytes;
                AddCounted(at, text.PointerOffset, new FrameOperand(at.Offset + length.Offset, length.Size), false, text.CharacterSize, most);
                break;

            case TextShape { Form: TextForm.Terminated } when at.Has(0, 8):
                // One byte more than shown, so that a text of just the limit is not taken for a cut one, and the zero.
                uint capacity = (uint)Math.Min((ulong)_limits.StringBytes + 2, Room);
                if (capacity > 2 && TryAllocate(capacity, out uint to, out StatusBit status))
                    at.Steps.Add(_ => new TerminatedStep(to, Pointer(at, 0), 0, capacity, status, at.Guard));
                break;

            case SequenceShape { PointerOffset: { } pointer } sequence when at.Has(pointer, 8) && sequence.Stride > 0:
                ExpandCounted(at, pointer, sequence);
                break;

            case SequenceShape { PointerOffset: null, Count: FixedCount count } sequence:
                for (uint i = 0; i < Math.Min(count.Count, (ulong)_limits.Items); i++)
                    Enqueue(at, i * sequence.Stride, sequence.Element);
                break;

            case RecordShape record:
                foreach (Field field in record.Fields)
                    Enqueue(at, field.Offset, field.Type);
                break;

            case VariantShape variant:
                foreach (VariantCase variantCase in variant.Cases)
                    Enqueue(at, 0, variantCase.Payload);
                break;

            case PointerShape { IsTransparent: false } pointer when at.Depth > 0 && at.Has(0, 8):
                TypeNode target = _types[pointer.Target];
                uint size = (uint)Math.Min(target.Size, Math.Max(Remaining / 2, 16));
                _isIncomplete |= size < target.Size;
                if (size > 0 && TryAllocate(size, out uint slot, out StatusBit bit))
                {
                    StepNode node = at.Steps.Add(children => new MemoryStep(slot, Pointer(at, 0), 0, size, bit, at.Guard, children));
                    if (_references.Has(pointer.Target))
                        _queue.Enqueue(new Expansion(slot, pointer.Target, at.Depth - 1, node, null, slot + size, []));
                }

                break;

            // Only the loop can.
            case PointerShape { IsTransparent: true } or DynamicShape or ContainerShape or RingShape or SlotsShape:
                _isIncomplete = true;
                break;
        }
    }

    private void ExpandCounted(Expansion at, uint pointer, SequenceShape sequence)
    {
        // Bytes are shown as a text, so they have a text's limit.
        uint most = sequence.Stride == 1 ? (uint)_limits.StringBytes : (uint)_limits.Items;
        uint fits = (uint)Math.Min(most, Room / sequence.Stride);
        _isIncomplete |= fits < most || sequence.Count is CountPower or CountMask;
        if (fits == 0)
            return;
        bool span = sequence.Count is CountSpan;
        Operand? count = sequence.Count switch
        {
            CountField field when at.Has(field.Offset, field.Size) => new FrameOperand(at.Offset + field.Offset, field.Size),
            CountSpan ends when at.Has(ends.EndOffset, 8) => new FrameOperand(at.Offset + ends.EndOffset, 8),
            FixedCount known => new ConstantOperand((long)known.Count),
            _ => null,
        };
        if (count is null)
            return;
        (StepNode Node, uint Slot)? read = AddCounted(at, pointer, count, span, (uint)sequence.Stride, fits);
        if (read is not { } step || !_references.Has(sequence.Element))
            return;
        Operand guardCount = span
            ? new BinaryOperand(
                BinaryOperator.Divide, new BinaryOperand(BinaryOperator.Subtract, count, Pointer(at, pointer)),
                new ConstantOperand((long)sequence.Stride), Signed: false)
            : count;
        for (uint i = 0; i < fits; i++)
        {
            _queue.Enqueue(new Expansion(
                step.Slot + i * (uint)sequence.Stride, sequence.Element, at.Depth, step.Node, new CountGuard(guardCount, i),
                step.Slot + (i + 1) * (uint)sequence.Stride, []));
        }
    }

    private (StepNode Node, uint Slot)? AddCounted(Expansion at, uint pointer, Operand count, bool span, uint stride, uint most)
    {
        if (most == 0 || !TryAllocate(stride * most, out uint slot, out StatusBit status))
            return null;
        StepNode node = at.Steps.Add(children =>
            new CountedStep(slot, Pointer(at, pointer), 0, count, span, stride, most, status, at.Guard, children));
        return (node, slot);
    }

    private void Enqueue(Expansion parent, ulong offset, TypeId type)
    {
        if (offset < parent.End - parent.Offset && _references.Has(type))
            _queue.Enqueue(parent with { Offset = parent.Offset + (uint)offset, Type = type });
    }

    private static FrameOperand Pointer(Expansion at, uint offset) => new(at.Offset + offset, 8);

    private uint Remaining => (uint)Math.Max(0, Math.Min(_limits.EventBytes, (int)FrameSizes.All[^1]) - (long)_cursor);

    // What one more read can have of it: it begins at a word.
    private uint Room => Remaining > 16 ? (Remaining - 16) & ~7u : 0;

    private uint Allocate(uint size)
    {
        uint at = (_cursor + 7) & ~7u;
        _cursor = at + size;
        return at;
    }

    private bool TryAllocate(uint size, out uint at, out StatusBit status)
    {
        at = 0;
        status = default;
        _reads++;
        if (((size + 7) & ~7u) + 8 > Remaining || _statusBits >= StatusBit.Count || !TryStatus(out status))
        {
            _isIncomplete = true;
            return false;
        }

        at = Allocate(size);
        return true;
    }

    private bool TryStatus(out StatusBit status)
    {
        status = new StatusBit(_statusBits);
        return _statusBits++ < StatusBit.Count;
    }

    private static long WordAt(ImmutableArray<byte> bytes, int offset)
    {
        long word = 0;
        for (int i = Math.Min(7, bytes.Length - offset - 1); i >= 0; i--)
            word = word << 8 | bytes[offset + i];
        return word;
    }

    /// <summary>Joins neighbours that one read can fetch.</summary>
    private static IEnumerable<Piece> MergeMemory(ImmutableArray<Piece> pieces)
    {
        Piece? last = null;
        foreach (Piece piece in pieces)
        {
            if (last is { Place: MemoryPlace a } && piece.Place is MemoryPlace b && a.Base == b.Base
                && last.Offset + last.Size == piece.Offset && a.Displacement + last.Size == b.Displacement)
            {
                last = last with { Size = last.Size + piece.Size };
                continue;
            }

            if (last is not null)
                yield return last;
            last = piece;
        }

        if (last is not null)
            yield return last;
    }

    /// <summary>A value in the frame that may lead further; its copy ends at <c>End</c> and has gaps.</summary>
    private readonly record struct Expansion(
        uint Offset, TypeId Type, int Depth, StepNode Steps, CountGuard? Guard, uint End, ImmutableArray<(uint Offset, uint Length)> Gaps)
    {
        public bool Has(uint offset, uint size)
        {
            if (Offset >= End || offset > End - Offset || size > End - Offset - offset)
                return false;
            foreach ((uint gap, uint length) in Gaps)
            {
                if (Offset + offset < gap + length && gap < Offset + offset + size)
                    return false;
            }

            return true;
        }
    }

    /// <summary>A step whose children are still being collected.</summary>
    private sealed class StepNode(Func<ImmutableArray<Step>, Step>? make)
    {
        private readonly List<StepNode> _children = [];

        public StepNode Add(Func<ImmutableArray<Step>, Step> step)
        {
            var node = new StepNode(step);
            _children.Add(node);
            return node;
        }

        private Step Make() => make!(Freeze());

        public ImmutableArray<Step> Freeze() => [.. _children.Select(c => c.Make())];

    }
}
