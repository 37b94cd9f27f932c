using System.Collections.Immutable;
using System.Diagnostics;
using Sonde.Attaching;
using Sonde.Bytecode;
using Sonde.Events;
using Sonde.Kernel.Syscalls;
using Sonde.Sinks;
using Sonde.Specs;
using Sonde.Specs.Files;
using Sonde.Stacks;
using Sonde.Symbols;

namespace Sonde;

/// <summary>
/// Probes in running processes, from attaching to the summary:
/// spec -> symbols -> types -> sites -> plan -> bytecode -> attach -> events -> values -> sinks.
/// </summary>
/// <remarks>For one thread, but for <see cref="Stop"/>. The traced processes never wait for the session.</remarks>
public sealed class ProbeSession : IDisposable
{
    /// <summary>Percent of one processor for a probe in programs that run anyway.</summary>
    private const double DefaultBudget = 5;

    /// <summary>How often is looked whether the target still runs.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(16);

    /// <summary>How long events that are on their way may take after <see cref="Stop"/>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ImmutableArray<ResolvedProbe> _probes;
    private readonly Target _target;
    private readonly CommandLauncher? _command;
    private readonly Attachment _attachment;
    private readonly EventReader _reader;
    private readonly ManualResetEventSlim _stop = new(false, 0);
    private readonly HashSet<int> _expired = [];
    private readonly BudgetKeeper _budget;
    private readonly TargetWatch _watch;
    private readonly UnwrittenMemory _memory;
    private bool _isAbandoned;

    private ProbeSession(
        ImmutableArray<ResolvedProbe> probes, Target target, CommandLauncher? command, Attachment attachment, EventReader reader, BudgetKeeper budget,
        UnwrittenMemory memory, AttachedReport report)
    {
        _memory = memory;
        _budget = budget;
        _watch = new TargetWatch(command is null ? target.Processes : []);
        _probes = probes;
        _target = target;
        _command = command;
        _attachment = attachment;
        _reader = reader;
        Report = report;
    }

    /// <summary>What has been attached.</summary>
    public AttachedReport Report { get; }

    /// <summary>What could not be attached, with <see cref="SessionOptions.KeepGoing"/>, and what is not as it should be.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; private init; } = [];

    /// <summary>Attaches the probes; when it returns they are in place.</summary>
    /// <exception cref="SondeException">It cannot be done as asked; nothing is left attached.</exception>
    public static ProbeSession Start(SessionOptions options)
    {
        long started = Stopwatch.GetTimestamp();
        ImmutableArray<ProbeSpec> specs = ParseSpecs(options);
        (Target target, CommandLauncher? command) = OpenTarget(options);
        Attachment? attachment = null;
        try
        {
            var planner = new ProbePlanner(target, options.Limits) { Stacks = options.Stacks };
            var diagnostics = new List<Diagnostic>();
            ImmutableArray<ResolvedProbe> probes = PlanAll(planner, specs, options.KeepGoing, diagnostics);
            TypeLoader loader = planner.LoaderOf(IsLoadedAnywhere(target));
            attachment = AttachAll(probes, planner, loader, target, options);
            var memory = new UnwrittenMemory();
            var reader = new EventReader(LinuxKernel.Instance, attachment, planner.Types, probes.Length, loader.Resolve, new StackResolver(target.Processes, new DebugFileOptions(options.DebugFiles, options.DebugDirectories)), memory);
            AttachedReport report = new([.. probes.Select(p => new AttachedProbe(p.Spec.Label, SitesOf(p), InlinedSitesOf(p)))], Stopwatch.GetElapsedTime(started));
            command?.Release();
            double budget = options.BudgetPercent ?? (command is null ? DefaultBudget : 0);
            var keeper = new BudgetKeeper(attachment, new HitPrices(LinuxKernel.Instance), probes, budget);
            return new ProbeSession(probes, target, command, attachment, reader, keeper, memory, report) { Diagnostics = [.. diagnostics, .. target.Notices, .. planner.Notices] };
        }
        catch
        {
            attachment?.Dispose();
            command?.Dispose();
            target.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Hands events to a sink until <see cref="Stop"/> is called, every target has ended, or a limit is reached; then takes
    /// the probes out and hands on the summary.
    /// </summary>
    /// <param name="sink">Where events go.</param>
    /// <param name="count">Most events, null for any number.</param>
    /// <param name="duration">Longest time, null for no limit.</param>
    public SessionSummary Run(ISink sink, long? count = null, TimeSpan? duration = null)
    {
        long deadline = duration is { } time ? Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency) : long.MaxValue;
        sink.Attached(Report);
        sink.Flush();
        var pump = new EventPump(_reader, sink, count ?? long.MaxValue);
        pump.Start();
        long started = Stopwatch.GetTimestamp();
        while (!pump.IsDone && TargetIsAlive() && Stopwatch.GetTimestamp() < deadline && !_stop.Wait(Glance))
        {
            if (!Expire(Stopwatch.GetElapsedTime(started), pump.Post))
                break;
            _budget.Check(pump.Post);
            _watch.Check(pump.Post);
        }

        _attachment.Detach();
        pump.End();
        OutputState output = Finish(pump);
        SessionSummary summary = Summarize() with { Output = output };
        if (output == OutputState.Complete)
        {
            pump.ThrowFailure();
            sink.Summary(summary);
            sink.Flush();
        }

        return summary;
    }

    /// <summary>Takes out the probes whose time to live is over; false when none is left.</summary>
    private bool Expire(TimeSpan elapsed, Action<SessionNotice> notify)
    {
        bool alive = false;
        foreach (ResolvedProbe probe in _probes)
        {
            if (probe.Spec.Settings.TimeToLive is not { } time || elapsed < time)
                alive = true;
            else if (_expired.Add(probe.Index))
            {
                _budget.Release(probe.Index);
                _attachment.Remove(probe.Index);
                notify(new SessionNotice("its time to live is over, it has been taken out", probe.Spec.Label));
            }
        }

        return alive;
    }

    /// <summary>Ends <see cref="Run"/> soon. May be called from any thread, and more than once.</summary>
    public void Stop() => _stop.Set();

    /// <inheritdoc/>
    public void Dispose()
    {
        // A thread that is stuck in the sink may still look at the ring: then its memory stays until the process ends.
        if (!_isAbandoned)
        {
            _reader.Dispose();
            _memory.Dispose();
        }

        _attachment.Dispose();
        _command?.Dispose();
        _target.Dispose();
        _stop.Dispose();
    }

    private static int InlinedSitesOf(ResolvedProbe probe) => probe.Functions.Sum(f => f.Sites.Count(s => s.Site.Shown?.Inlined == true));

    private static int SitesOf(ResolvedProbe probe) => probe.Functions.Sum(f => f.Sites.Length);

    internal static ImmutableArray<ProbeSpec> ParseSpecs(SessionOptions options)
    {
        if (options.Probes.Count == 0 && options.Definitions.Count == 0)
            throw new SondeException(new Diagnostic("SND1003", DiagnosticKind.Request, "no probe is given", "for example: sonde trace -p PID main.handle"));
        var settings = new ProbeSettings
        {
            Limits = options.Limits,
            Rate = options.Rate == 0 ? null : new EventRate(options.Rate, TimeSpan.FromSeconds(1)),
            Sample = Math.Max(1, options.Sample),
            FireOnError = options.FireOnError,
            Redaction = options.Redaction is { } redaction ? new RedactionRules(redaction) : null,
        };
        try
        {
            return [.. options.Probes.Select(p => ProbeSpec.Parse(p) with { Settings = settings }), .. options.Definitions.Select(d => Defined(d, settings, options.Redaction))];
        }
        catch (ProbeSyntaxException e)
        {
            throw new SondeException(new Diagnostic(ProbeSyntaxException.Code, DiagnosticKind.Request, e.Render(), null, e.Text), e);
        }
    }

    // What the file says of a probe counts; what it leaves out is as for all.
    private static ProbeSpec Defined(ProbeDefinition definition, ProbeSettings common, Redaction? redaction)
    {
        RedactionRules? rules = definition.Redact switch
        {
            false => null,
            true => new RedactionRules((redaction ?? Redaction.Usual) with { Words = [.. redaction?.Words ?? [], .. definition.RedactWords] }),
            null => common.Redaction,
        };
        return definition.Probe with
        {
            Settings = common with { Limits = definition.Limits, Rate = definition.Rate ?? common.Rate, Redaction = rules, TimeToLive = definition.TimeToLive },
        };
    }

    internal static (Target, CommandLauncher?) OpenTarget(SessionOptions options)
    {
        int kinds = (options.ProcessIds.Count > 0 ? 1 : 0) + (options.Executable is not null ? 1 : 0) + (options.Command.Count > 0 ? 1 : 0);
        if (kinds != 1)
        {
            string message = kinds == 0 ? "no target is given" : "only one kind of target can be given";
            throw new SondeException(new Diagnostic("SND2007", DiagnosticKind.Request, message, "-p PID, --exe PATH, or -- COMMAND"));
        }

        var files = new ImageOptions { Library = options.Library, DebugFiles = new DebugFileOptions(options.DebugFiles, options.DebugDirectories) };
        if (options.ProcessIds.Count > 0)
            return (Target.OfProcesses(options.ProcessIds, files), null);
        if (options.Executable is { } file)
            return (Target.OfFile(file, null, files), null);
        CommandLauncher command = CommandLauncher.Prepare(options.Command, options.LauncherPath);
        try
        {
            return (Target.OfFile(command.Path, command.ProcessId, files), command);
        }
        catch
        {
            command.Dispose();
            throw;
        }
    }

    private static ImmutableArray<ResolvedProbe> PlanAll(ProbePlanner planner, ImmutableArray<ProbeSpec> specs, bool keepGoing, List<Diagnostic> diagnostics)
    {
        var probes = ImmutableArray.CreateBuilder<ResolvedProbe>();
        foreach (ProbeSpec spec in specs)
        {
            try
            {
                probes.Add(planner.Plan(spec, probes.Count));
            }
            catch (SondeException e) when (keepGoing && e.Diagnostic.Kind == DiagnosticKind.Request)
            {
                diagnostics.Add(e.Diagnostic);
            }
        }

        return probes.Count > 0 ? probes.DrainToImmutable() : throw new SondeException(diagnostics[0]);
    }

    /// <summary>An attacher that knows everything but the probes; nothing of the kernel is touched yet.</summary>
    internal static Attacher Prepare(
        Target target, SessionOptions options, int probes, Plans.FollowTable? follow = null, Action<FollowUpload>? preload = null) => new(
        LinuxKernel.Instance,
        new AttachOptions
        {
            Processes = [.. target.Processes],
            Follow = follow,
            Preload = preload,
            TypesByProcess = IsLoadedAnywhere(target),
            RingBytes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(options.BufferBytes, 4096, 1 << 30)),

            // For tests of what is done where the kernel has no better links.
            PerfEvents = Environment.GetEnvironmentVariable("SONDE_PERF_EVENTS") == "1",
            Goroutines = Languages.Go.GoRuntime.FindGoroutineLayout(target.Executable),
        },
        probes);

    private static Attachment AttachAll(ImmutableArray<ResolvedProbe> probes, ProbePlanner planner, TypeLoader loader, Target target, SessionOptions options)
    {
        Attacher attacher = Prepare(target, options, probes.Length, planner.Follow, upload => loader.Preload(upload, target.Processes));
        try
        {
            foreach (ResolvedProbe probe in probes)
                attacher.Add(probe);
            return attacher.Attach();
        }
        catch (PlanTooLargeException e)
        {
            throw new SondeException(new Diagnostic("SND3004", DiagnosticKind.Request, e.Message), e);
        }
        catch (FeatureMissingException e)
        {
            throw new SondeException(new Diagnostic("SND4003", DiagnosticKind.System, e.Message, "`sonde doctor` tells what this kernel can do"), e);
        }
        catch (VerifierException e)
        {
            throw new SondeException(new Diagnostic("SND4004", DiagnosticKind.System, e.Message, "run with --debug for the whole log, and report it"), e);
        }
        catch (KernelException e) when (e.Errno is Errno.EPERM or Errno.EACCES)
        {
            throw new SondeException(new Diagnostic("SND4001", DiagnosticKind.System, $"the kernel does not permit it: {e.Message}", "run as root; `sonde doctor` tells what is missing"), e);
        }
        catch (KernelException e) when (e.Errno == Errno.ESRCH)
        {
            throw new SondeException(new Diagnostic("SND2001", DiagnosticKind.Request, "the process ended before it could be traced"), e);
        }
        catch (KernelException e)
        {
            throw new SondeException(new Diagnostic("SND4002", DiagnosticKind.System, e.Message, "`sonde doctor` tells what this kernel can do"), e);
        }
    }

    /// <summary>Waits for the last events: as long as it takes, unless the user wants to go.</summary>
    private OutputState Finish(EventPump pump)
    {
        while (!pump.Wait(Glance) && !_stop.IsSet)
        {
        }

        if (!pump.Wait(Patience))
        {
            pump.Hurry();
            _isAbandoned = !pump.Wait(Patience / 4);
        }

        return _isAbandoned ? OutputState.Blocked : pump.OutputIsClosed ? OutputState.Closed : OutputState.Complete;
    }

    private static bool IsLoadedAnywhere(Target target) => target.Executable.Elf.Type == ObjectFile.Elf.ElfType.ET_DYN;

    private bool TargetIsAlive()
    {
        if (_command is not null)
            return !_command.HasExited;
        return _target.Processes.Count == 0 || _target.Processes.Any(Processes.IsAlive);
    }

    private SessionSummary Summarize()
    {
        Dictionary<int, ulong> inFlight = _attachment.CallsInFlight();
        var probes = ImmutableArray.CreateBuilder<ProbeSummary>();
        foreach (ResolvedProbe probe in _probes)
        {
            ulong Count(short counter) => _attachment.Counter(probe.Index, counter);
            ulong events = _reader.Delivered(probe.Index);
            ulong sent = Count(CounterRow.Emitted) - Count(CounterRow.RingFull);
            probes.Add(new ProbeSummary(probe.Spec.Label, probe.Spec.Kind, Count(CounterRow.Hits), events, new LossCauses
            {
                Filtered = Count(CounterRow.Filtered),
                ConditionError = Count(CounterRow.ConditionErrors),
                RateLimited = Count(CounterRow.RateLimited),
                OverBudget = Count(CounterRow.OverBudget) + _attachment.Dropped(probe.Index),
                RingFull = Count(CounterRow.RingFull),
                ReadFault = Count(CounterRow.ReadFaults),
                Unpaired = Count(CounterRow.Unpaired),

                // Calls that have not ended, and what was on its way when a limit ended the session.
                InFlight = inFlight.GetValueOrDefault(probe.Index) + (sent > events ? sent - events : 0),
            })
            {
                Off = _budget.Off(probe.Index),
            });
        }

        return new SessionSummary(probes.DrainToImmutable(), _command?.ExitStatus);
    }
}
