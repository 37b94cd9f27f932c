using System.Text.Json;
using Sonde.Examining;
using Sonde.Kernel.Features;
using Sonde.Kernel.Syscalls;
using Xunit;

namespace Sonde.Tests.Examining;

/// <summary>What <c>sonde doctor</c> prints of machines that are made up.</summary>
public sealed class ExaminationTests
{
    private const ulong AllCapabilities = (1UL << 41) - 1;

    [Fact]
    public void A_good_machine()
    {
        Examination examination = Examination.Of(Facts(AllCapabilities, _ => Errno.None) with { Cost = new HitCost(512.4, 11_034, 1150) }, []);
        Assert.Equal(0, examination.ExitCode);
        Golden.Check("doctor/good.txt", Text(examination));
    }

    [Fact]
    public void A_kernel_that_is_too_old()
    {
        Examination examination = Examination.Of(
            Facts(AllCapabilities, f => f is KernelFeature.AttachCookie or >= KernelFeature.UprobeMulti and <= KernelFeature.SleepableUprobes ? Errno.EINVAL : Errno.None)
                with
            { Release = "5.10.0-30-amd64", IsInitialPidNamespace = false },
            []);
        Assert.Equal(2, examination.ExitCode);
        Golden.Check("doctor/old-kernel.txt", Text(examination));
    }

    [Fact]
    public void A_user_who_is_not_permitted()
    {
        Examination examination = Examination.Of(Facts(0, _ => Errno.EPERM), []);
        Assert.Equal(2, examination.ExitCode);
        Finding capabilities = examination.Findings.Single(f => f.Subject == "capabilities");
        Assert.Equal(FindingState.Failed, capabilities.State);
        Assert.Contains("run as root", capabilities.Hint, StringComparison.Ordinal);
        Assert.All(examination.Findings.Where(f => f.Group == FindingGroup.Features), f => Assert.Contains("not permitted", f.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Something_optional_that_is_missing_is_no_failure() =>
        Assert.True(Examination.Of(Facts(AllCapabilities, f => f == KernelFeature.UprobeMulti ? Errno.EINVAL : Errno.None), []).IsPossible);

    [Fact]
    public void A_target_that_cannot_be_traced_is_the_request_s_fault()
    {
        Examination examination = Examination.Of(Facts(AllCapabilities, _ => Errno.None), [.. TargetExamination.OfProcesses([int.MaxValue])]);
        Assert.Equal(1, examination.ExitCode);
        Assert.Contains("but not of this target", Text(examination), StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_is_described()
    {
        IReadOnlyList<Finding> findings = [.. TargetExamination.OfFile(Golden.PathOf("explain/account"))];
        Assert.All(findings, f => Assert.Equal(FindingState.Ok, f.State));
        Assert.Equal("C", findings.Single(f => f.Subject == "language").Text);
    }

    [Fact]
    public void Colours_only_where_they_are_wanted()
    {
        Examination examination = Examination.Of(Facts(0, _ => Errno.EPERM), []);
        var coloured = new StringWriter();
        ExaminationText.Write(examination, coloured, colour: true);
        Assert.Contains("\e[31mFAILED", coloured.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', Text(examination));
    }

    [Fact]
    public void As_JSON()
    {
        using var output = new MemoryStream();
        ExaminationJson.Write(Examination.Of(Facts(AllCapabilities, _ => Errno.None) with { Cost = new HitCost(500, 11_000, 1150) }, []), output);
        JsonElement json = JsonDocument.Parse(output.ToArray()).RootElement;
        Assert.True(json.GetProperty("possible").GetBoolean());
        Assert.Equal(500, json.GetProperty("cost_ns").GetProperty("emulated").GetDouble());
        Assert.Contains(json.GetProperty("findings").EnumerateArray(), f => f.GetProperty("subject").GetString() == "attach cookies");
    }

    private static SystemFacts Facts(ulong capabilities, Func<KernelFeature, Errno> refusal) => new()
    {
        Release = "6.12.9",
        Privileges = new Privileges(capabilities, true, "none", 2, 2, true, 8 << 20),
        Features = [.. Enum.GetValues<KernelFeature>().Select(f => new FeatureFinding(
            f, Names[(int)f], "5.15", f is <= KernelFeature.PerfUprobes or KernelFeature.NamespacedPid, refusal(f) == Errno.None, refusal(f)))],
    };

    private static string[] Names =>
    [
        "BPF tracing programs", "the BPF ring buffer", "fetching BPF atomics", "attach cookies", "uprobe perf events", "uprobe_multi links",
        "uprobe_multi links filtered by process", "uprobe session links", "sleepable uprobe programs", "bpf_get_ns_current_pid_tgid", "map batch operations",
    ];

    private static string Text(Examination examination)
    {
        var text = new StringWriter();
        ExaminationText.Write(examination, text, colour: false);
        return text.ToString();
    }
}
