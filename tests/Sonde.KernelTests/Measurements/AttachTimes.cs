using System.Diagnostics;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.KernelTests.Measurements;

/// <summary>How long it takes to put probes into a running process and to take them out. Run by name: nothing is asserted.</summary>
public sealed class AttachTimes
{
    [Fact(Explicit = true)]
    public void Print()
    {
        LinuxKernel kernel = Require.Kernel();
        using NopFile file = NopFile.Create(kernel, 10_000);
        foreach (int sites in (int[])[1, 20, 100, 1000, 10_000])
        {
            Report(kernel, file, sites, isMulti: true, ourselves: true);
            Report(kernel, file, sites, isMulti: true, ourselves: false);
            if (sites <= 20)
                Report(kernel, file, sites, isMulti: false, ourselves: true);
        }
    }

    [Fact(Explicit = true)]
    public void PrintManyLinks()
    {
        LinuxKernel kernel = Require.Kernel();
        using NopFile file = NopFile.Create(kernel, 64);
        using BpfProgram program = BpfProgram.Load(kernel, Empty(isMulti: true));
        foreach (bool isParallel in (bool[])[false, true])
        {
            UprobeMultiLink[] links = [.. Enumerable.Range(0, 64).Select(i => UprobeMultiLink.Attach(kernel, program, file.Path, [new(file.OffsetOf(i))]))];
            long start = Stopwatch.GetTimestamp();
            if (isParallel)
                Overlap.Close(links);
            else
                Array.ForEach(links, link => link.Dispose());
            TestContext.Current.TestOutputHelper!.WriteLine($"64 links closed {(isParallel ? "together" : "in turn")}: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
        }
    }

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(28)]
    public void PrintRefused(int refused)
    {
        LinuxKernel kernel = Require.Kernel();
        int[] bad = [.. Enumerable.Range(0, refused).Select(i => ((i * 157) + 41) % 4488)];
        using NopFile file = NopFile.Create(kernel, 4488, bad);
        using BpfProgram program = BpfProgram.Load(kernel, Empty(isMulti: true));
        UprobeSite[] sites = [.. Enumerable.Range(0, 4488).Select(i => new UprobeSite(file.OffsetOf(i)))];
        long start = Stopwatch.GetTimestamp();
        UprobeMultiAttachment attachment = UprobeMultiAttachment.Attach(kernel, program, file.Path, sites);
        double attach = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        start = Stopwatch.GetTimestamp();
        attachment.Dispose();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"4488 sites, {attachment.Refused.Count} refused: attach {attach:F0} ms, detach {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
    }

    private static ProgramBlueprint Empty(bool isMulti) => new()
    {
        Name = "empty",
        AttachType = isMulti ? AttachType.BPF_TRACE_UPROBE_MULTI : AttachType.None,
        Code = Assembler.Assemble([MovImm(R0, 0), Exit()]),
    };

    private static void Report(LinuxKernel kernel, NopFile file, int sites, bool isMulti, bool ourselves)
    {
        using BpfProgram program = BpfProgram.Load(kernel, Empty(isMulti));
        UprobeSite[] list = [.. Enumerable.Range(0, sites).Select(i => new UprobeSite(file.OffsetOf(i), (ulong)i))];
        int pid = ourselves ? Environment.ProcessId : 0;
        int rounds = sites >= 10_000 ? 3 : 5;
        double[] attach = new double[rounds];
        double[] detach = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            IUprobeAttachment attachment = isMulti
                ? UprobeMultiAttachment.Attach(kernel, program, file.Path, list, pid)
                : PerfUprobeAttachment.Attach(kernel, program, file.Path, list, pid);
            attach[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            attachment.Dispose();
            detach[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(attach);
        Array.Sort(detach);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{sites,6} sites, {(isMulti ? "multi" : "perf "),-5} {(ourselves ? "one process" : "any process")}: attach {attach[rounds / 2],8:F1} ms, detach {detach[rounds / 2],8:F1} ms");
    }
}
