namespace Sonde.Sites;

/// <summary>What a probe at the start of a function needs of its site.</summary>
internal sealed record EntryRequest
{
    /// <summary>How the function is called.</summary>
    public required CallConvention Convention { get; init; }

    /// <summary>Registers that must still hold their entry values when the probe fires. Default: none.</summary>
    public RegisterSet Wanted { get; init; }

    /// <summary>
    /// How many bytes of arguments lie on the stack, from the CFA up, that nothing may have been stored into. Default: unknown,
    /// which means all there may be for a convention without argument registers and none for the others.
    /// </summary>
    public int? StackArgumentBytes { get; init; }

    /// <summary>The site must also carry a return probe of the kernel, so the return address must be on top of the stack.</summary>
    public bool NeedsReturnProbe { get; init; }

    /// <summary>Also examine what comes behind the site, for people who ask why (<c>sonde explain</c>).</summary>
    public bool AllCandidates { get; init; }

    /// <summary>What the kernel can do. Default: what every supported one can.</summary>
    public KernelTraits Kernel { get; init; } = KernelTraits.Floor;
}
