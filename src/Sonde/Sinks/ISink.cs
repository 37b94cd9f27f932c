using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>
/// Where a session's events go. Calls come from one thread, in the order: <see cref="Attached"/>, events,
/// <see cref="Summary"/>. A sink may keep what it is given for itself until <see cref="Flush"/>; write errors
/// (<see cref="IOException"/>: a closed pipe) come out of any call.
/// </summary>
public interface ISink
{
    /// <summary>All probes are in place.</summary>
    void Attached(AttachedReport report);

    /// <summary>A probe fired.</summary>
    void Event(CapturedEvent captured);

    /// <summary>Something the user should know, among the events.</summary>
    void Notice(SessionNotice notice)
    {
    }

    /// <summary>The session is over.</summary>
    void Summary(SessionSummary summary);

    /// <summary>Nothing more to come just now: hand on what is still held.</summary>
    void Flush();
}
