using System.Collections.Immutable;
using Sonde.Specs;

namespace Sonde.Sinks;

/// <summary>What a session saw and what it lost.</summary>
/// <param name="Probes">Each probe, in the order they were given.</param>
/// <param name="ExitStatus">How the command that the session started ended; null when there was none or it still runs.</param>
/// <param name="Signal">The signal that ended that command, null when it exited by itself.</param>
public sealed record SessionSummary(ImmutableArray<ProbeSummary> Probes, int? ExitStatus = null, int? Signal = null)
{
    /// <summary>What became of the sink; unless it is <see cref="OutputState.Complete"/>, it has not been given this summary.</summary>
    public OutputState Output { get; init; }
}

/// <summary>How the sink took the events.</summary>
public enum OutputState
{
    /// <summary>All of them.</summary>
    Complete,

    /// <summary>Who read the output has closed it.</summary>
    Closed,

    /// <summary>When the session was stopped, the sink was still busy with earlier events; a thread may still be in it.</summary>
    Blocked,
}

/// <summary>One probe's counts: <paramref name="Hits"/> is <paramref name="Events"/> plus the sum of <paramref name="Causes"/>.</summary>
public sealed record ProbeSummary(string Probe, ProbeKind Kind, ulong Hits, ulong Events, LossCauses Causes)
{
    /// <summary>How long the probe was not in place to keep to its budget. Calls in that time are no hits.</summary>
    public TimeSpan Off { get; init; }
}

/// <summary>Why hits gave no event. The names are part of the event contract (docs/events.md).</summary>
public sealed record LossCauses
{
    /// <summary>No losses.</summary>
    public static readonly LossCauses None = new();

    /// <summary>The condition was false.</summary>
    public ulong Filtered { get; init; }

    /// <summary>The condition could not be evaluated.</summary>
    public ulong ConditionError { get; init; }

    /// <summary>Over the rate.</summary>
    public ulong RateLimited { get; init; }

    /// <summary>Over the budget.</summary>
    public ulong OverBudget { get; init; }

    /// <summary>The reader was too slow.</summary>
    public ulong RingFull { get; init; }

    /// <summary>The record could not be built.</summary>
    public ulong ReadFault { get; init; }

    /// <summary>The return was not seen.</summary>
    public ulong Unpaired { get; init; }

    /// <summary>The session ended between entry and return.</summary>
    public ulong InFlight { get; init; }

    /// <summary>Every cause by its name, in the order of the contract.</summary>
    public IEnumerable<(string Name, ulong Count)> All =>
    [
        ("filtered", Filtered), ("condition-error", ConditionError), ("rate-limited", RateLimited), ("over-budget", OverBudget),
        ("ring-full", RingFull), ("read-fault", ReadFault), ("unpaired", Unpaired), ("in-flight", InFlight),
    ];
}
