namespace Sonde.Sinks;

/// <summary>How lines for people are written.</summary>
public sealed record TextSinkOptions
{
    /// <summary>Values over several lines.</summary>
    public bool Pretty { get; init; }

    /// <summary>ANSI colours; only for a terminal that has them.</summary>
    public bool Colour { get; init; }

    /// <summary>The type of every named value.</summary>
    public bool ShowTypes { get; init; }

    /// <summary>The zone of the times.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;
}
