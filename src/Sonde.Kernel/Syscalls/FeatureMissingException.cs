namespace Sonde.Kernel.Syscalls;

/// <summary>The kernel is too old, or built without something Sonde cannot do without.</summary>
internal sealed class FeatureMissingException(string feature, string minimumKernel, Errno errno = Errno.None)
    : KernelException(feature, errno, $"this kernel has no {feature}; it is in Linux {minimumKernel} and newer")
{
    /// <summary>What is missing.</summary>
    public string Feature { get; } = feature;

    /// <summary>The first release that has it.</summary>
    public string MinimumKernel { get; } = minimumKernel;
}
