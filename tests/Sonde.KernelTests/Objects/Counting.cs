using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

namespace Sonde.KernelTests.Objects;

/// <summary>Four counters, indexed by cookie, attached one way or the other.</summary>
internal sealed class Counting : IDisposable
{
    private static readonly MapBlueprint Counters = MapBlueprint.SharedArray("counters", 32, 1);
    private readonly MapSet _maps;
    private readonly BpfProgram _program;
    private readonly KernelMapping _values;
    private readonly List<IDisposable> _links = [];

    private Counting(IKernel kernel, bool isMulti)
    {
        ProgramBlueprint blueprint = Blueprints.CountByCookie(Counters, isMulti ? AttachType.BPF_TRACE_UPROBE_MULTI : AttachType.None);
        _maps = MapSet.Create(kernel, blueprint);
        _program = BpfProgram.Load(kernel, blueprint, _maps);
        _values = _maps[Counters].MapValues();
    }

    public long[] Counts => [.. Enumerable.Range(0, 4).Select(i => _values.Read64(8 * i))];

    public static Counting Attach(IKernel kernel, bool isMulti, string path, UprobeSite[] sites, int pid, bool isReturn)
    {
        if (isMulti)
            Require.Feature(KernelFeature.UprobeMulti);
        Counting counting = new(kernel, isMulti);
        try
        {
            if (isMulti)
                counting._links.Add(UprobeMultiLink.Attach(kernel, counting._program, path, sites, pid, isReturn));
            else
                counting._links.AddRange(sites.Select(site => PerfUprobeLink.Attach(kernel, UprobePmu.Read(kernel), counting._program, path, site, pid, isReturn)));
        }
        catch
        {
            counting.Dispose();
            throw;
        }
        return counting;
    }

    public void Detach()
    {
        Overlap.Close(_links);
        _links.Clear();
    }

    public void Dispose()
    {
        Detach();
        _values.Dispose();
        _program.Dispose();
        _maps.Dispose();
    }
}
