using System.Globalization;

using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Features;

/// <summary>What this process may do and what the machine's switches say, as facts for <c>sonde doctor</c>; nothing is judged here but by trying.</summary>
/// <param name="Capabilities">The effective set (CapEff).</param>
/// <param name="IsInitialUserNamespace">Capabilities count for BPF only there.</param>
/// <param name="Lockdown">The active lockdown level (<c>none</c>, <c>integrity</c>, <c>confidentiality</c>); null where the kernel has none.</param>
/// <param name="PerfEventParanoid">kernel.perf_event_paranoid, or null.</param>
/// <param name="UnprivilegedBpfDisabled">kernel.unprivileged_bpf_disabled, or null.</param>
/// <param name="JitEnabled">net.core.bpf_jit_enable is not 0; null where it cannot be read (a kernel with the JIT always on).</param>
/// <param name="LockedMemoryLimit">Soft RLIMIT_MEMLOCK in bytes, null if unlimited. A low one is a warning at most: from 5.11 on BPF memory is not charged to it.</param>
internal sealed record Privileges(
    ulong Capabilities,
    bool IsInitialUserNamespace,
    string? Lockdown,
    int? PerfEventParanoid,
    int? UnprivilegedBpfDisabled,
    bool? JitEnabled,
    long? LockedMemoryLimit)
{
    // linux/capability.h
    private const int CAP_SYS_PTRACE = 19;
    private const int CAP_SYS_ADMIN = 21;
    private const int CAP_PERFMON = 38;
    private const int CAP_BPF = 39;

    /// <summary>All that Sonde needs and more.</summary>
    public bool HasSysAdmin => Has(CAP_SYS_ADMIN);

    /// <summary>Loading programs and making maps (with <see cref="HasPerfmon"/> and <see cref="HasSysPtrace"/> enough without SYS_ADMIN on many kernels).</summary>
    public bool HasBpf => Has(CAP_BPF);

    /// <summary>Tracing programs and perf events.</summary>
    public bool HasPerfmon => Has(CAP_PERFMON);

    /// <summary>Opening other users' processes under /proc.</summary>
    public bool HasSysPtrace => Has(CAP_SYS_PTRACE);

    /// <summary>Reads them for this process.</summary>
    public static Privileges Read(IKernel kernel) => new(
        ParseCapabilities(kernel.ReadText("/proc/self/status") ?? ""),
        IsWholeMap(kernel.ReadText("/proc/self/uid_map")),
        ParseLockdown(kernel.ReadText("/sys/kernel/security/lockdown")),
        ParseNumber(kernel.ReadText("/proc/sys/kernel/perf_event_paranoid")),
        ParseNumber(kernel.ReadText("/proc/sys/kernel/unprivileged_bpf_disabled")),
        ParseNumber(kernel.ReadText("/proc/sys/net/core/bpf_jit_enable")) is { } jit ? jit != 0 : null,
        ParseLockedMemory(kernel.ReadText("/proc/self/limits") ?? ""));

    internal static ulong ParseCapabilities(string status)
    {
        const string Key = "CapEff:";
        foreach (string line in status.Split('\n'))
        {
            if (line.StartsWith(Key, StringComparison.Ordinal)
                && ulong.TryParse(line.AsSpan(Key.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set))
            {
                return set;
            }
        }
        return 0;
    }

    /// <summary>The level in brackets of <c>[none] integrity confidentiality</c>.</summary>
    internal static string? ParseLockdown(string? text)
    {
        int open = text?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        int close = text?.IndexOf(']', StringComparison.Ordinal) ?? -1;
        return open >= 0 && close > open ? text![(open + 1)..close] : null;
    }

    internal static long? ParseLockedMemory(string limits)
    {
        const string Key = "Max locked memory";
        string? line = limits.Split('\n').FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        string? soft = line?[Key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
    }

    private static int? ParseNumber(string? text) =>
        int.TryParse(text?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    // The initial namespace maps all 2^32 - 1 ids to themselves.
    private static bool IsWholeMap(string? map) =>
        map?.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"];

    private bool Has(int capability) => (Capabilities & (1UL << capability)) != 0;
}
