namespace Sonde.Specs;

/// <summary>What is set for one probe beside what it reads.</summary>
internal sealed record ProbeSettings
{
    public static readonly ProbeSettings Default = new();

    /// <summary>How much of each value is read.</summary>
    public CaptureLimits Limits { get; init; } = CaptureLimits.Default;

    /// <summary>The most events there may be; null for no limit.</summary>
    public EventRate? Rate { get; init; }

    /// <summary>One of so many events is emitted.</summary>
    public int Sample { get; init; } = 1;

    /// <summary>Whether a condition that cannot be evaluated lets the event through.</summary>
    public bool FireOnError { get; init; }

    /// <summary>What is hidden; null for nothing.</summary>
    public RedactionRules? Redaction { get; init; }

    /// <summary>After which time the probe falls silent; null for never.</summary>
    public TimeSpan? TimeToLive { get; init; }
}
