using System.Diagnostics;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.RingBuffers;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests.Measurements;

/// <summary>What each means of a probe program costs per hit above an empty program. Run by name: nothing is asserted.</summary>
public sealed class MechanismCosts
{
    private const int Hits = 1000;
    private const int Rounds = 15;
    private const int Passes = 5;
    private const int RecordSize = 56;
    private const int Slots = 64;
    private const int SlotSize = 4096;
    private static readonly MapBlueprint Ring = MapBlueprint.RingBuffer("ring", 1 << 20);
    private static readonly MapBlueprint Lru = MapBlueprint.LruHash("lru", 16, 64, 10_240);
    private static readonly MapBlueprint Hash = MapBlueprint.Hash("hash", 16, 64, 10_240);
    private static readonly MapBlueprint Pool = MapBlueprint.Array("pool", Slots * SlotSize, 1);
    private static readonly MapBlueprint Flags = MapBlueprint.Array("flags", 8 + (Slots * 8), 1);

    private static readonly Instruction[] Return = [MovImm(R0, 0), Exit()];

    [Fact(Explicit = true)]
    public void Print()
    {
        LinuxKernel kernel = Require.Kernel();
        using MapSet maps = MapSet.Create(kernel, [Ring, Lru, Hash, Pool, Flags]);
        using CodePage page = CodePage.Create(kernel);
        using RingBuffer ring = RingBuffer.Open(kernel, maps[Ring]);
        (string Name, Instruction[] Code)[] programs =
        [
            ("empty", Return),
            ("ktime_get_ns", [Call(Helper.BPF_FUNC_ktime_get_ns), .. Return]),
            ("ktime_get_boot_ns", [Call(Helper.BPF_FUNC_ktime_get_boot_ns), .. Return]),
            ("get_attach_cookie", [Call(Helper.BPF_FUNC_get_attach_cookie), .. Return]),
            ("get_current_pid_tgid", [Call(Helper.BPF_FUNC_get_current_pid_tgid), .. Return]),
            ("get_ns_current_pid_tgid", NamespacedPid(kernel)),
            ("shared counter += 1", [LoadMapValue(R1, Flags), MovImm(R2, 1), AtomicAdd(DW, R1, 0, R2), .. Return]),
            ("probe_read_user 8", Read(8)),
            ("probe_read_user 128", Read(128)),
            ("probe_read_user 1024", Read(1024)),
            ("ringbuf reserve + submit, 56 bytes", Reserve(Helper.BPF_FUNC_ringbuf_submit, 0)),
            ("ringbuf reserve + submit, no wake-up", Reserve(Helper.BPF_FUNC_ringbuf_submit, 1)),
            ("ringbuf reserve + discard", Reserve(Helper.BPF_FUNC_ringbuf_discard, 1)),
            ("ringbuf output, 56 bytes", Output(0, RecordSize)),
            ("ringbuf output, no wake-up", Output(1, RecordSize)),
            ("ringbuf output, 1024 bytes, no wake-up", Output(1, 1024)),
            ("LRU hash update + delete, 64 bytes", Pair(Lru)),
            ("hash update + delete, 64 bytes", Pair(Hash)),
            ("hash look-up that misses", Miss(Hash)),
            ("slot claim + release", Claim()),
        ];
        // In turn, so that what else the machine does falls on all alike; the least disturbed round counts.
        double[] costs = new double[programs.Length];
        Array.Fill(costs, double.MaxValue);
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < programs.Length; i++)
                costs[i] = Math.Min(costs[i], Measure(kernel, maps, page, ring, programs[i].Name, programs[i].Code));
        }
        for (int i = 0; i < programs.Length; i++)
            TestContext.Current.TestOutputHelper!.WriteLine($"{programs[i].Name,-42} {costs[i],7:F0} ns   +{costs[i] - costs[0],5:F0}");
        HitCost cost = HitCost.Measure(kernel, KernelFeatures.Current);
        TestContext.Current.TestOutputHelper!.WriteLine($"{cost}");
    }

    [Fact(Explicit = true)]
    public void PrintReading()
    {
        LinuxKernel kernel = Require.Kernel();
        ProgramBlueprint blueprint = new() { Name = "fill", AttachType = AttachType.BPF_TRACE_UPROBE_MULTI, Code = Assembler.Assemble(Reserve(Helper.BPF_FUNC_ringbuf_submit, 1)) };
        using MapSet maps = MapSet.Create(kernel, blueprint);
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        using CodePage page = CodePage.Create(kernel);
        using RingBuffer ring = RingBuffer.Open(kernel, maps[Ring]);
        using UprobeMultiLink link = UprobeMultiLink.Attach(kernel, program, page.Path, [new(CodePage.SiteOffset(SiteKind.Emulated))]);
        double[] rounds = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            page.Run(SiteKind.Emulated, 16_000);
            int count = 0;
            long start = Stopwatch.GetTimestamp();
            using (RingLease lease = ring.Lease())
            {
                while (lease.TryNext(out ReadOnlySpan<byte> record))
                    count += record[0];
            }
            rounds[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
            Assert.Equal(16_000, count);
        }
        Array.Sort(rounds);
        TestContext.Current.TestOutputHelper!.WriteLine($"reading a record of {RecordSize} bytes: {rounds[Rounds / 2]:F1} ns");
    }

    private static double Measure(LinuxKernel kernel, MapSet maps, CodePage page, RingBuffer ring, string name, Instruction[] code)
    {
        ProgramBlueprint blueprint = new() { Name = name, AttachType = AttachType.BPF_TRACE_UPROBE_MULTI, Code = Assembler.Assemble(code) };
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        using UprobeMultiLink link = UprobeMultiLink.Attach(kernel, program, page.Path, [new(CodePage.SiteOffset(SiteKind.Emulated), 7)]);
        double[] passes = new double[Passes];
        for (int i = 0; i < Passes; i++)
        {
            long start = Stopwatch.GetTimestamp();
            page.Run(SiteKind.Emulated, Hits);
            passes[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Hits;
            using RingLease lease = ring.Lease();
            while (lease.TryNext(out _))
            {
            }
        }
        Array.Sort(passes);
        return passes[Passes / 2];
    }

    private static Instruction[] NamespacedPid(LinuxKernel kernel)
    {
        PidNamespace own = PidNamespace.Own(kernel);
        return
        [
            LdImm64(R1, (long)own.Device), LdImm64(R2, (long)own.Inode), Mov(R3, R10), AddImm(R3, -8), MovImm(R4, 8),
            Call(Helper.BPF_FUNC_get_ns_current_pid_tgid), .. Return,
        ];
    }

    // From the code page itself, at ip, which is resident.
    private static Instruction[] Read(int bytes) =>
        [Load(DW, R3, R1, 128), LoadMapValue(R1, Pool), MovImm(R2, bytes), Call(Helper.BPF_FUNC_probe_read_user), .. Return];

    private static Instruction[] Reserve(Helper end, int flags)
    {
        Label full = new("full");
        return
        [
            LoadMapFd(R1, Ring), MovImm(R2, RecordSize), MovImm(R3, 0), Call(Helper.BPF_FUNC_ringbuf_reserve), JumpIfImm(R0, Condition.Equal, 0, full),
            StoreImm(DW, R0, 0, 1), Mov(R1, R0), MovImm(R2, flags), Call(end), Mark(full), .. Return,
        ];
    }

    private static Instruction[] Output(int flags, int bytes) =>
        [LoadMapFd(R1, Ring), LoadMapValue(R2, Pool), MovImm(R3, bytes), MovImm(R4, flags), Call(Helper.BPF_FUNC_ringbuf_output), .. Return];

    private static Instruction[] Key(MapBlueprint map) =>
    [
        Call(Helper.BPF_FUNC_get_current_pid_tgid), Store(DW, R10, -16, R0), StoreImm(DW, R10, -8, 5), LoadMapFd(R1, map), Mov(R2, R10), AddImm(R2, -16),
    ];

    private static Instruction[] Pair(MapBlueprint map) =>
    [
        .. Key(map), LoadMapValue(R3, Pool), MovImm(R4, 0), Call(Helper.BPF_FUNC_map_update_elem),
        LoadMapFd(R1, map), Mov(R2, R10), AddImm(R2, -16), Call(Helper.BPF_FUNC_map_delete_elem), .. Return,
    ];

    private static Instruction[] Miss(MapBlueprint map) => [.. Key(map), Call(Helper.BPF_FUNC_map_lookup_elem), .. Return];

    // Take the next slot in turn; it is ours if its word goes from 0 to 1.
    private static Instruction[] Claim()
    {
        Label taken = new("taken");
        return
        [
            LoadMapValue(R6, Flags), MovImm(R1, 1), FetchAdd(DW, R6, 0, R1), AndImm(R1, Slots - 1), LshImm(R1, 3), Add(R6, R1),
            MovImm(R0, 0), MovImm(R2, 1), CmpXchg(DW, R6, 8, R2), JumpIfImm(R0, Condition.NotEqual, 0, taken),
            MovImm(R2, 0), Xchg(DW, R6, 8, R2), Mark(taken), .. Return,
        ];
    }
}
