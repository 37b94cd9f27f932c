using System.Collections.Immutable;

namespace Sonde.Values;

/// <summary>How a call ended.</summary>
public enum CallOutcome
{
    /// <summary>Not a call.</summary>
    None,

    /// <summary>By returning.</summary>
    Returned,

    /// <summary>In another way: panic, exception, longjmp, end of the thread.</summary>
    DidNotReturn,
}

/// <summary>What is the same for every event of a site; made once when attaching.</summary>
/// <param name="Probe">The probe as the user typed it, or its name.</param>
/// <param name="Kind">What kind of event it gives.</param>
/// <param name="Function">The function's name in its language's spelling.</param>
/// <param name="File">The source file, null when not known.</param>
/// <param name="Line">The function's declaration line, for a line probe the line itself; 0 when not known.</param>
/// <param name="Syntax">How values are written as text.</param>
/// <param name="Inlined">Whether the site is in an inlined copy of the function.</param>
public sealed record EventSource(
    string Probe, Specs.ProbeKind Kind, string Function, string? File, int Line, Types.SourceLanguage Syntax, bool Inlined = false);

/// <summary>One firing of a probe, decoded.</summary>
public sealed record CapturedEvent
{
    /// <summary>Where it comes from.</summary>
    public required EventSource Source { get; init; }

    /// <summary>Wall-clock time of the firing (for a call: of its entry) in nanoseconds since 1970-01-01 UTC.</summary>
    public required long UnixNanoseconds { get; init; }

    /// <summary>The process, as seen from Sonde's pid namespace.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The thread.</summary>
    public required int ThreadId { get; init; }

    /// <summary>The goroutine, null when the target is no Go program or it is not known.</summary>
    public long? GoroutineId { get; init; }

    /// <summary>The thread's name.</summary>
    public required string Command { get; init; }

    /// <summary>The event's number among the probe's emitted ones, from 1; a gap is a loss.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Arguments, of an entry or call.</summary>
    public ImmutableArray<NamedValue> Arguments { get; init; } = [];

    /// <summary>Results, of a return or call.</summary>
    public ImmutableArray<NamedValue> Results { get; init; } = [];

    /// <summary>Variables in scope, of a line.</summary>
    public ImmutableArray<NamedValue> Variables { get; init; } = [];

    /// <summary>What the probe named by expressions, keyed by alias or expression text; default when it names none.</summary>
    public ImmutableArray<NamedValue> Captures { get; init; }

    /// <summary>The stack, where it was asked for with every event; null else, and when it could not be had.</summary>
    public StackValue? Stack { get; init; }

    /// <summary>The same as it was walked.</summary>
    internal WalkedStack? Walked { get; init; }

    /// <summary>The filled-in template, null when the probe has none.</summary>
    public string? Message { get; init; }

    /// <summary>How long the call took, null for other kinds.</summary>
    public long? DurationNanoseconds { get; init; }

    /// <summary>How the call ended.</summary>
    public CallOutcome Outcome { get; init; }
}
