using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Features;

/// <summary>The answer about one feature.</summary>
/// <param name="Feature">Which.</param>
/// <param name="Name">For people.</param>
/// <param name="MinimumKernel">The first release that has it.</param>
/// <param name="IsRequired">Sonde does not work without.</param>
/// <param name="IsPresent">It was tried and worked.</param>
/// <param name="Refusal">What the kernel said when it did not; EPERM speaks of privilege, not of the kernel's age.</param>
internal sealed record FeatureFinding(
    KernelFeature Feature,
    string Name,
    string MinimumKernel,
    bool IsRequired,
    bool IsPresent,
    Errno Refusal);
