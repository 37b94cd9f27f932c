using System.Collections.Concurrent;
using System.Diagnostics;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Features;

/// <summary>
/// What this kernel can do, found by trying, each feature once and when first asked for. A release number proves nothing:
/// distributions carry features back and switch others off. Safe for several threads.
/// </summary>
internal sealed class KernelFeatures(IKernel kernel)
{
    private readonly ConcurrentDictionary<KernelFeature, FeatureFinding> _findings = [];
    private readonly ConcurrentDictionary<AttachType, bool> _known = [];

    /// <summary>Of the kernel this process runs on.</summary>
    public static KernelFeatures Current { get; } = new(LinuxKernel.Instance);

    /// <summary>Every feature, in the order of the enumeration; for <c>sonde doctor</c>.</summary>
    public IReadOnlyList<FeatureFinding> All => [.. Enum.GetValues<KernelFeature>().Select(Find)];

    /// <summary>Whether a feature is there.</summary>
    public bool Has(KernelFeature feature) => Find(feature).IsPresent;

    /// <summary>
    /// Whether the kernel knows a kind of multi link, told by how it refuses a file that is not there. Says less than
    /// <see cref="Has"/> and takes microseconds: nothing is attached, so nothing waits for grace periods.
    /// </summary>
    public bool Knows(AttachType attach) => _known.GetOrAdd(attach, type => FeatureTrials.IsKnown(kernel, type));

    /// <summary>The answer about a feature.</summary>
    public FeatureFinding Find(KernelFeature feature) => _findings.GetOrAdd(feature, Try);

    /// <summary>Throws if a required feature is missing. Names the one that came last, so that its release is the one to have.</summary>
    /// <exception cref="FeatureMissingException">The kernel cannot: it is below the floor.</exception>
    /// <exception cref="KernelException">The kernel will not: EPERM or EACCES.</exception>
    public void RequireFloor()
    {
        FeatureFinding? missing = All.Where(finding => finding is { IsRequired: true, IsPresent: false }).MaxBy(finding => Version.Parse(finding.MinimumKernel));
        if (missing is null)
            return;
        if (missing.Refusal is Errno.EPERM or Errno.EACCES)
            throw new KernelException($"trial of {missing.Name}", missing.Refusal);
        throw new FeatureMissingException(missing.Name, missing.MinimumKernel, missing.Refusal);
    }

    private FeatureFinding Try(KernelFeature feature)
    {
        (string Name, string Minimum, bool IsRequired, Action<IKernel> Run) trial = feature switch
        {
            KernelFeature.LoadPrograms => ("BPF tracing programs", "4.1", true, FeatureTrials.LoadPrograms),
            KernelFeature.RingBuffer => ("the BPF ring buffer", "5.8", true, FeatureTrials.RingBuffer),
            KernelFeature.AtomicFetch => ("fetching BPF atomics", "5.12", true, FeatureTrials.AtomicFetch),
            KernelFeature.AttachCookie => ("attach cookies", "5.15", true, FeatureTrials.AttachCookie),
            KernelFeature.PerfUprobes => ("BPF links on uprobe perf events", "5.15", true, FeatureTrials.PerfUprobes),
            KernelFeature.UprobeMulti => ("uprobe_multi links", "6.6", false, FeatureTrials.UprobeMulti),
            KernelFeature.UprobeMultiProcessFilter => ("uprobe_multi links filtered by process", "6.10", false, FeatureTrials.UprobeMultiProcessFilter),
            KernelFeature.UprobeSession => ("uprobe session links", "6.13", false, FeatureTrials.UprobeSession),
            KernelFeature.SleepableUprobes => ("sleepable uprobe programs", "6.0", false, FeatureTrials.SleepableUprobes),
            KernelFeature.NamespacedPid => ("bpf_get_ns_current_pid_tgid", "5.7", true, FeatureTrials.NamespacedPid),
            KernelFeature.MapBatch => ("map batch operations", "5.6", false, FeatureTrials.MapBatch),
            _ => throw new UnreachableException(),
        };
        Errno refusal = Errno.None;
        bool isPresent = true;
        try
        {
            trial.Run(kernel);
        }
        catch (KernelException e)
        {
            (refusal, isPresent) = (e.Errno, false);
        }
        return new FeatureFinding(feature, trial.Name, trial.Minimum, trial.IsRequired, isPresent, refusal);
    }
}
