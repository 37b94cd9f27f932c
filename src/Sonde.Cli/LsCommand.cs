using System.CommandLine;
using Sonde.Listings;
using Sonde.Symbols;

namespace Sonde.Cli;

/// <summary><c>sonde ls</c>: the functions, lines and types of a target.</summary>
internal static class LsCommand
{
    private static readonly Option<string?> Lines = new("--lines") { Description = "the lines of a source file that can take a probe", HelpName = "FILE" };
    private static readonly Option<string?> Layout = new("--layout") { Description = "the members of a type with their offsets and sizes", HelpName = "TYPE" };
    private static readonly Option<bool> Probeable = new("--probeable") { Description = "find out whether a probe can go to each function" };
    private static readonly Option<bool> Json = new("--json") { Description = "one JSON object per line" };
    private static readonly Argument<string[]> Words = new("target")
    {
        Description = "a program or library, unless -p or --exe names one; then a name or pattern as in a probe",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The command for the parser.</summary>
    public static Command Create()
    {
        var command = new Command("ls", """
            List functions: the name a probe takes, the declaration, where it is, its size, how often it was inlined.

            Examples:
              sonde ls ./app
              sonde ls -p 4242 'main.(*Store).*'
              sonde ls -p 4242 --lib libc.so.6 'mall*'
              sonde ls ./app --lines store.go
              sonde ls ./app --layout shop::Cart
              sonde ls ./app '/^main\./' --json --probeable
            """)
        {
            TargetOptions.Pid, TargetOptions.Exe, TargetOptions.Lib, TargetOptions.DebugFile, TargetOptions.DebugDir, Lines, Layout, Probeable, Json, TargetOptions.Debug, Words,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Failure.Debug = parsed.GetValue(TargetOptions.Debug);
        (int[] processes, string? file, string[] words) = TargetOptions.Read(parsed, Words);
        if ((processes.Length > 0) == (file is not null))
            throw Wrong("SND2007", file is null ? "no target is given" : "only one kind of target can be given", "sonde ls FILE, or sonde ls -p PID");
        string? lines = parsed.GetValue(Lines), layout = parsed.GetValue(Layout);
        if ((lines is null ? 0 : 1) + (layout is null ? 0 : 1) + (words.Length > 0 ? 1 : 0) > 1 || words.Length > 1)
            throw Wrong("SND1005", "only one thing can be listed: a pattern, --lines FILE or --layout TYPE", null);
        var options = new ImageOptions
        {
            Library = parsed.GetValue(TargetOptions.Lib),
            DebugFiles = new DebugFileOptions(parsed.GetValue(TargetOptions.DebugFile) ?? [], parsed.GetValue(TargetOptions.DebugDir) ?? []),
        };
        using Target target = file is null ? Target.OfProcesses(processes, options) : Target.OfFile(file, null, options);
        using Stream output = StandardStreams.Output();
        Lister.List(
            target,
            new ListRequest { Pattern = words.FirstOrDefault(), Lines = lines, Layout = layout, Probeable = parsed.GetValue(Probeable), Json = parsed.GetValue(Json) },
            output);
        return 0;
    }

    private static SondeException Wrong(string code, string message, string? hint) => new(new Diagnostic(code, DiagnosticKind.Request, message, hint));
}
