using System.Runtime.InteropServices;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.RingBuffers;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests.Objects;

/// <summary>Maps, programs, their refusals and their end.</summary>
public sealed class ObjectTests
{
    [Fact]
    public void Nothing_stays_open()
    {
        LinuxKernel kernel = Require.Kernel();
        MapBlueprint ring = MapBlueprint.RingBuffer("ring", 4096);
        MapBlueprint shared = MapBlueprint.SharedArray("shared", 8, 1);
        ProgramBlueprint blueprint = new()
        {
            Name = "leak",
            Code = Assembler.Assemble([LoadMapFd(R1, ring), LoadMapValue(R2, shared), MovImm(R0, 0), Exit()]),
        };
        Descriptors.AssertNoneLeft(() =>
        {
            using CodePage page = CodePage.Create(kernel);
            using MapSet maps = MapSet.Create(kernel, blueprint);
            using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
            using RingBuffer reader = RingBuffer.Open(kernel, maps[ring]);
            using RingWaiter waiter = new(kernel, maps[ring]);
            using KernelMapping values = maps[shared].MapValues();
            UprobeSite[] sites = [new(CodePage.SiteOffset(SiteKind.Emulated)), new(CodePage.SiteOffset(SiteKind.Stepped))];
            using PerfUprobeAttachment attachment = PerfUprobeAttachment.Attach(kernel, program, page.Path, sites, Environment.ProcessId);
            Assert.Throws<KernelException>(() => PerfUprobeAttachment.Attach(kernel, program, page.Path, [sites[0], new(1 << 20)], -5));
            Assert.Throws<KernelException>(() => MapSet.Create(kernel, [shared, MapBlueprint.RingBuffer("odd", 5000)]));
        });
    }

    [Fact]
    public void A_refused_program_says_why_and_where()
    {
        LinuxKernel kernel = Require.Kernel();
        ProgramBlueprint blueprint = new()
        {
            Name = "wrong",
            Code = Assembler.Assemble([MovImm(R2, 8), Load(DW, R0, R2, 0).Because("user.Name"), Exit()]),
        };
        VerifierException e = Assert.Throws<VerifierException>(() => BpfProgram.Load(kernel, blueprint));
        Assert.Contains("R2 invalid mem access", e.Summary, StringComparison.Ordinal);
        Assert.EndsWith("at 1: (79) r0 = *(u64 *)(r2 +0) ; user.Name", e.Summary, StringComparison.Ordinal);
        Assert.Contains("processed", e.Log, StringComparison.Ordinal);
        Assert.Equal(Errno.EACCES, e.Errno);
    }

    [Fact]
    public void A_long_log_is_kept_whole()
    {
        LinuxKernel kernel = Require.Kernel();
        List<Instruction> code = [Call(Helper.BPF_FUNC_ktime_get_ns), Mov(R6, R0)];
        for (int i = 0; i < 4000; i++)
            code.AddRange([Mov(R1, R6), AndImm(R1, i), Add(R6, R1)]);
        code.AddRange([Load(DW, R0, R6, 0), Exit()]);
        VerifierException e = Assert.Throws<VerifierException>(
            () => BpfProgram.Load(kernel, new ProgramBlueprint { Name = "long", Code = Assembler.Assemble(code) }));
        Assert.True(e.Log.Length > 64 << 10, $"{e.Log.Length}");
        Assert.Contains("0: (85) call bpf_ktime_get_ns#5", e.Log, StringComparison.Ordinal);
        Assert.Contains("at 12002:", e.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Hash_maps_hold_what_was_put_in()
    {
        LinuxKernel kernel = Require.Kernel();
        foreach (MapBlueprint blueprint in (MapBlueprint[])[MapBlueprint.Hash("hash", 8, 16, 100), MapBlueprint.LruHash("lru", 8, 16, 100)])
        {
            using BpfMap map = BpfMap.Create(kernel, blueprint);
            for (long i = 0; i < 50; i++)
                map.Update(i * 1000, new Int128((ulong)i, 7));
            Assert.Equal(new Int128(49, 7), map.Lookup<long, Int128>(49_000));
            byte[] value = new byte[16];
            Assert.False(map.TryLookup(BitConverter.GetBytes(5L), value));
            Assert.True(map.Delete(BitConverter.GetBytes(0L)));
            Assert.False(map.Delete(BitConverter.GetBytes(0L)));
            Assert.True(map.TryRemove(BitConverter.GetBytes(1000L), value));
            long[] keys = new long[100];
            int count = map.LookupMany(MemoryMarshal.AsBytes(keys.AsSpan()), new byte[1600], 100);
            Assert.Equal(48, count);
            Assert.Equal(Enumerable.Range(2, 48).Select(i => i * 1000L), keys.Take(count).Order());
            Assert.Throws<ArgumentException>(() => map.TryLookup(new byte[4], value));
            Assert.Throws<ArgumentException>(() => map.TryLookup(new byte[8], new byte[8]));
            KernelException e = Assert.Throws<KernelException>(() => map.Update(BitConverter.GetBytes(2000L), value, UpdateMode.OnlyNew));
            Assert.Equal(Errno.EEXIST, e.Errno);
        }
    }

    [Fact]
    public void Arrays_are_written_and_read_in_one_go()
    {
        LinuxKernel kernel = Require.Kernel();
        using BpfMap map = BpfMap.Create(kernel, MapBlueprint.SharedArray("array", 8, 1000));
        long[] values = [.. Enumerable.Range(0, 1000).Select(i => i * 3L)];
        map.UpdateArray(MemoryMarshal.AsBytes(values.AsSpan()));
        using KernelMapping mapped = map.MapValues();
        Assert.Equal(2997, mapped.Read64(7992));
        Assert.Throws<ArgumentOutOfRangeException>(() => mapped.Read64(1 << 20));
        mapped.Write64(0, 55);
        long[] back = new long[1000];
        Assert.Equal(1000, map.LookupMany(new byte[4000], MemoryMarshal.AsBytes(back.AsSpan()), 1000));
        Assert.Equal([55, 3, 6], back[..3]);
        Assert.Equal(2997, back[999]);
    }

    [Fact]
    public void Per_cpu_counters_are_summed()
    {
        LinuxKernel kernel = Require.Kernel();
        using BpfMap map = BpfMap.Create(kernel, MapBlueprint.PerCpuArray("percpu", 16, 2));
        long[] copies = new long[map.ElementSize / 8];
        Array.Fill(copies, 5);
        map.Update(BitConverter.GetBytes(1), MemoryMarshal.AsBytes(copies.AsSpan()));
        Assert.Equal(5 * copies.Length / 2, map.SumPerCpu(1, 8));
    }

    [Fact]
    public void Tail_calls_and_inner_maps_are_wired_by_index()
    {
        LinuxKernel kernel = Require.Kernel();
        ProgramBlueprint leaf = new() { Name = "leaf", Type = ProgramType.BPF_PROG_TYPE_SOCKET_FILTER, Code = Assembler.Assemble([MovImm(R0, 42), Exit()]) };
        MapBlueprint table = MapBlueprint.ProgramArray("table", 2);
        MapBlueprint inner = MapBlueprint.Array("inner", 8, 4);
        MapBlueprint outer = new() { Name = "outer", Type = MapType.BPF_MAP_TYPE_ARRAY_OF_MAPS, KeySize = 4, ValueSize = 4, MaximumEntries = 2, Inner = inner };
        ProgramBlueprint root = new()
        {
            Name = "root",
            Type = ProgramType.BPF_PROG_TYPE_SOCKET_FILTER,
            Code = Assembler.Assemble([LoadMapFd(R2, table), MovImm(R3, 1), Call(Helper.BPF_FUNC_tail_call), LoadMapFd(R1, outer), MovImm(R0, 1), Exit()]),
        };
        using MapSet maps = MapSet.Create(kernel, root);
        using BpfProgram leafProgram = BpfProgram.Load(kernel, leaf);
        using BpfProgram rootProgram = BpfProgram.Load(kernel, root, maps);
        Assert.Equal(1u, rootProgram.TestRun(new byte[64]));
        maps[table].Update(1, leafProgram);
        Assert.Equal(42u, rootProgram.TestRun(new byte[64]));
        using BpfMap innerMap = BpfMap.Create(kernel, inner);
        maps[outer].Update(0, innerMap);
    }

    [Fact]
    public void Runs_are_counted_while_asked_for()
    {
        LinuxKernel kernel = Require.Kernel();
        using BpfProgram program = BpfProgram.Load(kernel, new() { Name = "runs", Code = Assembler.Assemble([MovImm(R0, 0), Exit()]) });
        using CodePage page = CodePage.Create(kernel);
        using PerfUprobeAttachment attachment = PerfUprobeAttachment.Attach(kernel, program, page.Path, [new(CodePage.SiteOffset(SiteKind.Emulated))], Environment.ProcessId);
        using (RunStatistics.Enable(kernel))
            page.Run(SiteKind.Emulated, 100);
        ProgramInfo info = program.ReadInfo();
        Assert.Equal(100, info.RunCount);
        Assert.True(info.RunTimeNanoseconds > 0);
    }
}
