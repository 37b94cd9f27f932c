namespace Sonde.Examining;

/// <summary>All that <c>sonde doctor</c> found.</summary>
/// <param name="Facts">What they come from.</param>
/// <param name="Findings">In order of their groups.</param>
internal sealed record Examination(SystemFacts Facts, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether this kernel and this user can trace.</summary>
    public bool IsPossible => !Findings.Any(f => f is { State: FindingState.Failed, Group: not FindingGroup.Target });

    /// <summary>Whether what was asked about can be traced; true when nothing was.</summary>
    public bool IsTargetPossible => !Findings.Any(f => f is { State: FindingState.Failed, Group: FindingGroup.Target });

    /// <summary>As of the command line: 0 when tracing is possible, 2 when the system refuses, 1 when only the target does.</summary>
    public int ExitCode => !IsPossible ? (int)DiagnosticKind.System : !IsTargetPossible ? (int)DiagnosticKind.Request : 0;

    /// <summary>Examines.</summary>
    /// <param name="processes">Processes that one wants to trace.</param>
    /// <param name="executable">A program that one wants to trace, or null.</param>
    /// <param name="measure">Also measure the cost of hits.</param>
    public static Examination Make(IReadOnlyList<int> processes, string? executable, bool measure) => Of(
        SystemFacts.Gather(measure),
        [.. TargetExamination.OfProcesses(processes), .. executable is null ? [] : TargetExamination.OfFile(executable)]);

    /// <summary>Puts findings together.</summary>
    public static Examination Of(SystemFacts facts, IReadOnlyList<Finding> target) =>
        new(facts, [.. Judgement.Of(facts).Concat(target).OrderBy(f => f.Group)]);
}
