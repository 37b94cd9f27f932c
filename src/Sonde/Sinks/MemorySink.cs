using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>Keeps everything: for programs that use Sonde as a library, and for tests. For one thread at a time.</summary>
public sealed class MemorySink : ISink
{
    private readonly List<CapturedEvent> _events = [];

    /// <summary>The events so far.</summary>
    public IReadOnlyList<CapturedEvent> Events => _events;

    /// <summary>The attached report, null before it.</summary>
    public AttachedReport? AttachedReport { get; private set; }

    /// <summary>The summary, null before the end.</summary>
    public SessionSummary? SessionSummary { get; private set; }

    /// <inheritdoc/>
    public void Attached(AttachedReport report) => AttachedReport = report;

    /// <inheritdoc/>
    public void Event(CapturedEvent captured) => _events.Add(captured);

    /// <inheritdoc/>
    public void Summary(SessionSummary summary) => SessionSummary = summary;

    /// <inheritdoc/>
    public void Flush()
    {
    }
}
