namespace Sonde.Kernel.Features;

/// <summary>How the kernel gets over the instruction that a probe displaces; decides what a hit costs.</summary>
internal enum SiteKind
{
    /// <summary>A <c>nop</c>, as also <c>push</c>, <c>jmp</c>, <c>jcc</c>, <c>call</c>: the kernel does its work, one trap.</summary>
    Emulated,

    /// <summary>Anything else, here <c>mov</c>: executed out of line with single step, two traps.</summary>
    Stepped,

    /// <summary>The first instruction of a function, a <c>nop</c>, where a return probe can sit.</summary>
    Function,
}
