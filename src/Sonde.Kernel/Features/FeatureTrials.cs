using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.Kernel.Features;

/// <summary>The smallest real use of each feature. Each leaves nothing behind and throws the kernel's refusal.</summary>
internal static class FeatureTrials
{
    private static readonly MapBlueprint Counter = MapBlueprint.SharedArray("trial", 8, 1);

    // R1 = the counter; *R1 += 1; return 0
    private static Instruction[] Count =>
        [LoadMapValue(R1, Counter), MovImm(R2, 1), AtomicAdd(DW, R1, 0, R2), MovImm(R0, 0), Exit()];

    public static void LoadPrograms(IKernel kernel) => LoadCode(kernel, [MovImm(R0, 0), Exit()]);

    public static void RingBuffer(IKernel kernel) =>
        BpfMap.Create(kernel, MapBlueprint.RingBuffer("trial", Environment.SystemPageSize)).Dispose();

    public static void AtomicFetch(IKernel kernel) =>
        LoadCode(kernel, [LoadMapValue(R1, Counter), MovImm(R2, 1), FetchAdd(DW, R1, 0, R2), MovImm(R0, 0), Exit()]);

    public static void AttachCookie(IKernel kernel) =>
        LoadCode(kernel, [Call(Helper.BPF_FUNC_get_attach_cookie), MovImm(R0, 0), Exit()]);

    public static void PerfUprobes(IKernel kernel) => ExpectHits(kernel, AttachType.None, SiteKind.Emulated, 1, Environment.ProcessId);

    public static void UprobeMulti(IKernel kernel) => ExpectHits(kernel, AttachType.BPF_TRACE_UPROBE_MULTI, SiteKind.Emulated, 1, 0);

    public static void UprobeMultiProcessFilter(IKernel kernel) =>
        ExpectHits(kernel, AttachType.BPF_TRACE_UPROBE_MULTI, SiteKind.Emulated, 1, Environment.ProcessId);

    public static void UprobeSession(IKernel kernel) => ExpectHits(kernel, AttachType.BPF_TRACE_UPROBE_SESSION, SiteKind.Function, 2, 0);

    public static void SleepableUprobes(IKernel kernel) => LoadCode(
        kernel,
        [
            Load(DW, R3, R1, 0),
            StoreImm(DW, R10, -8, 0),
            Mov(R1, R10),
            AddImm(R1, -8),
            MovImm(R2, 8),
            Call(Helper.BPF_FUNC_copy_from_user),
            MovImm(R0, 0),
            Exit(),
        ],
        isSleepable: true);

    public static void NamespacedPid(IKernel kernel) => LoadCode(
        kernel,
        [
            MovImm(R1, 0),
            MovImm(R2, 0),
            Mov(R3, R10),
            AddImm(R3, -8),
            MovImm(R4, 8),
            Call(Helper.BPF_FUNC_get_ns_current_pid_tgid),
            MovImm(R0, 0),
            Exit(),
        ]);

    public static void MapBatch(IKernel kernel)
    {
        MapBlueprint blueprint = MapBlueprint.Array("trial", 8, 2);
        using BpfMap map = BpfMap.Create(kernel, blueprint);
        if (!Objects.MapBatch.TryLookup(kernel, map, new byte[8], new byte[16], 2, out _))
            throw new KernelException("bpf(BPF_MAP_LOOKUP_BATCH)", Errno.ENOTSUPP);
    }

    private static void LoadCode(IKernel kernel, Instruction[] code, bool isSleepable = false)
    {
        ProgramBlueprint blueprint = new() { Name = "trial", Code = Assembler.Assemble(code), IsSleepable = isSleepable };
        using MapSet maps = MapSet.Create(kernel, blueprint);
        BpfProgram.Load(kernel, blueprint, maps).Dispose();
    }

    /// <summary>
    /// Whether multi links of a kind are known. bpf_uprobe_multi_link_attach (kernel/trace/bpf_trace.c) looks the path up
    /// after it has checked everything else: ENOENT is the answer of one that would have done it.
    /// </summary>
    public static bool IsKnown(IKernel kernel, AttachType attach)
    {
        ProgramBlueprint blueprint = new() { Name = "trial", AttachType = attach, Code = Assembler.Assemble([MovImm(R0, 0), Exit()]) };
        try
        {
            using BpfProgram program = BpfProgram.Load(kernel, blueprint);
            using UprobeMultiLink? link = UprobeMultiLink.TryAttach(kernel, program, "/proc/self/no such file", [new UprobeSite(0)], 0, false, out Errno errno);
            return errno == Errno.ENOENT;
        }
        catch (KernelException)
        {
            return false;
        }
    }

    // A second thread passes the site: a filter that takes only the thread whose number is the process's finds nothing.
    private static void ExpectHits(IKernel kernel, AttachType attach, SiteKind kind, int hitsPerPass, int pid)
    {
        const int Passes = 3;
        ProgramBlueprint blueprint = new() { Name = "trial", AttachType = attach, Code = Assembler.Assemble(Count) };
        using CodePage page = CodePage.Create(kernel);
        using MapSet maps = MapSet.Create(kernel, blueprint);
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        UprobeSite[] sites = [new(CodePage.SiteOffset(kind))];
        using (UprobeAttachment.Attach(kernel, program, page.Path, sites, pid))
        {
            Thread thread = new(() => page.Run(kind, Passes));
            thread.Start();
            thread.Join();
        }
        long hits = maps[Counter].Lookup<int, long>(0);
        if (hits != Passes * hitsPerPass)
            throw new KernelException($"{attach}: {hits} hits in {Passes} passes", Errno.ENOTSUPP);
    }
}
