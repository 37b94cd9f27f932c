using System.Collections.Immutable;
using Sonde.Bytecode;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;
using Sonde.Sites;
using Sonde.Symbols;

namespace Sonde.Attaching;

/// <summary>How programs are attached, besides what the plans say.</summary>
internal sealed record AttachOptions
{
    /// <summary>The traced processes, empty for all that run the file.</summary>
    public ImmutableArray<int> Processes { get; init; } = [];

    /// <summary>Most events per second of each probe; 0 for no limit.</summary>
    public uint Rate { get; init; }

    /// <summary>Whether a condition that cannot be evaluated lets the event through.</summary>
    public bool FireOnError { get; init; }

    /// <summary>Size of the ring buffer in bytes.</summary>
    public int RingBytes { get; init; } = 8 << 20;

    /// <summary>Where Go keeps the goroutine's facts; null when the target is not Go.</summary>
    public GoroutineLayout? Goroutines { get; init; }
}

/// <summary>Loads the programs of planned probes and attaches them; equal programs are loaded once, with a link for all of their sites.</summary>
internal sealed class Attacher
{
    private readonly IKernel _kernel;
    private readonly AttachOptions _options;
    private readonly SessionMaps _maps;
    private readonly KernelFeatures _features;
    private readonly Kernel.Features.PidNamespace? _namespace;
    private readonly Dictionary<(string Path, bool IsReturn, string Code), ProgramSites> _programs = [];
    private readonly List<SiteRecord> _sites = [];
    private uint _functions;

    /// <summary>Prepares to attach.</summary>
    public Attacher(IKernel kernel, AttachOptions options, int probes)
    {
        _kernel = kernel;
        _options = options;
        _features = KernelFeatures.Current;
        _maps = new SessionMaps(probes, options.RingBytes, 16_384);
        _namespace = IsInitialNamespace ? null : Kernel.Features.PidNamespace.Own(kernel);
    }

    /// <summary>Every site, by the number that frames carry.</summary>
    public IReadOnlyList<SiteRecord> Sites => _sites;

    /// <summary>The programs that would be loaded, for those who explain.</summary>
    public IEnumerable<(Code Code, IReadOnlyList<SiteRecord> Sites)> Programs => _programs.Values.Select(p => (p.Code, (IReadOnlyList<SiteRecord>)p.Sites));

    /// <summary>Adds the sites of a probe.</summary>
    /// <exception cref="PlanTooLargeException">The plan does not fit a program.</exception>
    public void Add(ResolvedProbe probe)
    {
        foreach (PlannedFunction function in probe.Functions)
        {
            uint functionNumber = _functions++;
            foreach (PlannedSite planned in function.Sites)
                Add(probe, planned, functionNumber);
        }
    }

    /// <summary>Loads and attaches everything.</summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    /// <exception cref="VerifierException">The verifier refused a program.</exception>
    public Attachment Attach()
    {
        _features.RequireFloor();
        bool multi = _features.Has(KernelFeature.UprobeMulti);
        var attachment = new Attachment(_maps, _sites);
        try
        {
            attachment.Maps = MapSet.Create(_kernel, _programs.Values.Select(p => Blueprint(p, multi)));

            // Returns first: a call that is seen to begin is then seen to end.
            foreach (ProgramSites program in _programs.Values.OrderByDescending(p => p.Sites[0].Planned.Site.Use != SiteUse.Entry))
                Attach(attachment, program, multi);
            return attachment;
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
    }

    private void Add(ResolvedProbe probe, PlannedSite planned, uint functionNumber)
    {
        ProbeSite site = planned.Site;
        var record = new SiteRecord((uint)_sites.Count, functionNumber, probe, planned);
        Code code = Lowering.Emit(new ProgramRequest
        {
            Plan = planned.Plan,
            Maps = _maps,
            Probe = probe.Index,
            Role = probe.Spec.Kind != Specs.ProbeKind.Call ? ProgramRole.Single
                : site.Use == SiteUse.Entry ? ProgramRole.CallEntry : ProgramRole.CallReturn,
            Processes = [.. _options.Processes.Select(p => (uint)p)],
            Namespace = _namespace is { } own ? new Bytecode.PidNamespace(own.Device, own.Inode) : null,
            Flags = site.Flags,
            Goroutine = site.Goroutine is { } pointer && _options.Goroutines is { } layout
                ? new GoroutinePlace(pointer, layout.Goid, layout.StackHigh)
                : null,
            Cfa = site.Cfa,
            Rate = _options.Rate,
            FireOnError = _options.FireOnError,
        });
        string text = Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(code.Slots))
            + string.Join(',', code.MapReferences.Select(m => m.Map.Name));
        var key = (site.Function.Image.OpenPath, site.Use == SiteUse.ReturnProbe, text);
        if (!_programs.TryGetValue(key, out ProgramSites? program))
            _programs.Add(key, program = new ProgramSites(code, site.Function.Image.OpenPath, site.Use == SiteUse.ReturnProbe));
        program.Sites.Add(record);
        _sites.Add(record);
    }

    private static ProgramBlueprint Blueprint(ProgramSites program, bool multi) => program.Blueprint ??= new ProgramBlueprint
    {
        Name = "sonde_probe",
        Code = program.Code,
        AttachType = multi ? AttachType.BPF_TRACE_UPROBE_MULTI : AttachType.None,
    };

    private void Attach(Attachment attachment, ProgramSites program, bool multi)
    {
        BpfProgram loaded = BpfProgram.Load(_kernel, Blueprint(program, multi), attachment.Maps!);
        attachment.Own(loaded);
        UprobeSite[] sites = [.. program.Sites.Select(s => new UprobeSite((ulong)s.Planned.Site.FileOffset, s.Cookie))];

        // The program compares the process itself. The link's own filter only spares other processes the trap, and
        // before 6.10 it let one thread through.
        bool filter = !multi || _features.Has(KernelFeature.UprobeMultiProcessFilter);
        IEnumerable<int> processes = filter && _options.Processes.Length > 0 ? _options.Processes : [0];
        foreach (int process in processes)
        {
            if (multi)
            {
                UprobeMultiAttachment links = UprobeMultiAttachment.Attach(_kernel, loaded, program.Path, sites, process, program.IsReturn);
                attachment.Own(links);
                attachment.Refuse(links.Refused);
                continue;
            }

            UprobePmu pmu = UprobePmu.Read(_kernel);
            foreach (UprobeSite site in sites)
                attachment.Own(PerfUprobeLink.Attach(_kernel, pmu, loaded, program.Path, site, process, program.IsReturn));
        }
    }

    // PROC_PID_INIT_INO (include/linux/proc_ns.h): the first pid namespace has a fixed inode.
    private static bool IsInitialNamespace => new FileInfo("/proc/self/ns/pid").LinkTarget is null or "pid:[4026531836]";

    private sealed class ProgramSites(Code code, string path, bool isReturn)
    {
        public Code Code { get; } = code;

        public string Path { get; } = path;

        public bool IsReturn { get; } = isReturn;

        public List<SiteRecord> Sites { get; } = [];

        public ProgramBlueprint? Blueprint { get; set; }
    }
}
