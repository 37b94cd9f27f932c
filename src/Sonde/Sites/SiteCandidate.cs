using System.Diagnostics;

namespace Sonde.Sites;

/// <summary>How often a site fires.</summary>
internal enum Firing
{
    /// <summary>Exactly once per call (line sites: once per execution of the line).</summary>
    Once,

    /// <summary>Once per call if the program ignores the hits that <see cref="SiteChoice.Ignore"/> names.</summary>
    OnceWithFlagsTest,

    /// <summary>Once per call and again after each growth of the stack and each preemption request.</summary>
    AgainAfterStackGrowth,

    /// <summary>The start of the function is the head of a loop: once per iteration.</summary>
    OncePerIteration,
}

/// <summary>Why an instruction was not taken, or was.</summary>
internal enum SiteVerdict
{
    /// <summary>This is the site.</summary>
    Chosen,

    /// <summary>Would do, but another one is cheaper, surer or earlier.</summary>
    Usable,

    /// <summary>The kernel cannot probe it; see <see cref="SiteCandidate.Refusal"/>.</summary>
    Refused,

    /// <summary>A wanted register no longer holds its entry value there.</summary>
    RegisterLost,

    /// <summary>Arguments on the stack may have been overwritten there.</summary>
    StackArgumentsLost,

    /// <summary>The stack pointer has moved, so a return probe would overwrite something else.</summary>
    StackMoved,

    /// <summary>A jump table of the function may lead there.</summary>
    JumpTableTarget,

    /// <summary>A five-byte nop, which recent kernels turn into a call that writes below the stack pointer.</summary>
    WritesBelowStack,
}

/// <summary>One instruction that was considered.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Handling">What the kernel does with it.</param>
/// <param name="Firing">How often it would fire.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Refusal">For <see cref="SiteVerdict.Refused"/>: why.</param>
/// <param name="Lost">For <see cref="SiteVerdict.RegisterLost"/>: which.</param>
internal readonly record struct SiteCandidate(
    ulong Address, UprobeHandling Handling, Firing Firing, SiteVerdict Verdict, UprobeRefusal Refusal, RegisterSet Lost)
{
    /// <summary>One clause for people.</summary>
    public string Describe() => Verdict switch
    {
        SiteVerdict.Chosen => "chosen",
        SiteVerdict.Usable => Firing switch
        {
            Firing.Once => "possible",
            Firing.OnceWithFlagsTest => "possible, with a test of the flags",
            Firing.AgainAfterStackGrowth => "fires again after each growth of the stack",
            Firing.OncePerIteration => "fires once per iteration",
            _ => throw new UnreachableException(),
        },
        SiteVerdict.Refused => Refusal.Describe(),
        SiteVerdict.RegisterLost => $"overwritten before it: {Lost.Describe()}",
        SiteVerdict.StackArgumentsLost => "arguments on the stack are overwritten before it",
        SiteVerdict.StackMoved => "the return address is not on top of the stack",
        SiteVerdict.JumpTableTarget => "a jump table may lead here",
        SiteVerdict.WritesBelowStack => "recent kernels replace a five-byte nop by a call that writes below the stack pointer",
        _ => throw new UnreachableException(),
    };
}
