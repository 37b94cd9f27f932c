using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Sonde.Bytecode;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Symbols;

namespace Sonde.Attaching;

/// <summary>How programs are attached, besides what the plans say.</summary>
internal sealed record AttachOptions
{
    /// <summary>The traced processes, empty for all that run the file.</summary>
    public ImmutableArray<int> Processes { get; init; } = [];

    /// <summary>Size of the ring buffer in bytes.</summary>
    public int RingBytes { get; init; } = 8 << 20;

    /// <summary>One perf event for each site even where the kernel has links for many.</summary>
    public bool PerfEvents { get; init; }

    /// <summary>What the plans follow; null when none does.</summary>
    public FollowTable? Follow { get; init; }

    /// <summary>Called when the follow loop's tables are there and nothing is attached yet.</summary>
    public Action<FollowUpload>? Preload { get; init; }

    /// <summary>Whether type words differ between processes.</summary>
    public bool TypesByProcess { get; init; }

    /// <summary>Where Go keeps the goroutine's facts; null when the target is not Go.</summary>
    public GoroutineLayout? Goroutines { get; init; }
}

/// <summary>
/// Loads the programs of planned probes and attaches them. Equal programs are loaded once; a probe with few different
/// ones gets a link for each, one with many a single link to a <see cref="Dispatcher"/>.
/// </summary>
internal sealed class Attacher
{
    /// <summary>Most links of a probe: each waits for grace periods of the kernel when it is taken out.</summary>
    private const int MostLinks = 8;

    private readonly IKernel _kernel;
    private readonly AttachOptions _options;
    private readonly SessionMaps _maps;
    private readonly KernelFeatures _features;
    private readonly Kernel.Features.PidNamespace? _namespace;
    private readonly Dictionary<(int Probe, string Path, bool IsReturn), SiteGroup> _groups = [];
    private readonly List<SiteRecord> _sites = [];
    private readonly HashSet<(uint FrameSize, FollowRole Role)> _follows = [];
    private readonly ConcurrentDictionary<CodeKey, Code> _codes = new();
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
    public IEnumerable<(Code Code, IReadOnlyList<SiteRecord> Sites)> Programs =>
        _groups.Values.SelectMany(g => g.Programs).Select(p => (p.Code, (IReadOnlyList<SiteRecord>)p.Sites));

    /// <summary>Adds the sites of a probe.</summary>
    /// <exception cref="PlanTooLargeException">The plan does not fit a program.</exception>
    public void Add(ResolvedProbe probe)
    {
        uint firstFunction = _functions;
        _functions += (uint)probe.Functions.Length;
        List<SiteRecord> records = [];
        for (int i = 0; i < probe.Functions.Length; i++)
        {
            foreach (PlannedSite planned in probe.Functions[i].Sites)
                records.Add(new SiteRecord((uint)(_sites.Count + records.Count), firstFunction + (uint)i, probe, planned, probe.Functions[i].IsPaired));
        }

        Code[] codes = Threads.Map(records, Write);
        for (int i = 0; i < codes.Length; i++)
        {
            ProbeSite site = records[i].Planned.Site;
            var key = (probe.Index, site.Function.Image.OpenPath, site.Use == SiteUse.ReturnProbe);
            if (!_groups.TryGetValue(key, out SiteGroup? group))
                _groups.Add(key, group = new SiteGroup(probe.Index, site.Function.Image.OpenPath, site.Use == SiteUse.ReturnProbe));
            group.Add(codes[i], records[i]);
        }

        _sites.AddRange(records);
    }

    /// <summary>Loads and attaches everything.</summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    /// <exception cref="VerifierException">The verifier refused a program.</exception>
    /// <exception cref="FeatureMissingException">The kernel is too old.</exception>
    public Attachment Attach()
    {
        var attachment = new Attachment(_maps, _sites);
        try
        {
            Attach(attachment, !_options.PerfEvents && _features.Knows(AttachType.BPF_TRACE_UPROBE_MULTI));
            attachment.OpenAll(true);
            return attachment;
        }
        catch (KernelException)
        {
            attachment.Dispose();

            // To attach is to try the kernel out; what exactly it lacks is looked for when it has refused.
            _features.RequireFloor();
            throw;
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
    }

    private Code Write(SiteRecord record)
    {
        (ResolvedProbe probe, PlannedSite planned) = (record.Probe, record.Planned);
        ProbeSite site = planned.Site;
        ProgramRole role = !record.IsPaired ? ProgramRole.Single
            : site.Use == SiteUse.Entry ? ProgramRole.CallEntry : ProgramRole.CallReturn;
        if (planned.Plan.Follow is not null)
        {
            lock (_follows)
            {
                _follows.Add((planned.Plan.FrameSize, role switch
                {
                    ProgramRole.Single => FollowRole.Single,
                    ProgramRole.CallEntry => FollowRole.CallEntry,
                    _ => FollowRole.CallReturn,
                }));
            }
        }

        // Where all that makes a program is the same, it is the same program.
        var key = new CodeKey(planned.Plan, probe.Index, role, site.Flags, site.Goroutine, site.Cfa);
        return _codes.TryGetValue(key, out Code? known) ? known : _codes.GetOrAdd(key, Write(probe, planned, role));
    }

    private Code Write(ResolvedProbe probe, PlannedSite planned, ProgramRole role)
    {
        ProbeSite site = planned.Site;
        Specs.ProbeSettings settings = probe.Spec.Settings;
        return Lowering.Emit(new ProgramRequest
        {
            Plan = planned.Plan,
            Maps = _maps,
            Probe = probe.Index,
            Role = role,
            NeedsReturn = probe.Spec.Kind == Specs.ProbeKind.Return,
            Processes = [.. _options.Processes.Select(p => (uint)p)],
            Namespace = _namespace is { } own ? new Bytecode.PidNamespace(own.Device, own.Inode) : null,
            Flags = site.Flags,
            Goroutine = site.Goroutine is { } pointer && _options.Goroutines is { } layout
                ? new GoroutinePlace(pointer, layout.Goid, layout.StackHigh)
                : null,
            Cfa = site.Cfa,
            Rate = (ulong)(settings.Rate?.Events ?? 0),
            RatePeriod = (ulong)((settings.Rate?.Per ?? TimeSpan.FromSeconds(1)).Ticks * 100),
            Sample = (uint)settings.Sample,
            TypesByProcess = _options.TypesByProcess,
            FireOnError = settings.FireOnError,
        });
    }

    private LoopProgram Loop(uint frameSize, FollowRole role, AttachType type)
    {
        FollowMaps maps = _maps.FollowOf(frameSize);
        return new LoopProgram(maps, role, new ProgramBlueprint
        {
            Name = "sonde_follow",
            Code = FollowLowering.Emit(_maps, maps, role),
            AttachType = type,
        });
    }

    private void Attach(Attachment attachment, bool multi)
    {
        AttachType type = multi ? AttachType.BPF_TRACE_UPROBE_MULTI : AttachType.None;
        SiteGroup[] groups = [.. _groups.Values];
        SiteProgram[] programs = [.. groups.SelectMany(g => g.Programs)];
        LoopProgram[] loops = [.. _follows.Select(f => Loop(f.FrameSize, f.Role, type))];
        attachment.Maps = MapSet.Create(_kernel, programs.Select(p => p.Blueprint(type)).Concat(loops.Select(l => l.Program)));
        Threads.Map(loops, loop =>
        {
            BpfProgram loaded = BpfProgram.Load(_kernel, loop.Program, attachment.Maps);
            attachment.Own(loaded);
            attachment.Maps[loop.Maps.Programs].Update((int)loop.Role, loaded);
            return true;
        });
        if (loops.Length > 0 && _options.Follow is { } table)
            attachment.Follow = new FollowUpload(attachment.Maps, _maps.FollowTables, table);
        if (attachment.Follow is { } upload)
        {
            upload.Flush();
            _options.Preload?.Invoke(upload);
        }

        Threads.Map(programs, program =>
        {
            program.Loaded = BpfProgram.Load(_kernel, program.Blueprint(type), attachment.Maps);
            attachment.Own(program.Loaded);
            return true;
        });

        // Ways out first: a call that is seen to begin is then seen to end.
        foreach (SiteGroup group in groups.OrderByDescending(g => g.IsReturn))
        {
            SiteProgram[] ordered = [.. group.Programs.OrderByDescending(p => p.Sites[0].Planned.Site.Use != SiteUse.Entry)];
            if (multi && ordered.Length > MostLinks)
            {
                Dispatcher dispatcher = new(_sites.Count);
                var maps = MapSet.Create(_kernel, [dispatcher.Targets]);
                attachment.Own(maps);
                foreach (SiteProgram program in ordered)
                {
                    foreach (SiteRecord site in program.Sites)
                        maps[dispatcher.Targets].Update((int)site.Number, program.Loaded!);
                }

                BpfProgram loaded = BpfProgram.Load(_kernel, new ProgramBlueprint { Name = "sonde_sites", Code = dispatcher.Code, AttachType = type }, maps);
                attachment.Own(loaded);
                Attach(attachment, loaded, group, [.. ordered.SelectMany(p => p.Sites)]);
                continue;
            }

            foreach (SiteProgram program in ordered)
                Attach(attachment, program.Loaded!, group, program.Sites);
        }
    }

    private void Attach(Attachment attachment, BpfProgram program, SiteGroup group, IEnumerable<SiteRecord> records)
    {
        UprobeSite[] sites = [.. records.Select(s => new UprobeSite((ulong)s.Planned.Site.FileOffset, s.Cookie))];
        foreach (int process in LinkProcesses(program.Blueprint.AttachType != AttachType.None))
        {
            attachment.Attach(group.Probe, () => UprobeAttachment.Attach(_kernel, program, group.Path, sites, process, group.IsReturn));
        }
    }

    /// <summary>
    /// The processes to name at links, 0 for none. The program compares the process itself; the link's own filter only
    /// spares other processes the trap, and before 6.10 it let one thread through.
    /// </summary>
    private IEnumerable<int> LinkProcesses(bool multi) =>
        _options.Processes.Length == 0
        || (multi && !_features.Knows(AttachType.BPF_TRACE_UPROBE_SESSION) && !_features.Has(KernelFeature.UprobeMultiProcessFilter))
            ? [0]
            : _options.Processes;

    // PROC_PID_INIT_INO (include/linux/proc_ns.h): the first pid namespace has a fixed inode.
    private static bool IsInitialNamespace => new FileInfo("/proc/self/ns/pid").LinkTarget is null or "pid:[4026531836]";

    private readonly record struct CodeKey(CapturePlan Plan, int Probe, ProgramRole Role, FlagsTest? Flags, Operand? Goroutine, Operand Cfa)
    {
        public bool Equals(CodeKey other) =>
            ReferenceEquals(Plan, other.Plan) && Probe == other.Probe && Role == other.Role && Flags == other.Flags && Goroutine == other.Goroutine && Cfa == other.Cfa;

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Plan), Probe, Role, Cfa);
    }

    private sealed record LoopProgram(FollowMaps Maps, FollowRole Role, ProgramBlueprint Program);
}
