using System.Diagnostics;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Kernel.Features;

/// <summary>What a probe hit costs on this machine, in nanoseconds, measured with an empty program in our own process.</summary>
/// <param name="Emulated">At an instruction the kernel emulates.</param>
/// <param name="Stepped">At an instruction the kernel single-steps.</param>
/// <param name="Return">A return probe on a function whose entry is emulated: the hit at entry and the one at return.</param>
internal sealed record HitCost(double Emulated, double Stepped, double Return)
{
    private const int Rounds = 9;

    /// <summary>Measures; takes about half a second.</summary>
    /// <exception cref="KernelException">Uprobes cannot be used here.</exception>
    public static HitCost Measure(IKernel kernel, KernelFeatures features)
    {
        bool isMulti = features.Has(KernelFeature.UprobeMulti);
        ProgramBlueprint blueprint = new()
        {
            Name = "empty",
            AttachType = isMulti ? AttachType.BPF_TRACE_UPROBE_MULTI : AttachType.None,
            Code = Assembler.Assemble([MovImm(R0, 0), Exit()]),
        };
        using BpfProgram program = BpfProgram.Load(kernel, blueprint);
        using CodePage page = CodePage.Create(kernel);
        return new HitCost(
            Measure(kernel, page, program, SiteKind.Emulated, false),
            Measure(kernel, page, program, SiteKind.Stepped, false),
            Measure(kernel, page, program, SiteKind.Function, true));
    }

    /// <summary>The median cost of a hit of any program, loaded for a multi link or for perf events, at a kind of site.</summary>
    public static double Measure(IKernel kernel, CodePage page, BpfProgram program, SiteKind kind, bool isReturn, int hits = 4000)
    {
        UprobeSite[] sites = [new(CodePage.SiteOffset(kind))];
        page.Run(kind, hits);
        double without = Median(page, kind, hits);
        using IUprobeAttachment attachment = UprobeAttachment.Attach(kernel, program, page.Path, sites, Environment.ProcessId, isReturn);
        page.Run(kind, hits);
        return Median(page, kind, hits) - without;
    }

    private static double Median(CodePage page, SiteKind kind, int hits)
    {
        double[] rounds = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            page.Run(kind, hits);
            rounds[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / hits;
        }
        Array.Sort(rounds);
        return rounds[Rounds / 2];
    }
}
