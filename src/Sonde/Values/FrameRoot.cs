using System.Collections.Immutable;
using Sonde.Plans;
using Sonde.Types;

namespace Sonde.Values;

/// <summary>
/// A root with all that decides which of its bytes are there, worked out once per plan: what the plan says is missing, what
/// hangs on a status, what a step writes and, so that garbage is never shown, what no step writes at all.
/// </summary>
internal sealed class FrameRoot
{
    private readonly ImmutableArray<Gap> _gaps;

    public FrameRoot(Root root, TypeNode type, StepReplay replay)
    {
        Root = root;
        Size = type.Size;
        var gaps = new List<Gap>();
        var covered = new List<(ulong Start, ulong End)>();
        foreach (MissingRange range in root.Missing)
        {
            gaps.Add(new Gap(range.Offset, (ulong)range.Offset + range.Length, range.Reason, -1, default, MissingReason.NotResident));
            covered.Add((range.Offset, (ulong)range.Offset + range.Length));
        }

        foreach (StatusRange range in root.Statuses)
            gaps.Add(new Gap(range.Offset, (ulong)range.Offset + range.Length, null, -1, range.Status, range.Fault));
        foreach ((int index, Step step, ReadPhase phase) in replay.Steps)
        {
            ulong from = step.FrameOffset, to = from + Written(step), start = root.FrameOffset;
            if (to <= start || from >= start + Size)
                continue;
            from = from > start ? from - start : 0;
            to = Math.Min(to - start, Size);
            covered.Add((from, to));
            if (step is not RegisterStep || phase == ReadPhase.Return)
            {
                MissingReason fault = step is ComputeStep { Value: Sites.WitnessedOperand } ? MissingReason.OptimizedOut : MissingReason.NotResident;
                gaps.Add(new Gap(from, to, null, index, default, fault));
            }

            Phase = phase;
        }

        AddUncovered(covered, gaps);
        _gaps = Merge(gaps);
    }

    /// <summary>What the plan says.</summary>
    public Root Root { get; }

    /// <summary>The size of the value.</summary>
    public ulong Size { get; }

    /// <summary>When it was read; what it points to was read then, too.</summary>
    public ReadPhase Phase { get; } = ReadPhase.Entry;

    /// <summary>The most gaps a frame can show.</summary>
    public int MaxGaps => _gaps.Length;

    /// <summary>Writes the gaps that a frame really has and returns their number.</summary>
    public int Gaps(StepReplay replay, ulong faults, ulong nils, Span<MissingBytes> gaps)
    {
        int count = 0;
        foreach (ref readonly Gap gap in _gaps.AsSpan())
        {
            MissingReason? reason = gap.Reason ?? (gap.Step >= 0 ? Reason(replay.Outcome(gap.Step), gap.Fault) : Reason(gap.Status.Mask, faults, nils, gap.Fault));
            if (reason is { } why)
                gaps[count++] = new MissingBytes(gap.Start, gap.End, why);
        }

        return count;
    }

    private static MissingReason? Reason(ulong mask, ulong faults, ulong nils, MissingReason fault) =>
        (faults & nils & mask) != 0 ? MissingReason.OutOfRange : (faults & mask) != 0 ? fault : (nils & mask) != 0 ? MissingReason.Nil : null;

    private static MissingReason? Reason(StepOutcome outcome, MissingReason fault) => outcome switch
    {
        StepOutcome.Done => null,
        StepOutcome.Faulted => fault,
        StepOutcome.Nil => MissingReason.Nil,
        StepOutcome.OutOfRange => MissingReason.OutOfRange,
        StepOutcome.Skipped => MissingReason.Uninitialized,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static ulong Written(Step step) => step switch
    {
        RegisterStep register => register.Size,
        ComputeStep compute => compute.Size,
        MemoryStep memory => memory.Size,
        CountedStep counted => counted.Capacity,
        TerminatedStep text => text.Capacity,
        StackStep stack => StackRecord.SizeOf(stack.Frames),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private void AddUncovered(List<(ulong Start, ulong End)> covered, List<Gap> gaps)
    {
        covered.Sort();
        ulong reached = 0;
        foreach ((ulong start, ulong end) in covered)
        {
            if (start > reached && reached < Size)
                gaps.Add(new Gap(reached, start, MissingReason.Unsupported, -1, default, MissingReason.NotResident));
            reached = Math.Max(reached, end);
        }

        if (reached < Size)
            gaps.Add(new Gap(reached, Size, MissingReason.Unsupported, -1, default, MissingReason.NotResident));
    }

    /// <summary>Joins neighbours with one reason, so that a record of two such parts is missing as a whole.</summary>
    private static ImmutableArray<Gap> Merge(List<Gap> gaps)
    {
        gaps.Sort(static (a, b) => (a.Reason is null).CompareTo(b.Reason is null) is var order and not 0 ? order : a.Start.CompareTo(b.Start));
        var merged = new List<Gap>();
        foreach (Gap gap in gaps)
        {
            if (gap.Reason is not null && merged.Count > 0 && merged[^1] is var last && last.Reason == gap.Reason && last.End >= gap.Start)
                merged[^1] = last with { End = Math.Max(last.End, gap.End) };
            else
                merged.Add(gap);
        }

        return [.. merged];
    }

    /// <summary>Missing always (with a reason), or when a step was not done, or when a status bit is set; what a fault means there.</summary>
    private readonly record struct Gap(ulong Start, ulong End, MissingReason? Reason, int Step, StatusBit Status, MissingReason Fault);
}
