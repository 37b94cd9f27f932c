using System.Collections.Immutable;
using Sonde.Attaching;
using Sonde.ObjectFile.Bytes;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde;

/// <summary>From what the user asked of one probe to what is read where: symbols, types, sites and plans of a target.</summary>
internal sealed class ProbePlanner(Target target, CaptureLimits limits, bool allCandidates = false)
{
    private readonly Dictionary<Image, FunctionFinder> _finders = [];
    private readonly Dictionary<Image, LineFinder> _lines = [];
    private readonly Dictionary<SourceLanguage, TypeReader> _readers = [];
    private readonly List<Diagnostic> _notices = [];
    private readonly KernelTraits _kernel = KernelTraits.Floor;

    /// <summary>What does not keep a probe from working and should be known.</summary>
    public IReadOnlyList<Diagnostic> Notices => _notices;

    /// <summary>The types that the plans speak of.</summary>
    public TypeGraph Types { get; } = new();

    /// <summary>Plans a probe.</summary>
    /// <exception cref="SondeException">It cannot be placed; the diagnostic says why.</exception>
    public ResolvedProbe Plan(ProbeSpec spec, int index)
    {
        IReadOnlyList<Function> functions = Functions(spec);
        foreach (Function function in functions.Where(f => !f.Entry.Exists))
            NoticeMissing(function);
        (PlannedFunction? Planned, SondeException? Failure)[] results = Threads.Map(functions, TryPlan);
        ImmutableArray<PlannedFunction> planned = [.. results.Select(r => r.Planned).OfType<PlannedFunction>()];

        // A pattern means what it can have of its matches, a name means the function.
        if (planned.IsEmpty)
            throw results[0].Failure!;
        return new ResolvedProbe(index, spec, planned);

        (PlannedFunction?, SondeException?) TryPlan(Function function)
        {
            try
            {
                return (Plan(function, spec), null);
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
    public SiteFinder FinderOf(Function function) => new(function, ReaderOf, _kernel, () => Kernel.Features.ThreadPointer.TaskOffset, allCandidates);

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
                Where.FunctionLine line => LinesOf(image).Find(line, Functions(line.Of, image, spec), spec.Text),
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
        return functions.Count > 0 ? functions : throw new SondeException(finder.WhyNot(where, spec.Text));
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
    public PlannedFunction Plan(SiteFinder finder, Function function, ProbeSpec spec)
    {
        ImmutableArray<ProbeSite> sites = finder.Find(spec.Kind);
        if (sites.All(s => s.Use == SiteUse.Line))
            return new PlannedFunction(function, [.. sites.Select(s => new PlannedSite(s, PlanSite(spec, s, null)))]);
        ProbeSite? entry = sites.FirstOrDefault(s => s.Use == SiteUse.Entry);
        var planned = ImmutableArray.CreateBuilder<PlannedSite>();
        if (spec.Kind == ProbeKind.Entry)
            planned.Add(new PlannedSite(entry!, PlanSite(spec, entry, null)));
        else if (spec.Kind == ProbeKind.Call)
            planned.Add(new PlannedSite(entry!, PlanSite(spec, entry, sites.FirstOrDefault(s => s.Use != SiteUse.Entry))));
        foreach (ProbeSite exit in sites.Where(s => s.Use != SiteUse.Entry))
            planned.Add(new PlannedSite(exit, PlanSite(spec, entry, exit)));
        return new PlannedFunction(function, planned.DrainToImmutable());
    }

    private CapturePlan PlanSite(ProbeSpec spec, ProbeSite? entry, ProbeSite? exit)
    {
        var entryScope = Scope(entry?.Values ?? []);
        var exitScope = Scope(exit?.Values ?? []);
        for (int i = 0; i < (exit?.Values.Length ?? 0); i++)
            exitScope[$"$ret{i}"] = exit!.Values[i];
        if (entry is not null && exit is not null)
            exitScope["$duration"] = new Variable("$duration", Types.Add("duration", 8, new OpaqueShape("")), []);
        var values = ImmutableArray.CreateBuilder<WantedValue>();
        (Predicate? entryCondition, Predicate? returnCondition) = (null, null);
        try
        {
            var atEntry = new ExpressionBinder(Types, entryScope);
            var atExit = new ExpressionBinder(Types, exitScope);
            foreach (Capture capture in spec.Captures)
            {
                bool late = entry is null || NeedsReturn(capture.Expression, entryScope);
                Variable variable = (late ? atExit : atEntry).BindCapture(capture.Key, capture.Expression);
                values.Add(new WantedValue(variable, RootRole.Capture, late && entry is not null));
            }

            for (int i = 0; i < (spec.Template?.Parts.Count ?? 0); i++)
            {
                if (spec.Template!.Parts[i] is not TemplatePart.Value part)
                    continue;
                bool late = entry is null || NeedsReturn(part.Expression, entryScope);
                Variable variable = (late ? atExit : atEntry).BindCapture(Sinks.MessageComposer.NameOf(i), part.Expression);
                values.Add(new WantedValue(variable, RootRole.Capture, late && entry is not null));
            }

            foreach (Expr term in spec.Condition is { } condition ? Terms(condition) : [])
            {
                if (entry is null || NeedsReturn(term, entryScope))
                    returnCondition = And(returnCondition, atExit.BindCondition(term));
                else
                    entryCondition = And(entryCondition, atEntry.BindCondition(term));
            }
        }
        catch (ExpressionException e)
        {
            throw Wrong("SND1002", e.Message, spec, e.Hint, e.Span);
        }

        if (spec.Captures.Count == 0 && spec.Template is null)
        {
            values.AddRange((entry?.Values ?? []).Select(v => new WantedValue(v, spec.Kind == ProbeKind.Line ? RootRole.Variable : RootRole.Argument)));
            values.AddRange((exit?.Values ?? []).Select(v => new WantedValue(v, RootRole.Result, entry is not null)));
        }

        return Planner.Plan(new PlanRequest
        {
            Types = Types,
            Limits = limits,
            Values = values.DrainToImmutable(),

            // A probe that fires at the return only has one condition, which is decided first.
            EntryCondition = entry is null ? returnCondition : entryCondition,
            ReturnCondition = entry is null ? null : returnCondition,
        });
    }

    private static Dictionary<string, Variable> Scope(ImmutableArray<Variable> variables)
    {
        var scope = new Dictionary<string, Variable>();
        foreach (Variable variable in variables)
            scope.TryAdd(variable.Name, variable);
        return scope;
    }

    private static Predicate And(Predicate? left, Predicate right) => left is null ? right : new AndPredicate(left, right);

    /// <summary>What all has to be true: the operands of the outermost <c>&amp;&amp;</c>.</summary>
    private static IEnumerable<Expr> Terms(Expr condition) => condition is BinaryExpr { Operator: Specs.Expressions.BinaryOperator.And } and
        ? Terms(and.Left).Concat(Terms(and.Right))
        : [condition];

    private static bool NeedsReturn(Expr expression, Dictionary<string, Variable> entryScope) => expression switch
    {
        VariableExpr variable => variable.Variable is ProbeVariable.Result or ProbeVariable.Duration,
        MemberExpr member => NeedsReturn(member.Target, entryScope),
        IndexExpr index => NeedsReturn(index.Target, entryScope) || NeedsReturn(index.Index, entryScope),
        UnaryExpr unary => NeedsReturn(unary.Operand, entryScope),
        BinaryExpr binary => NeedsReturn(binary.Left, entryScope) || NeedsReturn(binary.Right, entryScope),
        CallExpr call => call.Arguments.Any(a => NeedsReturn(a, entryScope)),
        CastExpr cast => NeedsReturn(cast.Operand, entryScope),
        IsExpr test => NeedsReturn(test.Operand, entryScope),
        _ => false,
    };

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
        string? where = span.Length > 0 && span.End <= spec.Text.Length ? spec.Text.Substring(span.Start, span.Length) : null;
        return new SondeException(new Diagnostic(code, DiagnosticKind.Request, where is null ? message : $"{message}: `{where}`", hint, spec.Text));
    }
}
