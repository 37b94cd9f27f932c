using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests.Features;

public sealed class KernelFeaturesTests
{
    [Fact]
    public void Answers_about_each_feature_and_leaves_nothing_behind()
    {
        LinuxKernel kernel = Require.Kernel();
        KernelFeatures features = new(kernel);
        foreach (FeatureFinding finding in features.All)
        {
            TestContext.Current.SendDiagnosticMessage($"{finding}");
            Assert.True(finding.IsPresent == (finding.Refusal == Errno.None));
        }
        features.RequireFloor();
        Assert.Same(features.Find(KernelFeature.UprobeMulti), features.Find(KernelFeature.UprobeMulti));
    }

    [Theory]
    [InlineData(AttachType.BPF_TRACE_UPROBE_MULTI, KernelFeature.UprobeMulti)]
    [InlineData(AttachType.BPF_TRACE_UPROBE_SESSION, KernelFeature.UprobeSession)]
    internal void What_the_quick_question_says_the_trial_confirms(AttachType attach, KernelFeature feature)
    {
        KernelFeatures features = new(Require.Kernel());
        Assert.Equal(features.Has(feature), features.Knows(attach));
    }

    [Fact]
    public void This_process_is_privileged_enough_to_have_got_here()
    {
        LinuxKernel kernel = Require.Kernel();
        Privileges privileges = Privileges.Read(kernel);
        Assert.True(privileges.HasSysAdmin || (privileges.HasBpf && privileges.HasPerfmon));
        Assert.NotNull(privileges.UnprivilegedBpfDisabled);
    }

    [Fact]
    public void The_namespaced_pid_is_the_one_we_know()
    {
        LinuxKernel kernel = Require.Kernel();
        PidNamespace own = PidNamespace.Own(kernel);
        Assert.Equal(own, PidNamespace.Of(kernel, Environment.ProcessId));
        MapBlueprint result = MapBlueprint.SharedArray("result", 16, 1);
        ProgramBlueprint blueprint = new()
        {
            Name = "ns_pid",
            Code = Assembler.Assemble(
            [
                LdImm64(R1, (long)own.Device),
                LdImm64(R2, (long)own.Inode),
                Mov(R3, R10),
                AddImm(R3, -8),
                MovImm(R4, 8),
                Call(Helper.BPF_FUNC_get_ns_current_pid_tgid),
                LoadMapValue(R1, result),
                Store(DW, R1, 8, R0),
                Load(W, R2, R10, -4),
                Store(DW, R1, 0, R2),
                MovImm(R0, 0),
                Exit(),
            ]),
        };
        using MapSet maps = MapSet.Create(kernel, blueprint);
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        using CodePage page = CodePage.Create(kernel);
        using (PerfUprobeAttachment.Attach(kernel, program, page.Path, [new(CodePage.SiteOffset(SiteKind.Emulated))], Environment.ProcessId))
            page.Run(SiteKind.Emulated, 1);
        using KernelMapping values = maps[result].MapValues();
        Assert.Equal(0, values.Read64(8));
        Assert.Equal(Environment.ProcessId, values.Read64(0));
    }

    [Fact]
    public void A_breakpoint_appears_and_goes()
    {
        LinuxKernel kernel = Require.Kernel();
        ProgramBlueprint blueprint = new() { Name = "empty", Code = Assembler.Assemble([MovImm(R0, 0), Exit()]) };
        using BpfProgram program = BpfProgram.Load(kernel, blueprint);
        using CodePage page = CodePage.Create(kernel);
        Assert.Equal(0x48, page.PeekSite(SiteKind.Stepped));
        using (PerfUprobeAttachment.Attach(kernel, program, page.Path, [new(CodePage.SiteOffset(SiteKind.Stepped))], Environment.ProcessId))
            Assert.Equal(0xcc, page.PeekSite(SiteKind.Stepped));
        Assert.Equal(0x48, page.PeekSite(SiteKind.Stepped));
    }

    [Fact]
    public void Costs_are_measured()
    {
        LinuxKernel kernel = Require.Kernel();
        HitCost cost = HitCost.Measure(kernel, KernelFeatures.Current);
        TestContext.Current.SendDiagnosticMessage($"{cost}");
        Assert.True(cost.Emulated > 0 && cost.Stepped > cost.Emulated && cost.Return > 0, cost.ToString());
    }
}
