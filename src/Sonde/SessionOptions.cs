using Sonde.Specs;

namespace Sonde;

/// <summary>What a <see cref="ProbeSession"/> traces, and how much of it.</summary>
public sealed record SessionOptions
{
    /// <summary>The running processes to trace; all must run the same program.</summary>
    public IReadOnlyList<int> ProcessIds { get; init; } = [];

    /// <summary>A program file: every process that runs it, now or later. Not together with other targets.</summary>
    public string? Executable { get; init; }

    /// <summary>A program to start and its arguments; the probes are in place before its first instruction. Not together with other targets.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>
    /// The <c>sonde</c> binary, which starts <see cref="Command"/>: it waits until the probes are in place and becomes the
    /// command. A managed process cannot do that itself, it must never fork.
    /// </summary>
    public string? LauncherPath { get; init; }

    /// <summary>The probes, in the language of the command line: <c>main.handle</c>, <c>call:Cart::add if n > 3</c>.</summary>
    public IReadOnlyList<string> Probes { get; init; } = [];

    /// <summary>Probes of a file, <see cref="Specs.Files.ProbeFile"/>.</summary>
    public IReadOnlyList<Specs.Files.ProbeDefinition> Definitions { get; init; } = [];

    /// <summary>The library that probes mean which name none, as a path, file name or soname; null for the program.</summary>
    public string? Library { get; init; }

    /// <summary>Separate debug files; each is used for the program or library that it was made with.</summary>
    public IReadOnlyList<string> DebugFiles { get; init; } = [];

    /// <summary>Further directories with debug files, laid out like <c>/usr/lib/debug</c> or just holding them.</summary>
    public IReadOnlyList<string> DebugDirectories { get; init; } = [];

    /// <summary>How much of each value is read.</summary>
    public CaptureLimits Limits { get; init; } = CaptureLimits.Default;

    /// <summary>Whether every event has the stack of its hit.</summary>
    public bool Stacks { get; init; }

    /// <summary>Most events per second of each probe; 0 for no limit.</summary>
    public uint Rate { get; init; }

    /// <summary>One of so many events of each probe is emitted, the first of them at once.</summary>
    public int Sample { get; init; } = 1;

    /// <summary>What is confidential and stays inside; null for nothing.</summary>
    public Redaction? Redaction { get; init; }

    /// <summary>
    /// What the hits of a probe may cost, in percent of one processor; a probe that costs more for seconds on end is in place
    /// for part of the time only. 0 for no limit; null for 5 when running programs are traced and no limit for a command.
    /// </summary>
    public double? BudgetPercent { get; init; }

    /// <summary>Whether a condition that cannot be evaluated lets the event through.</summary>
    public bool FireOnError { get; init; }

    /// <summary>Attach the probes that can be when others cannot.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>The size of the buffer between kernel and reader in bytes, rounded up to a power of two.</summary>
    public int BufferBytes { get; init; } = 8 << 20;
}
