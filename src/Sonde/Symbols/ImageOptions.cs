namespace Sonde.Symbols;

/// <summary>How the files of a target are found.</summary>
internal sealed record ImageOptions
{
    /// <summary>The library that names without one are looked up in; null for the program.</summary>
    public string? Library { get; init; }

    /// <summary>Where debug files may be.</summary>
    public DebugFileOptions DebugFiles { get; init; } = DebugFileOptions.Default;
}
