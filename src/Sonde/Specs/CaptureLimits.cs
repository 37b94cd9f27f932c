namespace Sonde.Specs;

/// <summary>How much of each value is read. The defaults make a line that a person can read.</summary>
public sealed record CaptureLimits
{
    /// <summary>The defaults of <c>sonde trace</c>.</summary>
    public static readonly CaptureLimits Default = new();

    /// <summary>What <c>--full</c> sets.</summary>
    public static readonly CaptureLimits Full = new() { Depth = 5, Items = 100, StringBytes = 4096, EventBytes = 65536 };

    /// <summary>How many pointers are followed from an argument; hops inside a container do not count.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>How many elements of a sequence or map are read.</summary>
    public int Items { get; init; } = 8;

    /// <summary>How many bytes of a text are read.</summary>
    public int StringBytes { get; init; } = 128;

    /// <summary>How many bytes an event may have in all.</summary>
    public int EventBytes { get; init; } = 4096;
}
