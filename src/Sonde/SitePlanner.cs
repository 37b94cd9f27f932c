using System.Collections.Immutable;
using Sonde.Attaching;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde;

/// <summary>Plans what a probe reads in one function: decides what of it is computed at the entry and what at the return.</summary>
/// <param name="spec">The probe.</param>
/// <param name="types">The types of the session and of the function's language.</param>
/// <param name="declarations">The names of the function's image.</param>
/// <param name="limits">How much is read.</param>
/// <param name="follow">What the follow loop has to know of types.</param>
/// <param name="withStack">Whether each event is to have its stack.</param>
/// <param name="explains">Whether to keep what each part of an expression is.</param>
/// <param name="clockOffset">Added to the monotonic clock it gives nanoseconds since 1970.</param>
/// <param name="tolerance">For a probe of several places; null when what has no value is an error.</param>
/// <param name="plans">Plans of the same probe in other functions.</param>
internal sealed class SitePlanner(ProbeSpec spec, TypeReader types, Declarations declarations, CaptureLimits limits, FollowTable follow, bool withStack, long clockOffset, bool explains = false, BindingTolerance? tolerance = null, PlanCache? plans = null)
{
    private readonly SharedTypes _shared = new(types.Graph);

    /// <summary>
    /// Whether a <c>return:</c> probe needs the entry, too: it names arguments or the duration, or what only the entry can find.
    /// </summary>
    public bool NeedsEntry(ImmutableArray<ProbeSite> exits)
    {
        var results = exits.SelectMany(e => e.Values).Select(v => v.Name).ToHashSet();
        return Expressions().Any(e => Names(e).Any(n => n == "$duration" || !results.Contains(n)));
    }

    /// <summary>The expression that is looked at, or was when it failed.</summary>
    public Expr? Current { get; private set; }

    /// <summary>The sites with their plans.</summary>
    /// <exception cref="ExpressionException">A capture or the condition does not fit the function.</exception>
    public ImmutableArray<PlannedSite> Plan(ImmutableArray<ProbeSite> sites)
    {
        ImmutableArray<PlannedSite> planned = Plan(sites, false);

        // All sites of a call have one kind of frame.
        return planned.Any(p => p.Plan.Follow is not null) && planned.Any(p => p.Plan.Follow is null) ? Plan(sites, true) : planned;
    }

    private ImmutableArray<PlannedSite> Plan(ImmutableArray<ProbeSite> sites, bool alwaysFollow)
    {
        if (spec.Kind is ProbeKind.Line or ProbeKind.Entry)
            return [.. sites.Select(s => new PlannedSite(s, PlanSite(s, null, alwaysFollow)))];
        ProbeSite? entry = sites.FirstOrDefault(s => s.Use == SiteUse.Entry);
        ProbeSite[] exits = [.. sites.Where(s => s.Use != SiteUse.Entry)];
        var planned = ImmutableArray.CreateBuilder<PlannedSite>();
        if (entry is not null)
            planned.Add(new PlannedSite(entry, PlanSite(entry, exits.FirstOrDefault(), alwaysFollow)));
        foreach (ProbeSite exit in exits)
            planned.Add(new PlannedSite(exit, PlanSite(entry, exit, alwaysFollow)));
        return planned.DrainToImmutable();
    }

    private CapturePlan PlanSite(ProbeSite? entry, ProbeSite? exit, bool alwaysFollow) =>
        plans is not null && SaysNothingOfFunction && IsTold(entry) && IsTold(exit)
            ? plans.GetOrMake(entry?.Values, exit?.Values, alwaysFollow, () => MakePlan(entry, exit, alwaysFollow))
            : MakePlan(entry, exit, alwaysFollow);

    // Code that types share says at each site by what word it tells them.
    private static bool IsTold(ProbeSite? site) => site is null || (site.TypeWord is null && site.Values.All(v => v.Cases.IsEmpty));

    // Names in expressions, and stacks, are found by the function that a site is in.
    private bool SaysNothingOfFunction => spec is { Captures.Count: 0, Template: null, Condition: null } && !withStack && !explains;

    private CapturePlan MakePlan(ProbeSite? entry, ProbeSite? exit, bool alwaysFollow)
    {
        Operand? word = entry?.TypeWord;
        Dictionary<string, Variable> arguments = Variables(entry), results = Variables(exit);
        for (int i = 0; i < (exit?.Values.Length ?? 0); i++)
            results[$"$ret{i}"] = exit!.Values[i];

        // Of a return: probe everything but the arguments is of the return.
        bool IsLate(string name) => spec.Kind == ProbeKind.Return && !arguments.ContainsKey(name);
        bool NeedsReturn(Expr expression) => entry is null || Timing.NeedsReturn(expression, IsLate);

        Dictionary<Expr, Bound>? notes = explains ? new(ReferenceEqualityComparer.Instance) : null;
        var explained = ImmutableArray.CreateBuilder<ExplainedExpression>();
        ExpressionBinder? atEntry = entry is null ? null : new ExpressionBinder(types.Graph, ScopeOf(entry, arguments, null)) { Notes = notes };
        Holder? holder = atEntry is null || exit is null ? null : new Holder(types.Graph, atEntry, NeedsReturn);
        if (entry is not null && exit is not null)
            word = word is not null && holder is not null && exit.Values.Any(v => !v.Cases.IsEmpty) ? holder.HoldAddress(word) : null;
        else if (entry is null)
            word = exit?.TypeWord;
        ExpressionBinder? atExit = exit is null ? null : new ExpressionBinder(
            types.Graph, ScopeOf(exit, results, holder, entry) with { HasDuration = entry is not null, Held = holder, Arguments = arguments })
        { Notes = notes };

        var values = ImmutableArray.CreateBuilder<WantedValue>();
        foreach ((string name, Expr expression) in Captures())
        {
            bool late = NeedsReturn(expression);
            Variable Bind() => expression is NameExpr { Name: var plain } && !(late ? results : arguments).GetValueOrDefault(plain, Nothing).Cases.IsEmpty
                ? _shared.Told((late ? results : arguments)[plain], late ? word : entry!.TypeWord) with { Name = name }
                : BinderOf(late, expression).BindCapture(name, expression);
            Variable variable = Watched(expression, () => tolerance is null ? Bind() : tolerance.Try(name, Bind, () => BindingTolerance.Missing(name, types.Graph)), out bool secret);
            bool isPlace = variable.Pieces.All(p => p.Place is not ComputedPlace { Value: TruthOperand }) && (atEntry ?? atExit)!.HasText(variable.Type);
            Secrecy secrecy = !secret ? Secrecy.None : isPlace ? Secrecy.Texts : Secrecy.All;
            Explain(name[0] == Sinks.MessageComposer.Mark ? "of the message" : $"capture {name}", expression, late);
            values.Add(new WantedValue(variable, RootRole.Capture, late && entry is not null, secrecy));
        }

        // At a jump to another function the results are not there yet: a condition on them has no value.
        foreach ((string name, Variable variable) in results.ToArray())
        {
            if (variable.Pieces.IsEmpty)
                results[name] = variable with { Pieces = Never(types.Graph[variable.Type].Size) };
        }

        (Predicate? entryCondition, Predicate? returnCondition) = (null, null);
        Expr? condition = spec.Condition;
        foreach (Expr term in condition is not null ? Terms(condition) : [])
        {
            bool late = NeedsReturn(term);
            Predicate Bind() => BinderOf(late, term).BindCondition(term);
            Predicate predicate = Watched(condition!, () => tolerance is null ? Bind() : tolerance.Try($"if {term}", Bind, () => BindingTolerance.Unknown), out bool secret);
            if (secret && spec.Settings.Redaction is { AllowConditions: false })
                throw new ExpressionException("a condition on a redacted value would tell of it", term.Span, "--redact-conditions allows it");
            Explain("condition", term, late);
            if (late)
                returnCondition = And(returnCondition, predicate);
            else
                entryCondition = And(entryCondition, predicate);
        }

        if (spec.Captures.Count == 0 && spec.Template is null)
        {
            if (spec.Kind != ProbeKind.Return)
                values.AddRange((entry?.Values ?? []).Select(v => new WantedValue(_shared.Told(v, entry!.TypeWord), spec.Kind == ProbeKind.Line ? RootRole.Variable : RootRole.Argument)));
            values.AddRange((exit?.Values ?? []).Select(v => new WantedValue(_shared.Told(v, word), RootRole.Result, entry is not null)));
        }

        if (withStack && (atEntry ?? atExit) is { } binder)
            values.Add(new WantedValue(binder.BindCapture("$stack", new VariableExpr(ProbeVariable.Stack)), RootRole.Stack));
        return Planner.Plan(new PlanRequest
        {
            Types = types.Graph,
            Limits = limits,
            Follow = follow,
            AlwaysFollow = alwaysFollow,
            Values = values.DrainToImmutable(),
            Held = holder,
            Expressions = explained.DrainToImmutable(),

            // A probe that fires at the return only has one condition, which is decided first.
            EntryCondition = entry is null ? returnCondition : entryCondition,
            ReturnCondition = entry is null ? null : returnCondition,
        });

        void Explain(string title, Expr root, bool late)
        {
            string when = entry is null || exit is null ? "" : late ? ", at the return" : ", at the entry";
            if (notes is not null)
                explained.Add(new ExplainedExpression(title + when, root, notes));
        }

        T Watched<T>(Expr root, Func<T> bind, out bool secret)
        {
            Current = root;
            foreach (ExpressionBinder? binder in (ReadOnlySpan<ExpressionBinder?>)[atEntry, atExit])
            {
                if (binder is not null)
                    binder.UsedSecret = false;
            }

            T bound = bind();
            secret = atEntry?.UsedSecret == true || atExit?.UsedSecret == true;
            return bound;
        }

        ExpressionBinder BinderOf(bool late, Expr expression) => (late ? atExit : atEntry)
            ?? throw new ExpressionException("this is there when the function returns", expression.Span, "results and the duration are there in return: and call: probes");
    }

    private static readonly Variable Nothing = new("", default, []);

    private Scope ScopeOf(ProbeSite site, Dictionary<string, Variable> variables, Holder? holder, ProbeSite? entry = null)
    {
        // Where a return probe fires, in the caller, the entry has to tell where things are.
        bool isAway = site.Use == SiteUse.ReturnProbe;
        return new Scope
        {
            Variables = variables,
            HasGoroutine = site.Goroutine is not null,
            ClockOffset = clockOffset,
            IsSecret = spec.Settings.Redaction is { } rules ? rules.HidesName : null,
            Stack = StackPlaces.At(site),
            Program = site.Function.Entry.Exists ? new ProgramScope(declarations, types, isAway && entry is not null ? entry : site, isAway, holder) : null,
        };
    }

    private static ImmutableArray<Piece> Never(ulong size)
    {
        var zero = new ConstantOperand(0);
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        for (uint at = 0; at < Math.Min(size, 64); at += 8)
            pieces.Add(new Piece(at, (uint)Math.Min(8, size - at), new ComputedPlace(new CheckedOperand(zero, zero, zero))));
        return pieces.DrainToImmutable();
    }

    private static Dictionary<string, Variable> Variables(ProbeSite? site)
    {
        var variables = new Dictionary<string, Variable>();
        foreach (Variable variable in site?.Values ?? [])
            variables.TryAdd(variable.Name, variable);
        return variables;
    }

    private IEnumerable<(string Name, Expr Expression)> Captures()
    {
        foreach (Capture capture in spec.Captures)
            yield return (capture.Key, capture.Expression);
        for (int i = 0; i < (spec.Template?.Parts.Count ?? 0); i++)
        {
            if (spec.Template!.Parts[i] is TemplatePart.Value part)
                yield return (Sinks.MessageComposer.NameOf(i), part.Expression);
        }
    }

    private IEnumerable<Expr> Expressions() => spec.Condition is { } condition
        ? Captures().Select(c => c.Expression).Append(condition)
        : Captures().Select(c => c.Expression);

    private static Predicate And(Predicate? left, Predicate right) => left is null ? right : new AndPredicate(left, right);

    /// <summary>What all has to be true: the operands of the outermost <c>&amp;&amp;</c>.</summary>
    private static IEnumerable<Expr> Terms(Expr condition) => condition is BinaryExpr { Operator: Specs.Expressions.BinaryOperator.And } and
        ? Terms(and.Left).Concat(Terms(and.Right))
        : [condition];

    /// <summary>The names of an expression; <c>$duration</c> is one.</summary>
    private static IEnumerable<string> Names(Expr expression) => expression switch
    {
        NameExpr name => [name.Name],
        VariableExpr { Variable: ProbeVariable.Duration } => ["$duration"],
        MemberExpr member => Names(member.Target),
        IndexExpr index => Names(index.Target).Concat(Names(index.Index)),
        SliceExpr slice => Names(slice.Target).Concat(slice.Low is { } low ? Names(low) : []).Concat(slice.High is { } high ? Names(high) : []),
        UnaryExpr unary => Names(unary.Operand),
        BinaryExpr binary => Names(binary.Left).Concat(Names(binary.Right)),
        CallExpr call => call.Arguments.SelectMany(Names),
        CastExpr cast => Names(cast.Operand),
        IsExpr test => Names(test.Operand),
        _ => [],
    };
}
