using System.CommandLine;
using Sonde.Explaining;
using Sonde.Specs;

namespace Sonde.Cli;

/// <summary><c>sonde explain</c>: where a probe goes and why, and what it does there.</summary>
internal static class ExplainCommand
{
    private static readonly Option<bool> Full = new("--full") { Description = "as for sonde trace: read much more of each value" };
    private static readonly Option<int> Functions = new("--functions")
    {
        Description = "how many functions of a pattern are explained",
        HelpName = "N",
        DefaultValueFactory = _ => Explainer.DefaultFunctions,
    };

    private static readonly Argument<string[]> Words = new("probe")
    {
        Description = "what to explain; without -p and --exe the first word is the program's file",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The command for the parser.</summary>
    public static Command Create()
    {
        var command = new Command("explain", """
            Show where a probe goes and why, where each value is, what is read, the BPF programs and the expected cost.
            Attaches nothing. With -p also the bytes in memory, where a probe that is in place is seen as cc.

            Examples:
              sonde explain ./app main.computeE
              sonde explain -p 4242 'call:main.(*Store).Get'
              sonde explain ./app main.go:42
              sonde explain --exe /usr/bin/app 'Cart::* if n > 3' --functions 10
            """)
        {
            TargetOptions.Pid, TargetOptions.Exe, TargetOptions.Lib, TargetOptions.DebugFile, TargetOptions.DebugDir, Full, Functions, TargetOptions.Debug, Words,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Failure.Debug = parsed.GetValue(TargetOptions.Debug);
        (int[] processes, string? file, string[] words) = TargetOptions.Read(parsed, Words);
        if (parsed.GetValue(Functions) is var most && most < 1)
            throw new SondeException(new Diagnostic("SND1005", DiagnosticKind.Request, "--functions takes a number from 1"));
        using var output = new StreamWriter(StandardStreams.Output());
        bool possible = Explainer.Explain(
            new SessionOptions
            {
                ProcessIds = processes,
                Executable = file,
                Library = parsed.GetValue(TargetOptions.Lib),
                DebugFiles = parsed.GetValue(TargetOptions.DebugFile) ?? [],
                DebugDirectories = parsed.GetValue(TargetOptions.DebugDir) ?? [],
                Probes = words,
                Limits = parsed.GetValue(Full) ? CaptureLimits.Full : CaptureLimits.Default,
            },
            most,
            output);
        return possible ? 0 : (int)DiagnosticKind.Request;
    }
}
