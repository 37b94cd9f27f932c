using Sonde.Kernel.Features;

namespace Sonde.Examining;

/// <summary>What each feature of the kernel is for, and how one that is missing is had.</summary>
internal static class FeatureAdvice
{
    /// <summary>What sonde does with it.</summary>
    public static string Purpose(KernelFeature feature) => feature switch
    {
        KernelFeature.LoadPrograms => "the probes' programs",
        KernelFeature.RingBuffer => "carries events to sonde",
        KernelFeature.AtomicFetch => "numbers events, so that each loss shows",
        KernelFeature.AttachCookie => "tells which of many sites was hit",
        KernelFeature.PerfUprobes => "puts probes into programs, one by one",
        KernelFeature.UprobeMulti => "puts thousands of probes in at once",
        KernelFeature.UprobeMultiProcessFilter => "spares other processes the trap",
        KernelFeature.UprobeSession => "pairs entry and return in the kernel; not used yet",
        KernelFeature.SleepableUprobes => "reads memory that is paged out; not used yet",
        KernelFeature.NamespacedPid => "finds processes from within a container",
        KernelFeature.MapBatch => "reads many aggregates at once; not used yet",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What sonde does without it, for one that is not required.</summary>
    public static string Otherwise(KernelFeature feature) => feature switch
    {
        KernelFeature.UprobeMulti => "attaching to many functions takes longer",
        KernelFeature.UprobeMultiProcessFilter => "every process that runs the file pays for the trap",
        _ => "nothing is lost",
    };

    /// <summary>How to get it.</summary>
    public static string Mend(FeatureFinding finding) => Configuration(finding.Feature) switch
    {
        { } option => $"a kernel from {finding.MinimumKernel} on, built with {option}",
        null => $"a kernel from {finding.MinimumKernel} on",
    };

    private static string? Configuration(KernelFeature feature) => feature switch
    {
        KernelFeature.LoadPrograms => "CONFIG_BPF_SYSCALL and CONFIG_BPF_EVENTS",
        KernelFeature.PerfUprobes or KernelFeature.UprobeMulti or KernelFeature.UprobeMultiProcessFilter or KernelFeature.UprobeSession => "CONFIG_UPROBE_EVENTS",
        _ => null,
    };
}
