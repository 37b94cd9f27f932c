using System.Collections.Immutable;
using Sonde.Attaching;
using Sonde.ObjectFile.Bytes;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde;

/// <summary>From what the user asked of one probe to what is read where: symbols, types, sites and plans of a target.</summary>
internal sealed class ProbePlanner(Target target, CaptureLimits limits, bool allCandidates = false)
{
    private readonly Dictionary<Image, FunctionFinder> _finders = [];
    private readonly Dictionary<Image, LineFinder> _lines = [];
    private readonly Dictionary<SourceLanguage, TypeReader> _readers = [];
    private readonly Dictionary<Image, Declarations> _declarations = [];
    private readonly Dictionary<Image, Languages.Go.GoDictionaries?> _dictionaries = [];
    private readonly List<Diagnostic> _notices = [];
    private readonly long _clockOffset = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100 - System.Diagnostics.Stopwatch.GetTimestamp();
    private readonly KernelTraits _kernel = KernelTraits.Floor;
    private FollowTable? _follow;

    /// <summary>Whether each event is to have its stack.</summary>
    public bool Stacks { get; init; }

    /// <summary>What does not keep a probe from working and should be known.</summary>
    public IReadOnlyList<Diagnostic> Notices => _notices;

    /// <summary>The types that the plans speak of.</summary>
    public TypeGraph Types { get; } = new();

    /// <summary>What the follow loop has to know of them.</summary>
    public FollowTable Follow
    {
        get
        {
            lock (_notices)
                return _follow ??= new FollowTable(Types, limits);
        }
    }

    /// <summary>Who knows the dynamic types of the images that probes are in.</summary>
    public Events.TypeLoader LoaderOf(bool byProcess)
    {
        var loader = new Events.TypeLoader(Follow, limits, Types, byProcess);
        foreach (Image image in _finders.Keys.Append(target.Executable).Distinct())
        {
            if (Languages.Go.GoDynamicTypes.TryOpen(image, () => ReaderOf(SourceLanguage.Go)) is { } types)
                loader.Add(image, types);
        }

        return loader;
    }

    /// <summary>Plans a probe.</summary>
    /// <exception cref="SondeException">It cannot be placed; the diagnostic says why.</exception>
    public ResolvedProbe Plan(ProbeSpec spec, int index)
    {
        IReadOnlyList<Function> functions = Functions(spec);
        foreach (Function function in functions.Where(f => !f.Entry.Exists))
            NoticeMissing(function);
        BindingTolerance? tolerance = spec.Kind == ProbeKind.Line || functions.Any(f => f.Copies.Count > 0) ? new BindingTolerance() : null;
        var plans = new PlanCache();
        (PlannedFunction? Planned, SondeException? Failure)[] results = Threads.Map(functions, TryPlan);
        if (tolerance?.Failure is { } missing)
            throw Wrong("SND1002", missing.Message, spec, missing.Hint, missing.Span);
        ImmutableArray<PlannedFunction> planned = [.. results.Select(r => r.Planned).OfType<PlannedFunction>()];

        // A pattern means what it can have of its matches, a name means the function.
        if (planned.IsEmpty)
            throw results[0].Failure!;
        return new ResolvedProbe(index, spec, planned);

        (PlannedFunction?, SondeException?) TryPlan(Function function)
        {
            try
            {
                return (Plan(FinderOf(function), function, spec, tolerance, plans), null);
            }
            catch (SiteUnavailableException e)
            {
                return (null, Wrong("SND3003", $"{function.Name} cannot be probed: {e.Message}", spec, e.Hint));
            }
        }
    }

    private void NoticeMissing(Function function)
    {
        Image image = function.Image;
        string message = image.Debug.Exists
            ? $"{function.Name} has no debug information: its arguments are not shown"
            : $"{image.Path} has no debug information: arguments are not shown";
        if (_notices.Any(n => n.Message == message))
            return;
        string? hint = image.Debug.Exists || image.DebugFilePlaces.Count == 0 ? "build with debug information (-g), or give its debug file"
            : $"looked for a debug file at {string.Join(", ", image.DebugFilePlaces)}";
        _notices.Add(new Diagnostic("SND3012", DiagnosticKind.Request, message, hint));
    }

    /// <summary>The site finder of a function, for those who explain.</summary>
    public SiteFinder FinderOf(Function function) => new(
        function, ReaderOf, _kernel, () => Kernel.Features.ThreadPointer.TaskOffset, allCandidates,
        function.Language == SourceLanguage.Go ? DictionariesOf(function.Image) : null);

    private Languages.Go.GoDictionaries? DictionariesOf(Image image)
    {
        lock (_dictionaries)
        {
            if (!_dictionaries.TryGetValue(image, out Languages.Go.GoDictionaries? dictionaries))
                _dictionaries.Add(image, dictionaries = Languages.Go.GoDictionaries.TryOpen(image, () => ReaderOf(SourceLanguage.Go)));
            return dictionaries;
        }
    }


    /// <summary>The functions that a probe means.</summary>
    /// <exception cref="SondeException">There are none.</exception>
    public IReadOnlyList<Function> Functions(ProbeSpec spec)
    {
        Image image = target.ImageOf(spec.Where.Library);
        if (spec.Where is not Where.Function != (spec.Kind == ProbeKind.Line))
        {
            throw Wrong(
                "SND3005", spec.Kind == ProbeKind.Line ? "line: needs a line, not a function" : "a line is neither entered nor left", spec,
                spec.Kind == ProbeKind.Line ? "FILE:LINE, or function+N" : "leave the kind out");
        }

        try
        {
            return spec.Where switch
            {
                Where.Function function => Functions(function, image, spec),
                Where.FunctionLine line => LinesOf(image).Find(line, Declarations(line.Of, image, spec), spec.Text),
                Where.Line line => LinesOf(image).Find(line, spec.Text),
                Where.WholeFile file => LinesOf(image).Find(file, spec.Text),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        catch (BinaryFormatException e)
        {
            throw Wrong("SND2005", $"{image.Path}: {e.Message}", spec);
        }
    }

    private IReadOnlyList<Function> Functions(Where.Function where, Image image, ProbeSpec spec)
    {
        if (!_finders.TryGetValue(image, out FunctionFinder? finder))
            _finders.Add(image, finder = new FunctionFinder(image));
        IReadOnlyList<Function> functions = finder.Find(where);
        IReadOnlyList<Function> copies = CopiesOf(where, functions, image, spec);
        if (functions.Count == 0 && copies.Count == 0)
            throw new SondeException(finder.WhyNot(where, spec.Text));
        return [.. functions, .. copies];
    }

    // What was inlined everywhere has lines as well.
    private IReadOnlyList<Function> Declarations(Where.Function where, Image image, ProbeSpec spec)
    {
        try
        {
            return Functions(where, image, spec);
        }
        catch (SondeException) when (new InlineFinder(image, GoInlining.IsTooLarge).Find(where, []) is { Count: > 0 } containers)
        {
            return [.. containers.SelectMany(c => c.Copies.Select(i => c with { Name = i.Name, File = i.File, Line = i.Line }))];
        }
    }

    // A pattern means functions as they are; only when it fits none, what was inlined everywhere. A return is not seen where
    // nothing returns.
    private IReadOnlyList<Function> CopiesOf(Where.Function where, IReadOnlyList<Function> functions, Image image, ProbeSpec spec)
    {
        if ((where.Syntax is PatternSyntax.Glob or PatternSyntax.Regex && functions.Count > 0) || spec.Kind == ProbeKind.Line)
            return [];
        if (spec.Kind != ProbeKind.Entry && functions.Count == 0)
            return [];
        IReadOnlyList<Function> copies = new InlineFinder(image, GoInlining.IsTooLarge).Find(where, functions);
        if (spec.Kind == ProbeKind.Entry || copies.Count == 0)
            return copies;
        _notices.Add(new Diagnostic(
            "SND3013", DiagnosticKind.Request, $"{where.Name} was inlined at {copies.Sum(c => c.Copies.Count)} places, whose returns are not seen",
            "an entry probe sees the copies as well", spec.Text));
        return [];
    }

    private LineFinder LinesOf(Image image)
    {
        if (!_lines.TryGetValue(image, out LineFinder? lines))
            _lines.Add(image, lines = new LineFinder(image));
        return lines;
    }

    /// <summary>Plans the sites of one function.</summary>
    /// <exception cref="SiteUnavailableException">It cannot be probed as asked.</exception>
    /// <exception cref="SondeException">A capture or condition does not fit it.</exception>
    public PlannedFunction Plan(Function function, ProbeSpec spec) => Plan(FinderOf(function), function, spec);

    /// <summary>Plans the sites of one function with a finder of its own.</summary>
    public PlannedFunction Plan(SiteFinder finder, Function function, ProbeSpec spec, BindingTolerance? tolerance = null, PlanCache? plans = null)
    {
        var planner = new SitePlanner(spec, ReaderOf(function.Language), DeclarationsOf(function.Image), spec.Settings.Limits, Follow, Stacks, _clockOffset, allCandidates, tolerance, plans);
        ImmutableArray<ProbeSite> sites = finder.Find(spec.Kind);
        bool isPaired = spec.Kind == ProbeKind.Call;
        if (spec.Kind == ProbeKind.Return && planner.NeedsEntry(sites))
            (sites, isPaired) = (finder.Find(ProbeKind.Call), true);
        try
        {
            return new PlannedFunction(function, planner.Plan(sites), isPaired);
        }
        catch (ExpressionException e)
        {
            throw spec.Sources.FirstOrDefault(s => ReferenceEquals(s.Expression, planner.Current)) is { } source
                ? WrongIn(source, e, spec)
                : Wrong("SND1002", e.Message, spec, e.Hint, e.Span);
        }
    }

    // In a file the place is told by line and column, and the expression is shown alone.
    private static SondeException WrongIn(ExpressionSource source, ExpressionException e, ProbeSpec spec)
    {
        int column = source.Column == 0 ? 1 : source.Column + e.Span.Start;
        string shown = new ProbeSyntaxException(source.Text, e.Span, e.Message).Render();
        return new SondeException(new Diagnostic("SND1002", DiagnosticKind.Request, $"{source.File}:{source.Line}:{column}: {spec.Label}\n{shown}", e.Hint, spec.Text));
    }

    private Declarations DeclarationsOf(Image image)
    {
        lock (_declarations)
        {
            if (!_declarations.TryGetValue(image, out Declarations? declarations))
                _declarations.Add(image, declarations = new Declarations(image));
            return declarations;
        }
    }

    private TypeReader ReaderOf(SourceLanguage language)
    {
        lock (_readers)
        {
            if (!_readers.TryGetValue(language, out TypeReader? reader))
                _readers.Add(language, reader = new TypeReader(Types, Languages.Language.TypesOf(language)));
            return reader;
        }
    }

    private static SondeException Wrong(string code, string message, ProbeSpec spec, string? hint = null, TextSpan span = default)
    {
        string shown = span.Length > 0 && span.End <= spec.Text.Length ? new ProbeSyntaxException(spec.Text, span, message).Render() : message;
        return new SondeException(new Diagnostic(code, DiagnosticKind.Request, shown, hint, spec.Text));
    }
}
