using Sonde.Bytecode;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests.Objects;

public sealed class DispatcherTests
{
    [Fact]
    public void Each_site_runs_its_own_program_and_sees_its_own_cookie()
    {
        LinuxKernel kernel = Require.Kernel();
        MapBlueprint sums = MapBlueprint.SharedArray("sums", 24, 1);
        Dispatcher dispatcher = new(3);
        SiteKind[] kinds = [SiteKind.Emulated, SiteKind.Stepped, SiteKind.Function];
        using MapSet maps = MapSet.Create(kernel, [sums, dispatcher.Targets]);
        List<BpfProgram> programs = [.. kinds.Select((_, i) => BpfProgram.Load(kernel, Adding(sums, i), maps))];
        for (int i = 0; i < programs.Count; i++)
            maps[dispatcher.Targets].Update(i, programs[i]);
        using BpfProgram first = BpfProgram.Load(kernel, new ProgramBlueprint { Name = "first", Code = dispatcher.Code }, maps);
        using CodePage page = CodePage.Create(kernel);
        UprobeSite[] sites = [.. kinds.Select((kind, i) => new UprobeSite(CodePage.SiteOffset(kind), ((ulong)(i + 1) << 32) | (uint)i))];
        using (PerfUprobeAttachment.Attach(kernel, first, page.Path, sites, Environment.ProcessId))
        {
            for (int i = 0; i < kinds.Length; i++)
                page.Run(kinds[i], 10 + i);
        }

        programs.ForEach(p => p.Dispose());
        using KernelMapping values = maps[sums].MapValues();
        Assert.Equal([10 * 1, 11 * 2, 12 * 3], new[] { values.Read64(0), values.Read64(8), values.Read64(16) });
    }

    // Adds the upper half of the cookie to a word of its own.
    private static ProgramBlueprint Adding(MapBlueprint sums, int index) => new()
    {
        Name = "adding",
        Code = Assembler.Assemble(
        [
            Call(Helper.BPF_FUNC_get_attach_cookie),
            RshImm(R0, 32),
            LoadMapValue(R1, sums, 8 * index),
            AtomicAdd(DW, R1, 0, R0),
            MovImm(R0, 0),
            Exit(),
        ]),
    };
}
