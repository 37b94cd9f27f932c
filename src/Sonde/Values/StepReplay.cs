using System.Buffers.Binary;
using Sonde.Plans;

namespace Sonde.Values;

/// <summary>What became of a step in one firing.</summary>
internal enum StepOutcome : byte
{
    /// <summary>It wrote its bytes.</summary>
    Done,

    /// <summary>It did not run, or nobody can tell: a guard was false, the call did not return, its frame is too short.</summary>
    Skipped,

    /// <summary>Memory could not be read.</summary>
    Faulted,

    /// <summary>A pointer on the way was nil.</summary>
    Nil,

    /// <summary>An element that is not there, a division by zero.</summary>
    OutOfRange,
}

/// <summary>
/// Walks the steps of a plan over a frame in the order in which the probe program ran them and asks its questions again:
/// which ran, and which bytes of the frame are what address of the target. The rest of the frame is garbage.
/// </summary>
internal sealed class StepReplay
{
    private readonly Entry[] _entries;
    private readonly StepOutcome[] _outcomes;

    public StepReplay(CapturePlan plan)
    {
        var entries = new List<Entry>();
        Flatten(plan.EntrySteps, ReadPhase.Entry, -1, entries);
        Flatten(plan.ReturnSteps, ReadPhase.Return, -1, entries);
        _entries = [.. entries];
        _outcomes = new StepOutcome[_entries.Length];
    }

    /// <summary>Every step with the phase it belongs to, parents before children.</summary>
    public IEnumerable<(int Index, Step Step, ReadPhase Phase)> Steps
    {
        get
        {
            for (int i = 0; i < _entries.Length; i++)
                yield return (i, _entries[i].Step, _entries[i].Phase);
        }
    }

    /// <summary>What became of the step of an index in the last frame.</summary>
    public StepOutcome Outcome(int index) => _outcomes[index];

    /// <summary>Notes the outcome of every step and fills <paramref name="memory"/>.</summary>
    public void Run(ReadOnlySpan<byte> frame, FrameMemory memory)
    {
        memory.Clear();
        bool isFrame = frame.Length >= FrameHeader.Size;
        ulong faults = isFrame ? BinaryPrimitives.ReadUInt64LittleEndian(frame[(int)FrameHeader.Faults..]) : 0;
        ulong nils = isFrame ? BinaryPrimitives.ReadUInt64LittleEndian(frame[(int)FrameHeader.Nils..]) : 0;
        bool returned = isFrame
            && BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)FrameHeader.Outcome..]) != (uint)FrameOutcome.DidNotReturn;
        for (int i = 0; i < _entries.Length; i++)
        {
            ref readonly Entry entry = ref _entries[i];
            StepOutcome outcome;
            if (!isFrame || (entry.Phase == ReadPhase.Return && !returned))
                outcome = StepOutcome.Skipped;
            else if (entry.Parent >= 0 && _outcomes[entry.Parent] != StepOutcome.Done)
                outcome = _outcomes[entry.Parent];
            else if (entry.Step is ReadStep read)
                outcome = Read(read, entry.Phase, faults, nils, frame, memory);
            else if (entry.Step is ComputeStep compute)
                outcome = FromStatus(compute.Status, faults, nils);
            else
                outcome = StepOutcome.Done;
            _outcomes[i] = outcome;
        }
    }

    private static StepOutcome Read(
        ReadStep step, ReadPhase phase, ulong faults, ulong nils, ReadOnlySpan<byte> frame, FrameMemory memory)
    {
        if (step.Guard is { } guard && !(OperandEvaluator.TryEvaluate(guard.Count, frame, out ulong count) && count > guard.Index))
            return StepOutcome.Skipped;
        bool hasAddress = OperandEvaluator.TryEvaluate(step.Base, frame, out ulong origin);
        ulong address = origin + (ulong)step.Displacement;
        StepOutcome outcome = hasAddress && origin == 0 ? StepOutcome.Nil : FromStatus(step.Status, faults, nils);
        if (outcome != StepOutcome.Done)
        {
            if (outcome == StepOutcome.Faulted && hasAddress)
                memory.AddFaulted(address, phase);
            return outcome;
        }

        int length = Length(step, frame, hasAddress, origin);
        if (length <= 0)
            return StepOutcome.Skipped;
        if (hasAddress)
            memory.AddPresent(address, (int)step.FrameOffset, length, phase);
        return StepOutcome.Done;
    }

    private static StepOutcome FromStatus(StatusBit status, ulong faults, ulong nils) =>
        (faults & nils & status.Mask) != 0 ? StepOutcome.OutOfRange
        : (faults & status.Mask) != 0 ? StepOutcome.Faulted
        : (nils & status.Mask) != 0 ? StepOutcome.Nil : StepOutcome.Done;

    /// <summary>How many bytes the step wrote, never more than the frame has.</summary>
    private static int Length(ReadStep step, ReadOnlySpan<byte> frame, bool hasAddress, ulong origin)
    {
        uint room = step.FrameOffset < (uint)frame.Length ? (uint)frame.Length - step.FrameOffset : 0;
        switch (step)
        {
            case MemoryStep memory:
                return (int)Math.Min(memory.Size, room);

            case CountedStep counted:
                if (!OperandEvaluator.TryEvaluate(counted.Count, frame, out ulong count))
                    return 0;
                if (counted.SpanEnd)
                {
                    // An end before its beginning is garbage, whatever was read for it.
                    if (!hasAddress || counted.Stride == 0 || count < origin)
                        return 0;
                    count = (count - origin) / counted.Stride;
                }

                return (int)Math.Min(Math.Min(count, counted.MaxCount) * counted.Stride, room);

            case TerminatedStep text:
                int capacity = (int)Math.Min(text.Capacity, room);
                int zero = frame.Slice((int)Math.Min(step.FrameOffset, (uint)frame.Length), capacity).IndexOf((byte)0);
                // In a cut text the zero at the end is the reader's, not the target's memory.
                return zero < 0 ? capacity : zero == text.Capacity - 1 ? zero : zero + 1;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static void Flatten(IEnumerable<Step> steps, ReadPhase phase, int parent, List<Entry> entries)
    {
        foreach (Step step in steps)
        {
            int index = entries.Count;
            entries.Add(new Entry(step, phase, parent));
            if (step is ReadStep read)
                Flatten(read.Children, phase, index, entries);
        }
    }

    private readonly record struct Entry(Step Step, ReadPhase Phase, int Parent);
}
