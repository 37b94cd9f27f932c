using System.Collections.Immutable;
using Sonde.Attaching;
using Sonde.Bytecode;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Symbols;

namespace Sonde.Explaining;

/// <summary>
/// Tells everything about probes that a session would attach, by the session's own stages up to the bytecode: where each
/// goes and why, where each value is, what is read, and the programs. Attaches nothing and changes nothing.
/// </summary>
internal static class Explainer
{
    /// <summary>How many functions of a probe are told of in full, unless said otherwise.</summary>
    public const int DefaultFunctions = 3;

    /// <summary>Explains the probes of the options.</summary>
    /// <param name="options">As for a session; a command cannot be explained, its file can.</param>
    /// <param name="most">How many functions of each probe are explained.</param>
    /// <param name="output">Where the text goes.</param>
    /// <returns>Whether each probe can be placed.</returns>
    /// <exception cref="SondeException">The request is wrong.</exception>
    public static bool Explain(SessionOptions options, int most, TextWriter output)
    {
        ImmutableArray<ProbeSpec> specs = ProbeSession.ParseSpecs(options);
        (Target target, CommandLauncher? command) = ProbeSession.OpenTarget(options);
        using CommandLauncher? none = command;
        using Target closed = target;
        var planner = new ProbePlanner(target, options.Limits, allCandidates: true) { Stacks = options.Stacks };
        ProcessCode[] processes = [.. target.Processes.Select(p => ProcessCode.Of(p, LinuxKernel.Instance))];
        var outline = new Outline(output);
        bool all = true;
        for (int i = 0; i < specs.Length; i++)
        {
            if (i > 0)
                outline.Line("");
            all &= Explain(specs[i], planner, target, processes, options, most, outline);
        }

        return all;
    }

    private static bool Explain(
        ProbeSpec spec, ProbePlanner planner, Target target, ProcessCode[] processes, SessionOptions options, int most, Outline outline)
    {
        IReadOnlyList<Function> functions = planner.Functions(spec);
        outline.Row("probe", spec.Text);
        outline.Row("program", target.Executable.Path);
        if (functions[0].Image is var image && image != target.Executable)
            outline.Row("library", image.Path);
        if (image.Separate is { } separate)
            outline.Row("debug file", separate.Path);
        var planned = ImmutableArray.CreateBuilder<PlannedFunction>();
        foreach (Function function in functions.Take(most))
        {
            outline.Line("");
            var report = new FunctionReport(function, planner.Types, target.Processes, processes);
            if (report.Write(spec, planner, outline) is { } plan)
                planned.Add(plan);
        }

        if (functions.Count > most)
        {
            outline.Line("");
            outline.Line($"{functions.Count - most} more functions match; name one of them, or ask for more with --functions N:");
            outline.Within(() =>
            {
                foreach (Function function in functions.Skip(most).Take(20))
                    outline.Line(function.Name);
                if (functions.Count > most + 20)
                    outline.Line("…");
            });
        }

        if (planned.Count > 0)
            WritePrograms(new ResolvedProbe(0, spec, planned.ToImmutable()), target, options, outline);
        return planned.Count > 0 || functions.Skip(most).Any(f => CanBePlanned(planner, f, spec));
    }

    private static bool CanBePlanned(ProbePlanner planner, Function function, ProbeSpec spec)
    {
        try
        {
            planner.Plan(function, spec);
            return true;
        }
        catch (SiteUnavailableException)
        {
            return false;
        }
    }

    private static void WritePrograms(ResolvedProbe probe, Target target, SessionOptions options, Outline outline)
    {
        Attacher attacher = ProbeSession.Prepare(target, options, 1);
        try
        {
            attacher.Add(probe);
        }
        catch (PlanTooLargeException e)
        {
            throw new SondeException(new Diagnostic("SND3004", DiagnosticKind.Request, e.Message), e);
        }

        foreach ((Code code, IReadOnlyList<SiteRecord> sites) in attacher.Programs)
        {
            outline.Line("");
            outline.Line($"program of {code.Slots.Length} BPF instructions, at {string.Join(", ", sites.Select(s => Describe(s.Planned.Site)))}");
            outline.Within(() => outline.Lines(Listing.Print(code)));
        }
    }

    private static string Describe(ProbeSite site) =>
        $"{(site.Use == SiteUse.ReturnProbe ? "the return of " : "")}{site.Function.Name}"
        + (site.Use == SiteUse.ReturnProbe ? "" : $"+{site.Address.Value - site.Function.Address.Value}");
}
