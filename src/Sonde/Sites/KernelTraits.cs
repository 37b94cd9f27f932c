namespace Sonde.Sites;

/// <summary>What this kernel's uprobes can do that not all supported kernels can.</summary>
/// <param name="EmulatesLongNops">
/// Multi-byte nops are emulated (arch/x86/kernel/uprobes.c, <c>branch_setup_xol_ops</c>: since 6.16 any <c>0f 1f</c>;
/// <c>66 90</c> since 6.2 and refused before). Where false they are never chosen while anything else fits.
/// </param>
internal sealed record KernelTraits(bool EmulatesLongNops)
{
    /// <summary>True of every supported kernel (5.15 on).</summary>
    public static KernelTraits Floor { get; } = new(EmulatesLongNops: false);

    /// <summary>6.16 and later.</summary>
    public static KernelTraits Recent { get; } = new(EmulatesLongNops: true);
}
