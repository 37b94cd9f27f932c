using System.Globalization;
using Sonde.Kernel.Features;
using Sonde.Kernel.Syscalls;

namespace Sonde.Examining;

/// <summary>From facts to findings. Whether tracing is possible is told by what was tried; everything else explains it.</summary>
internal static class Judgement
{
    private const string Floor = "5.15";
    private const long SmallLockedMemory = 64 << 20;

    /// <summary>Judges the machine and the user.</summary>
    public static IReadOnlyList<Finding> Of(SystemFacts facts)
    {
        var findings = new List<Finding>
        {
            new(FindingGroup.Kernel, "release", FindingState.Ok, facts.Release is { } release ? $"Linux {release} (what counts is tried below; from {Floor} on all that is needed is there)" : "not known"),
            new(FindingGroup.Kernel, "pid namespace", FindingState.Ok,
                facts.IsInitialPidNamespace ? "the machine's own" : "a container's: process numbers are those seen in here"),
        };
        AddPrivileges(facts, findings);
        findings.AddRange(facts.Features.Select(Of));
        AddCost(facts, findings);
        return findings;
    }

    private static void AddPrivileges(SystemFacts facts, List<Finding> findings)
    {
        Privileges may = facts.Privileges;
        bool refused = facts.Features.Any(f => f is { IsRequired: true, IsPresent: false, Refusal: Errno.EPERM or Errno.EACCES });
        void Add(string subject, FindingState state, string text, string? hint = null) => findings.Add(new Finding(FindingGroup.Privileges, subject, state, text, hint));

        string[] has = [.. new[] { ("CAP_SYS_ADMIN", may.HasSysAdmin), ("CAP_BPF", may.HasBpf), ("CAP_PERFMON", may.HasPerfmon), ("CAP_SYS_PTRACE", may.HasSysPtrace) }
            .Where(c => c.Item2).Select(c => c.Item1)];
        Add("capabilities", refused ? FindingState.Failed : FindingState.Ok, has.Length == 0 ? "none that tracing needs" : string.Join(", ", has), refused ? MendRefusal(may) : null);
        if (!may.HasSysPtrace)
            Add("other users' processes", FindingState.Warning, "may not be looked at without CAP_SYS_PTRACE", "run as root, or add CAP_SYS_PTRACE");
        Add("user namespace", may.IsInitialUserNamespace ? FindingState.Ok : refused ? FindingState.Failed : FindingState.Warning,
            may.IsInitialUserNamespace ? "the machine's own" : "not the machine's own: capabilities do not count for BPF in here",
            may.IsInitialUserNamespace ? null : "run sonde outside of it (rootless containers have their own)");
        Add("lockdown", may.Lockdown == "confidentiality" ? FindingState.Warning : FindingState.Ok, may.Lockdown ?? "the kernel has none",
            may.Lockdown == "confidentiality" ? "if programs are refused: boot with lockdown=integrity or without secure boot" : null);
        Add("perf_event_paranoid", FindingState.Ok, may.PerfEventParanoid is { } paranoid
            ? string.Create(CultureInfo.InvariantCulture, $"{paranoid}{(may.HasPerfmon || may.HasSysAdmin ? " (does not bind this user)" : "")}")
            : "not there");
        Add("unprivileged BPF", FindingState.Ok, may.UnprivilegedBpfDisabled switch { null => "not known", 0 => "allowed (not needed)", _ => "not allowed (not needed)" });
        Add("BPF JIT", may.JitEnabled == false ? FindingState.Warning : FindingState.Ok,
            may.JitEnabled switch { true => "on", false => "off: programs are interpreted, hits cost more", null => "cannot be read; most kernels have it always on" },
            may.JitEnabled == false ? "sysctl net.core.bpf_jit_enable=1" : null);
        if (may.LockedMemoryLimit is { } limit and < SmallLockedMemory)
            Add("locked memory", FindingState.Warning, $"limited to {limit / 1024} KB; only kernels before 5.11 charge BPF memory to it", "ulimit -l unlimited, if maps are refused");
    }

    private static Finding Of(FeatureFinding feature)
    {
        string purpose = $"{FeatureAdvice.Purpose(feature.Feature)} (from {feature.MinimumKernel})";
        if (feature.IsPresent)
            return new Finding(FindingGroup.Features, feature.Name, FindingState.Ok, purpose);
        if (feature.Refusal is Errno.EPERM or Errno.EACCES)
            return new Finding(FindingGroup.Features, feature.Name, feature.IsRequired ? FindingState.Failed : FindingState.Absent, $"{purpose}; not permitted to this user");
        string text = $"{purpose}; tried: {ErrnoText.Describe(feature.Refusal)}";
        return feature.IsRequired
            ? new Finding(FindingGroup.Features, feature.Name, FindingState.Failed, text, FeatureAdvice.Mend(feature))
            : new Finding(FindingGroup.Features, feature.Name, FindingState.Absent, text, $"without it {FeatureAdvice.Otherwise(feature.Feature)}; {FeatureAdvice.Mend(feature)}");
    }

    private static string MendRefusal(Privileges may) => may.HasSysAdmin
        ? "the capabilities are there, so a seccomp filter, a security module or lockdown refuses: in a container use --privileged"
        : "run as root; in a container with --privileged, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE and a seccomp profile that lets bpf and perf_event_open through";

    private static void AddCost(SystemFacts facts, List<Finding> findings)
    {
        if (facts.CostRefusal is { } refusal)
            findings.Add(new Finding(FindingGroup.Cost, "a hit", FindingState.Warning, $"could not be measured: {refusal}"));
        if (facts.Cost is not { } cost)
            return;
        void Add(string subject, double nanoseconds, string text) => findings.Add(new Finding(
            FindingGroup.Cost, subject, FindingState.Ok, string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1000:f2} µs {text}")));
        Add("an emulated hit", cost.Emulated, "at a nop, push, jump or call");
        Add("a stepped hit", cost.Stepped, "at any other instruction");
        Add("entry and return", cost.Return, "of a return probe on an emulated entry");
    }
}
