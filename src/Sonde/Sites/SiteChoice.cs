using System.Collections.Immutable;
using System.Diagnostics;

namespace Sonde.Sites;

/// <summary>What made a site the best one.</summary>
internal enum SiteReason
{
    /// <summary>An emulated <c>push</c> behind the stack check.</summary>
    PushBehindStackCheck,

    /// <summary>The stack check's own last branch.</summary>
    StackCheckBranch,

    /// <summary>An emulated instruction that each call runs through once.</summary>
    EmulatedInEntryBlock,

    /// <summary>Nothing emulated fits: the first instruction.</summary>
    Entry,

    /// <summary>Nothing emulated fits: the first usable one behind the check, the landing mark or a refused instruction.</summary>
    FirstUsable,

    /// <summary>The address that was asked for.</summary>
    Requested,

    /// <summary>The end of the prologue: only there the debug information tells where the arguments are.</summary>
    PrologueEnd,
}

/// <summary>The instruction that carries a probe, and what holds when it fires (before it executes).</summary>
internal sealed record SiteChoice
{
    /// <summary>Where the probe goes, as an address of the image.</summary>
    public required ulong Address { get; init; }

    /// <summary>What a hit costs: <see cref="UprobeHandling.Emulated"/> or <see cref="UprobeHandling.Stepped"/>.</summary>
    public required UprobeHandling Cost { get; init; }

    /// <summary>How often it fires.</summary>
    public required Firing Firing { get; init; }

    /// <summary>Why this one.</summary>
    public required SiteReason Reason { get; init; }

    /// <summary><c>CFA - rsp</c>, where known. Arguments on the stack begin at the CFA, the return address is 8 below it.</summary>
    public required int? CfaOffset { get; init; }

    /// <summary>Registers that still hold their entry values.</summary>
    public required RegisterSet Intact { get; init; }

    /// <summary>How many bytes from the CFA up certainly hold what the caller put there (<see cref="int.MaxValue"/>: all).</summary>
    public required int IntactStackBytes { get; init; }

    /// <summary>Hits to ignore, when <see cref="Firing"/> is <see cref="Firing.OnceWithFlagsTest"/>.</summary>
    public FlagsTest? Ignore { get; init; }

    /// <summary>Whether a return probe of the kernel may sit here: the return address is on top of the stack.</summary>
    public bool HoldsReturnAddress => CfaOffset == 8;

    /// <summary>Whether hits equal calls.</summary>
    public bool IsExact => Firing is Firing.Once or Firing.OnceWithFlagsTest;

    /// <summary>The reason as one clause for people.</summary>
    public string ReasonText => (Reason switch
    {
        SiteReason.PushBehindStackCheck => "a push behind the stack check",
        SiteReason.StackCheckBranch => "the stack check's last branch, hits that go to morestack are ignored",
        SiteReason.EmulatedInEntryBlock => "an emulated instruction that each call passes once",
        SiteReason.Entry => "the first instruction, nothing emulated fits",
        SiteReason.FirstUsable => "the first usable instruction, nothing emulated fits",
        SiteReason.Requested => "the address asked for",
        SiteReason.PrologueEnd => "the end of the prologue, before it the arguments are not where the debug information says",
        _ => throw new UnreachableException(),
    }) + (Firing switch
    {
        Firing.AgainAfterStackGrowth => "; counts a call again after each growth of the stack",
        Firing.OncePerIteration => "; it is the head of a loop and counts iterations",
        _ => "",
    });
}

/// <summary>Why a function, a line or an address cannot carry a probe.</summary>
internal enum SiteRefusalCode
{
    /// <summary>There are no bytes.</summary>
    NoCode,

    /// <summary>The bytes at the start are not instructions.</summary>
    Undecodable,

    /// <summary>The address is not the start of an instruction.</summary>
    NotAnInstruction,

    /// <summary>No instruction of the entry block can be probed; the detail says why the first cannot.</summary>
    RefusedByKernel,

    /// <summary>Every instruction that can be probed comes after a wanted register was overwritten.</summary>
    RegistersLost,

    /// <summary>Nowhere is the return address on top of the stack.</summary>
    NoPlaceForReturnProbe,

    /// <summary>This language's stacks move: return probes of the kernel would crash the target.</summary>
    ReturnProbeForbidden,

    /// <summary>The line table gives the line no code.</summary>
    NoCodeForLine,
}

/// <summary>A refusal with its detail.</summary>
internal readonly record struct SiteRefusal(SiteRefusalCode Code, UprobeRefusal Detail = UprobeRefusal.None)
{
    /// <summary>One clause for people.</summary>
    public string Describe() => Code switch
    {
        SiteRefusalCode.NoCode => "it has no code",
        SiteRefusalCode.Undecodable => "its bytes are not x86-64 instructions",
        SiteRefusalCode.NotAnInstruction => "no instruction starts at this address",
        SiteRefusalCode.RefusedByKernel => Detail.Describe(),
        SiteRefusalCode.RegistersLost => "the arguments are overwritten before the first instruction that can carry a probe",
        SiteRefusalCode.NoPlaceForReturnProbe => "the return address is not on top of the stack at any instruction that can carry a probe",
        SiteRefusalCode.ReturnProbeForbidden => "its stacks move, a return probe of the kernel would crash it",
        SiteRefusalCode.NoCodeForLine => "the line has no code",
        _ => throw new UnreachableException(),
    };
}

/// <summary>A choice or a refusal, with all that was considered.</summary>
internal sealed record SiteSelection(SiteChoice? Choice, SiteRefusal? Refusal, ImmutableArray<SiteCandidate> Candidates)
{
    internal static SiteSelection Refused(SiteRefusalCode code, ImmutableArray<SiteCandidate> candidates = default, UprobeRefusal detail = default) =>
        new(null, new SiteRefusal(code, detail), candidates.IsDefault ? [] : candidates);
}
