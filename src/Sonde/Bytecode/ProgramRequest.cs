using System.Collections.Immutable;
using Sonde.Plans;
using Sonde.Sites;

namespace Sonde.Bytecode;

/// <summary>What a program does at its sites.</summary>
internal enum ProgramRole
{
    /// <summary>Emits a frame.</summary>
    Single,

    /// <summary>Begins a call.</summary>
    CallEntry,

    /// <summary>Ends a call and emits its frame.</summary>
    CallReturn,
}

/// <summary>Everything that <see cref="Lowering"/> needs to know of a program. Plain data, the same on every machine.</summary>
internal sealed record ProgramRequest
{
    /// <summary>What to read and where to put it.</summary>
    public required CapturePlan Plan { get; init; }

    /// <summary>The maps of the session.</summary>
    public required SessionMaps Maps { get; init; }

    /// <summary>The probe's number in the session.</summary>
    public required int Probe { get; init; }

    /// <summary>What the program does.</summary>
    public ProgramRole Role { get; init; }

    /// <summary>Whether a call that does not return gives no event.</summary>
    public bool NeedsReturn { get; init; }

    /// <summary>Processes whose hits count, by tgid; empty for every process.</summary>
    public ImmutableArray<uint> Processes { get; init; } = [];

    /// <summary>The pid namespace that <see cref="Processes"/> is meant in, null for the initial one.</summary>
    public PidNamespace? Namespace { get; init; }

    /// <summary>Hits to pass over, when the site is a branch that may go back to the entry.</summary>
    public FlagsTest? Flags { get; init; }

    /// <summary>Where the goroutine is found, null when the target is not Go.</summary>
    public GoroutinePlace? Goroutine { get; init; }

    /// <summary>The canonical frame address at the program's sites.</summary>
    public Operand Cfa { get; init; } = new RegisterOperand(GeneralRegister.Rsp);

    /// <summary>Most events per period, 0 for no limit.</summary>
    public ulong Rate { get; init; }

    /// <summary>The period in nanoseconds.</summary>
    public ulong RatePeriod { get; init; } = 1_000_000_000;

    /// <summary>One of so many events is emitted.</summary>
    public uint Sample { get; init; } = 1;

    /// <summary>Whether dynamic types are known by process: their type words differ between processes of a program that is loaded anywhere.</summary>
    public bool TypesByProcess { get; init; }

    /// <summary>Whether a condition that cannot be evaluated lets the event through.</summary>
    public bool FireOnError { get; init; }
}

/// <summary>A pid namespace by device and inode of its <c>/proc</c> entry.</summary>
internal readonly record struct PidNamespace(ulong Device, ulong Inode);

/// <summary>How to get from a register to the goroutine's facts (runtime/runtime2.go, <c>type g struct</c>).</summary>
/// <param name="Pointer">The address of the running <c>g</c>.</param>
/// <param name="GoidOffset">Offset of <c>goid</c>.</param>
/// <param name="StackHighOffset">Offset of <c>stack.hi</c>.</param>
internal sealed record GoroutinePlace(Operand Pointer, uint GoidOffset, uint StackHighOffset);
