namespace Sonde.Examining;

/// <summary>An examination as aligned text, with colours where they are wanted.</summary>
internal static class ExaminationText
{
    private const int StateWidth = 8;
    private const string Reset = "\e[0m";

    /// <summary>Writes it.</summary>
    public static void Write(Examination examination, TextWriter output, bool colour)
    {
        int width = examination.Findings.Max(f => f.Subject.Length);
        FindingGroup? group = null;
        foreach (Finding finding in examination.Findings)
        {
            if (group != finding.Group)
            {
                if (group is not null)
                    output.WriteLine();
                output.WriteLine(Name(finding.Group));
                group = finding.Group;
            }

            string state = Name(finding.State).PadRight(StateWidth);
            output.WriteLine($"  {(colour ? Colour(finding.State) + state + Reset : state)} {finding.Subject.PadRight(width)}  {finding.Text}");
            if (finding.Hint is { } hint)
                output.WriteLine($"  {"",StateWidth} {new string(' ', width)}  -> {hint}");
        }

        output.WriteLine();
        output.WriteLine(Verdict(examination));
    }

    private static string Verdict(Examination examination) => (examination.IsPossible, examination.IsTargetPossible) switch
    {
        (true, true) => "Tracing is possible.",
        (true, false) => "Tracing is possible here, but not of this target.",
        _ => "Tracing is not possible here; what FAILED says why.",
    };

    private static string Name(FindingGroup group) => group switch
    {
        FindingGroup.Kernel => "kernel",
        FindingGroup.Privileges => "privileges",
        FindingGroup.Features => "features, each tried",
        FindingGroup.Target => "target",
        FindingGroup.Cost => "cost, measured in sonde's own process with an empty program",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    internal static string Name(FindingState state) => state switch
    {
        FindingState.Ok => "ok",
        FindingState.Warning => "warning",
        FindingState.Absent => "absent",
        FindingState.Failed => "FAILED",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Colour(FindingState state) => state switch
    {
        FindingState.Ok => "\e[32m",
        FindingState.Failed => "\e[31m",
        _ => "\e[33m",
    };
}
