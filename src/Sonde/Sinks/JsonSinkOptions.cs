namespace Sonde.Sinks;

/// <summary>How JSON lines are written.</summary>
public sealed record JsonSinkOptions
{
    /// <summary>Write integers of 64-bit types as strings, for readers that would round them.</summary>
    public bool NumbersAsStrings { get; init; }

    /// <summary>Write every value as <c>{"$type":…,"$value":…}</c>.</summary>
    public bool ShowTypes { get; init; }
}
