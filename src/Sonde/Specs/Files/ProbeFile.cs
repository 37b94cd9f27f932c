namespace Sonde.Specs.Files;

/// <summary>One probe of a probe file with everything set for it. Immutable.</summary>
public sealed record ProbeDefinition
{
    internal ProbeDefinition()
    {
    }

    /// <summary>The probe; its <see cref="ProbeSpec.Name"/> is set.</summary>
    public required ProbeSpec Probe { get; init; }

    /// <summary>The limits: the file's over those it was read with, and this probe's over the file's.</summary>
    public required CaptureLimits Limits { get; init; }

    /// <summary>The most events there may be, or null for no limit.</summary>
    public EventRate? Rate { get; init; }

    /// <summary>Whether values with suspicious names are held back, or null where the probe does not say.</summary>
    public bool? Redact { get; init; }

    /// <summary>Words that make a name suspicious, beside the usual ones.</summary>
    public IReadOnlyList<string> RedactWords { get; init; } = [];

    /// <summary>After which time the probe goes, or null.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>The line of the file the probe begins on.</summary>
    public int Line { get; init; }
}

/// <summary>A file of named probes (<c>docs/probe-file.schema.json</c>). Immutable.</summary>
public sealed record ProbeFile
{
    internal ProbeFile()
    {
    }

    /// <summary>The probes in the order of the file.</summary>
    public required IReadOnlyList<ProbeDefinition> Probes { get; init; }

    /// <summary>Reads a probe file.</summary>
    /// <param name="yaml">Its text.</param>
    /// <param name="limits">The limits for what the file leaves out; <see cref="CaptureLimits.Default"/> when null.</param>
    /// <param name="path">How errors that are found later name the file.</param>
    /// <exception cref="ProbeFileException">It is not YAML, has a key nobody knows, or a probe that cannot be read.</exception>
    public static ProbeFile Parse(string yaml, CaptureLimits? limits = null, string path = "probe file")
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ProbeFile file = ProbeFileReader.Read(yaml, limits ?? CaptureLimits.Default);
        return file with { Probes = [.. file.Probes.Select(d => d with { Probe = d.Probe with { Sources = [.. d.Probe.Sources.Select(s => s with { File = path })] } })] };
    }
}
