namespace Sonde.EndToEnd.Cases;

/// <summary>How a case ends once the target has made its calls.</summary>
internal enum Stop
{
    /// <summary>The target is told to exit; sonde ends because its target ended.</summary>
    Target,

    /// <summary>sonde gets SIGINT, as from Ctrl-C; the target ends later.</summary>
    Interrupt,

    /// <summary>sonde has to end by itself (`--count`, `--duration`, an error) while the target lives.</summary>
    None,
}

/// <summary>One end-to-end case, as written in a case file (format: tests/EndToEnd-cases/README.md).</summary>
internal sealed record Case
{
    /// <summary>Unique in all files.</summary>
    public required string Name { get; init; }

    /// <summary>File and line of the case, for messages.</summary>
    public required string Where { get; init; }

    /// <summary>`language/program` below tests/Targets, or null when no target is started.</summary>
    public string? Target { get; init; }

    /// <summary>Arguments of the target, shell words.</summary>
    public string Args { get; init; } = "";

    /// <summary>Words naming what the case cannot do without; it is skipped where one is missing.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Patterns of variant names, `!` in front for "not"; empty for all.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>Shell line run first; a failing one fails the case.</summary>
    public string? Setup { get; init; }

    /// <summary>Command under which sonde is run, such as setpriv.</summary>
    public string Under { get; init; } = "";

    /// <summary>Arguments of sonde, shell words.</summary>
    public required string Run { get; init; }

    /// <summary>Shell line run between "attached" and the calls of the target.</summary>
    public string? During { get; init; }

    /// <summary>Shell line run after sonde ended and before the target does; a failing one fails the case.</summary>
    public string? After { get; init; }

    /// <summary>How the case ends.</summary>
    public Stop Stop { get; init; } = Stop.Target;

    /// <summary>Exit code sonde has to give; 137 where it is killed.</summary>
    public int Exit { get; init; }

    /// <summary>Seconds until the case counts as hung.</summary>
    public int Timeout { get; init; } = 30;

    /// <summary>What has to be seen, as written after EXPECT.</summary>
    public IReadOnlyList<string> Expect { get; init; } = [];
}
