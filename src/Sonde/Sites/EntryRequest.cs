namespace Sonde.Sites;

/// <summary>What a probe at the start of a function needs of its site.</summary>
internal sealed record EntryRequest
{
    /// <summary>How the function is called.</summary>
    public required CallConvention Convention { get; init; }

    /// <summary>Registers that must still hold their entry values when the probe fires. Default: none.</summary>
    public RegisterSet Wanted { get; init; }

    /// <summary>
    /// Arguments on the stack are wanted too, so nothing may have been stored into the caller's part of the stack. Always
    /// true for a convention without argument registers.
    /// </summary>
    public bool WantsStackArguments { get; init; }

    /// <summary>The site must also carry a return probe of the kernel, so the return address must be on top of the stack.</summary>
    public bool NeedsReturnProbe { get; init; }

    /// <summary>What the kernel can do. Default: what every supported one can.</summary>
    public KernelTraits Kernel { get; init; } = KernelTraits.Floor;
}
