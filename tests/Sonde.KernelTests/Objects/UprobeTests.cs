using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;
using Sonde.KernelTests.Targets;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.KernelTests.Objects;

/// <summary>Hits are counted to the last one, told apart by cookie, and confined to the process asked for.</summary>
public sealed class UprobeTests
{
    private const int Calls = 20_000;
    private const int Threads = 8;

    public static TheoryData<bool, bool> Ways => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Counts_every_call_by_cookie(bool isMulti, bool isReturn)
    {
        LinuxKernel kernel = Require.Kernel();
        using CompiledTarget target = CompiledTarget.Start();
        using Counting counting = Counting.Attach(
            kernel, isMulti, target.Executable, [new(target["first"], 1), new(target["second"], 2)], target.Pid, isReturn);
        target.Run("first", Calls, Threads);
        target.Run("second", 1000);
        target.Run("recurse", 1000);
        Assert.Equal([0, Calls * Threads, 1000, 0], counting.Counts);
    }

    // second(a, text) is a + 2: what is summed tells an entry from a return.
    [Theory]
    [MemberData(nameof(Ways))]
    public void Arguments_are_there_at_entry_and_results_at_return(bool isMulti, bool isReturn)
    {
        LinuxKernel kernel = Require.Kernel();
        if (isMulti)
            Require.Feature(KernelFeature.UprobeMulti);
        MapBlueprint sums = MapBlueprint.SharedArray("sums", 8, 1);
        ProgramBlueprint blueprint = new()
        {
            Name = "sum",
            AttachType = isMulti ? AttachType.BPF_TRACE_UPROBE_MULTI : AttachType.None,
            Code = Assembler.Assemble(
            [
                Load(Width.DW, R2, R1, isReturn ? Blueprints.Ax : Blueprints.Di),
                LoadMapValue(R1, sums),
                AtomicAdd(Width.DW, R1, 0, R2),
                MovImm(R0, 0),
                Exit(),
            ]),
        };
        using MapSet maps = MapSet.Create(kernel, blueprint);
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        using CompiledTarget target = CompiledTarget.Start();
        UprobeSite[] sites = [new(target["second"])];
        using IUprobeAttachment attachment = UprobeAttachment.Attach(kernel, program, target.Executable, sites, target.Pid, isReturn);
        target.Run("second", 1000, 2);
        Assert.Equal(2 * Enumerable.Range(0, 1000).Sum(a => isReturn ? a + 2 : a), maps[sums].Lookup<int, long>(0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Other_processes_of_the_same_file_are_left_out_by_pid(bool isMulti)
    {
        LinuxKernel kernel = Require.Kernel();
        using CompiledTarget target = CompiledTarget.Start();
        using CompiledTarget neighbour = CompiledTarget.Start();
        using (Counting counting = Counting.Attach(kernel, isMulti, target.Executable, [new(target["first"], 1)], target.Pid, false))
        {
            neighbour.Run("first", 100);
            target.Run("first", 10, 2);
            Assert.Equal([0, 20, 0, 0], counting.Counts);
        }
        using (Counting counting = Counting.Attach(kernel, isMulti, CompiledTarget.Path, [new(target["first"], 1)], 0, false))
        {
            neighbour.Run("first", 100);
            target.Run("first", 10, 2);
            Assert.Equal([0, 120, 0, 0], counting.Counts);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Nothing_fires_after_detaching(bool isMulti, bool isReturn)
    {
        LinuxKernel kernel = Require.Kernel();
        using CompiledTarget target = CompiledTarget.Start();
        using Counting counting = Counting.Attach(kernel, isMulti, target.Executable, [new(target["first"], 1)], target.Pid, isReturn);
        target.Run("first", 10);
        counting.Detach();
        target.Run("first", 10);
        Assert.Equal([0, 10, 0, 0], counting.Counts);
    }

    [Fact]
    public void Recursive_calls_return_as_often_as_they_enter()
    {
        LinuxKernel kernel = Require.Kernel();
        using CompiledTarget target = CompiledTarget.Start();
        using Counting entries = Counting.Attach(kernel, true, target.Executable, [new(target["recurse"], 1)], target.Pid, false);
        using Counting returns = Counting.Attach(kernel, true, target.Executable, [new(target["recurse"], 1)], target.Pid, true);
        target.Run("recurse", 1000, 2);
        Assert.Equal([0, 12_000, 0, 0], entries.Counts);
        Assert.Equal([0, 12_000, 0, 0], returns.Counts);
    }

    [Fact]
    public void A_refused_instruction_is_named_and_the_others_are_attached()
    {
        LinuxKernel kernel = Require.Kernel();
        Require.Feature(KernelFeature.UprobeMulti);
        using CompiledTarget target = CompiledTarget.Start();
        MapBlueprint counters = MapBlueprint.SharedArray("counters", 32, 1);
        ProgramBlueprint blueprint = Blueprints.CountByCookie(counters, AttachType.BPF_TRACE_UPROBE_MULTI);
        using MapSet maps = MapSet.Create(kernel, blueprint);
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        UprobeSite refused = new(target["refused"], 3);
        using UprobeMultiAttachment attachment = UprobeMultiAttachment.Attach(
            kernel, program, target.Executable, [new(target["first"], 1), refused, new(target["second"], 2)], target.Pid);
        Assert.Equal([new RefusedSite(refused, Errno.ENOTSUPP)], attachment.Refused);
        Assert.Equal(2, attachment.Sites);
        target.Run("first", 10);
        target.Run("refused", 10);
        target.Run("second", 5);
        using KernelMapping values = maps[counters].MapValues();
        Assert.Equal([0, 10, 5, 0], [values.Read64(0), values.Read64(8), values.Read64(16), values.Read64(24)]);
    }

    [Fact]
    public void A_missing_file_is_one_clear_error()
    {
        LinuxKernel kernel = Require.Kernel();
        KernelException multi = Assert.Throws<KernelException>(() => Counting.Attach(kernel, true, "/nowhere/at-all", [new(0, 1)], 0, false));
        Assert.Equal(Errno.ENOENT, multi.Errno);
        KernelException perf = Assert.Throws<KernelException>(() => Counting.Attach(kernel, false, "/nowhere/at-all", [new(0, 1)], 0, false));
        Assert.Equal(Errno.ENOENT, perf.Errno);
    }
}
