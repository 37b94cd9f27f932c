using Sonde.Kernel.Features;
using Sonde.Kernel.Syscalls;

namespace Sonde.Examining;

/// <summary>What was found out about the machine and the user, unjudged.</summary>
internal sealed record SystemFacts
{
    /// <summary>The kernel's release, null when it cannot be read.</summary>
    public string? Release { get; init; }

    /// <summary>What this process may do.</summary>
    public required Privileges Privileges { get; init; }

    /// <summary>Every feature.</summary>
    public required IReadOnlyList<FeatureFinding> Features { get; init; }

    /// <summary>Whether process numbers here are those of the whole machine.</summary>
    public bool IsInitialPidNamespace { get; init; } = true;

    /// <summary>What a hit costs; null when it was not asked for or could not be measured.</summary>
    public HitCost? Cost { get; init; }

    /// <summary>Why it could not be measured.</summary>
    public string? CostRefusal { get; init; }

    /// <summary>Finds out. Loads small programs and probes a page of its own, and leaves nothing behind.</summary>
    /// <param name="measure">Also measure the cost of hits.</param>
    public static SystemFacts Gather(bool measure)
    {
        IKernel kernel = LinuxKernel.Instance;
        var facts = new SystemFacts
        {
            Release = kernel.ReadText("/proc/sys/kernel/osrelease")?.Trim(),
            Privileges = Privileges.Read(kernel),
            Features = KernelFeatures.Current.All,
            IsInitialPidNamespace = new FileInfo("/proc/self/ns/pid").LinkTarget is null or "pid:[4026531836]", // PROC_PID_INIT_INO
        };
        if (!measure)
            return facts;
        try
        {
            return facts with { Cost = HitCost.Measure(kernel, KernelFeatures.Current) };
        }
        catch (KernelException e)
        {
            return facts with { CostRefusal = e.Message };
        }
    }
}
