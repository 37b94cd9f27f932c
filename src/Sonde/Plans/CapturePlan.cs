using System.Collections.Immutable;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>
/// What to read at a site and how the frame is laid out. The bytecode writes frames by it, the decoder reads them by it;
/// nothing else connects the two.
/// </summary>
internal sealed record CapturePlan
{
    /// <summary>The size of a frame in bytes: one of <see cref="FrameSizes"/>.</summary>
    public required uint FrameSize { get; init; }

    /// <summary>What is read where the probe fires (for a call: at its entry).</summary>
    public ImmutableArray<Step> EntrySteps { get; init; } = [];

    /// <summary>What is read when the call returns.</summary>
    public ImmutableArray<Step> ReturnSteps { get; init; } = [];

    /// <summary>The values of the event, in order.</summary>
    public ImmutableArray<Root> Roots { get; init; } = [];

    /// <summary>The expressions of the probe with their types, for those who explain; else empty.</summary>
    public ImmutableArray<ExplainedExpression> Expressions { get; init; } = [];

    /// <summary>Decided before anything is read; null is "always".</summary>
    public Predicate? EntryCondition { get; init; }

    /// <summary>Decided at the return, of a call, on the values held since its entry.</summary>
    public Predicate? ReturnCondition { get; init; }

    /// <summary>How the frame is laid out for the follow loop; null when the steps read everything.</summary>
    public FollowLayout? Follow { get; init; }

    /// <summary>Limits that the decoder keeps to, too.</summary>
    public required Specs.CaptureLimits Limits { get; init; }

    /// <summary>Whether something more is read (strings, pointed-to values) than registers and stack.</summary>
    public bool FollowsPointers => EntrySteps.Concat(ReturnSteps).Any(s => s is ReadStep { Base: FrameOperand });
}

/// <summary>
/// The roots of a plan that is followed stand one behind the other, each behind a
/// <see cref="FollowChunk"/> of its own: first those of the entry, then those of the return; then come the pieces that the
/// loop reads.
/// </summary>
/// <param name="First">Where the roots begin.</param>
/// <param name="EntryEnd">Where the roots of the entry end.</param>
/// <param name="Start">Where the pieces begin.</param>
internal sealed record FollowLayout(uint First, uint EntryEnd, uint Start);

/// <summary>Sizes of frames; the kernel reserves constant sizes only.</summary>
internal static class FrameSizes
{
    /// <summary>All of them, ascending.</summary>
    public static readonly ImmutableArray<uint> All = [128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

    /// <summary>The smallest that holds <paramref name="needed"/> bytes, null when none does.</summary>
    public static uint? Fit(uint needed)
    {
        foreach (uint size in All)
        {
            if (needed <= size)
                return size;
        }

        return null;
    }
}

/// <summary>What a value of an event is to its function.</summary>
internal enum RootRole
{
    /// <summary>A parameter at entry.</summary>
    Argument,

    /// <summary>A result.</summary>
    Result,

    /// <summary>A variable in scope at a line.</summary>
    Variable,

    /// <summary>What the probe asked for by an expression.</summary>
    Capture,

    /// <summary>The stack, asked for beside everything else.</summary>
    Stack,
}

/// <summary>
/// One named value of an event: the bytes of the frame at <paramref name="FrameOffset"/>, which are a
/// value of <paramref name="Type"/> except for the <paramref name="Missing"/> ranges.
/// </summary>
/// <param name="Name">The name in the event.</param>
/// <param name="Role">Which group of the event it belongs to.</param>
/// <param name="Type">Its type.</param>
/// <param name="FrameOffset">Where its bytes are.</param>
/// <param name="Missing">Ranges of the value that no step writes, with the reason.</param>
/// <param name="Statuses">Ranges of the value that depend on the outcome of a step.</param>
internal sealed record Root(
    string Name, RootRole Role, TypeId Type, uint FrameOffset, ImmutableArray<MissingRange> Missing, ImmutableArray<StatusRange> Statuses)
{
    /// <summary>What of it is hidden whatever its name.</summary>
    public Secrecy Secrecy { get; init; }
}

/// <summary>What of a value is hidden.</summary>
internal enum Secrecy
{
    /// <summary>What the names within it hide.</summary>
    None,

    /// <summary>Every text.</summary>
    Texts,

    /// <summary>All of it: it tells of something hidden.</summary>
    All,
}

/// <summary><paramref name="Length"/> bytes of a value from <paramref name="Offset"/> that are not in the frame.</summary>
internal readonly record struct MissingRange(uint Offset, uint Length, MissingReason Reason);

/// <summary>
/// Bytes of a value that are in the frame only when the step of <paramref name="Status"/> succeeded; when it faulted they are
/// missing for the reason of <paramref name="Fault"/>.
/// </summary>
internal readonly record struct StatusRange(uint Offset, uint Length, StatusBit Status, MissingReason Fault = MissingReason.NotResident);

/// <summary>An expression of a probe, what each of its parts came to, and whether it waits for the return of a call.</summary>
internal sealed record ExplainedExpression(string Title, Specs.Expressions.Expr Root, IReadOnlyDictionary<Specs.Expressions.Expr, Bound> Parts);
