using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Memory;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;
using Sonde.KernelTests.Targets;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests.Objects;

/// <summary>What newer kernels add: session links and programs that may sleep; and children of a traced process.</summary>
public sealed class SessionTests
{
    private static readonly MapBlueprint Counters = MapBlueprint.SharedArray("counters", 32, 1);

    [Fact]
    public void A_session_fires_at_entry_and_at_return_unless_the_entry_cancels_it()
    {
        LinuxKernel kernel = Require.Kernel();
        Require.Feature(KernelFeature.UprobeSession);
        Label atReturn = new("return");
        Label even = new("even");
        ProgramBlueprint blueprint = new()
        {
            Name = "session",
            AttachType = AttachType.BPF_TRACE_UPROBE_SESSION,
            Code = Assembler.Assemble(
            [
                Mov(R6, R1),
                Call(Helper.BPF_FUNC_get_func_ip),
                Load(DW, R1, R6, 128).Because("ip"),
                LoadMapValue(R7, Counters),
                MovImm(R2, 1),
                JumpIf(R0, Condition.NotEqual, R1, atReturn),
                AtomicAdd(DW, R7, 0, R2),
                Load(DW, R3, R6, Blueprints.Di),
                AndImm(R3, 1),
                JumpIfImm(R3, Condition.Equal, 0, even),
                MovImm(R0, 1).Because("no return for this call"),
                Exit(),
                Mark(atReturn),
                AtomicAdd(DW, R7, 8, R2),
                Mark(even),
                MovImm(R0, 0),
                Exit(),
            ]),
        };
        using MapSet maps = MapSet.Create(kernel, blueprint);
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        using CompiledTarget target = CompiledTarget.Start();
        using UprobeMultiLink link = UprobeMultiLink.Attach(kernel, program, target.Executable, [new(target["first"])], target.Pid);
        target.Run("first", 1000, 4);
        using KernelMapping values = maps[Counters].MapValues();
        Assert.Equal([4000, 2000], [values.Read64(0), values.Read64(8)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_a_program_that_may_sleep_reads_a_page_that_is_not_there(bool isSleepable)
    {
        LinuxKernel kernel = Require.Kernel();
        if (isSleepable)
            Require.Feature(KernelFeature.SleepableUprobes);
        ProgramBlueprint blueprint = new()
        {
            Name = "read",
            IsSleepable = isSleepable,
            Code = Assembler.Assemble(
            [
                LoadMapValue(R6, Counters),
                Load(DW, R3, R6, 0),
                StoreImm(DW, R10, -8, -1),
                Mov(R1, R10),
                AddImm(R1, -8),
                MovImm(R2, 8),
                Call(isSleepable ? Helper.BPF_FUNC_copy_from_user : Helper.BPF_FUNC_probe_read_user),
                Store(DW, R6, 8, R0),
                Load(DW, R1, R10, -8),
                Store(DW, R6, 16, R1),
                MovImm(R0, 0),
                Exit(),
            ]),
        };
        using MapSet maps = MapSet.Create(kernel, blueprint);
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        PrivateStack.AssertNone(program);
        using CodePage page = CodePage.Create(kernel);
        using IDisposable memory = PrivateMemory.Allocate(1 << 20);
        using System.Buffers.MemoryHandle untouched = ((PrivateMemory)memory).Pin(1 << 19);
        using KernelMapping values = maps[Counters].MapValues();
        values.Write64(0, AddressOf(untouched));
        using (PerfUprobeAttachment.Attach(kernel, program, page.Path, [new(CodePage.SiteOffset(SiteKind.Emulated))], Environment.ProcessId))
            page.Run(SiteKind.Emulated, 1);
        Assert.Equal(isSleepable ? 0 : -(long)Errno.EFAULT, values.Read64(8));
        Assert.Equal(0, values.Read64(16));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Children_forked_later_are_not_reported_and_do_not_disturb(bool isMulti)
    {
        LinuxKernel kernel = Require.Kernel();
        using CompiledTarget target = CompiledTarget.Start();
        using Counting counting = Counting.Attach(kernel, isMulti, target.Executable, [new(target["first"], 1)], target.Pid, false);
        target.Run("fork:first", 500);
        target.Run("first", 100);
        Assert.Equal([0, 100, 0, 0], counting.Counts);
    }

    private static unsafe long AddressOf(System.Buffers.MemoryHandle handle) => (long)handle.Pointer;
}
