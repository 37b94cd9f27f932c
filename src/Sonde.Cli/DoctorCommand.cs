using System.CommandLine;
using Sonde.Examining;

namespace Sonde.Cli;

/// <summary><c>sonde doctor</c>: can this kernel, this user, this target be traced.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> Measure = new("--measure") { Description = "also measure what a hit costs here (a second)" };
    private static readonly Option<bool> Json = new("--json") { Description = "one JSON object" };

    /// <summary>The command for the parser.</summary>
    public static Command Create()
    {
        var command = new Command("doctor", """
            Tell whether tracing is possible here, what is missing and how to mend it.
            Ends with 0 when it is possible, with 2 when the system refuses, with 1 when only the target cannot be traced.
            What is needed is tried, each feature by a small program that is gone afterwards.

            Examples:
              sonde doctor
              sonde doctor -p 4242 --measure
              sonde doctor --json
            """)
        {
            TargetOptions.Pid, TargetOptions.Exe, Measure, Json, TargetOptions.Debug,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Failure.Debug = parsed.GetValue(TargetOptions.Debug);
        Examination examination = Examination.Make(
            parsed.GetValue(TargetOptions.Pid) ?? [], parsed.GetValue(TargetOptions.Exe), parsed.GetValue(Measure));
        using Stream output = StandardStreams.Output();
        if (parsed.GetValue(Json))
        {
            ExaminationJson.Write(examination, output);
        }
        else
        {
            using var text = new StreamWriter(output);
            ExaminationText.Write(examination, text, TargetOptions.UseColour());
        }

        return examination.ExitCode;
    }
}
