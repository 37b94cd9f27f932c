using System.CommandLine;
using System.Runtime.InteropServices;
using Sonde.Sinks;
using Sonde.Specs;
using Sonde.Specs.Files;

namespace Sonde.Cli;

/// <summary><c>sonde trace</c>: one line, or one JSON object, per hit.</summary>
internal static class TraceCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "one JSON object per line" };
    private static readonly Option<string?> Numbers = new("--numbers") { Description = "\"string\" writes 64-bit integers as strings", HelpName = "FORM" };
    private static readonly Option<bool> ShowTypes = new("--show-types") { Description = "the type of every value" };
    private static readonly Option<bool> Pretty = new("--pretty") { Description = "values over several lines" };
    private static readonly Option<long?> Count = new("--count") { Description = "stop after N events in all", HelpName = "N" };
    private static readonly Option<string?> Duration = new("--duration") { Description = "stop after a time: 500ms, 10s, 2m", HelpName = "TIME" };
    private static readonly Option<string[]> ProbeFiles = new("-f", "--file") { Description = "a file of probes (docs/probe-language.md); may repeat", HelpName = "PATH", AllowMultipleArgumentsPerToken = false };
    private static readonly Option<string?> Sample = new("--sample") { Description = "emit one event of so many: 1/100", HelpName = "1/N" };
    private static readonly Option<bool> Redact = new("--redact") { Description = "hide texts under names like password, token, cookie" };
    private static readonly Option<string[]> RedactWord = new("--redact-word") { Description = "hide texts under names with this word, too; may repeat", HelpName = "WORD" };
    private static readonly Option<string[]> RedactType = new("--redact-type") { Description = "hide values of this type; may repeat", HelpName = "TYPE" };
    private static readonly Option<string[]> RedactName = new("--redact-name") { Description = "hide texts under names of this pattern (*Pin); may repeat", HelpName = "GLOB" };
    private static readonly Option<bool> RedactConditions = new("--redact-conditions") { Description = "allow conditions on hidden values, which tell of them" };
    private static readonly Option<uint> Rate = new("--rate") { Description = "most events per second of each probe", HelpName = "N" };
    private static readonly Option<double?> Budget = new("--budget") { Description = "what a probe's hits may cost, in percent of one processor; 0: any price (default: 5, with -- CMD 0)", HelpName = "P" };
    private static readonly Option<bool> Full = new("--full") { Description = "read much more of each value: 5 hops, 100 items, 4096 bytes, 64 KB" };
    private static readonly Option<int?> Depth = new("--depth") { Description = "how many pointers are followed", HelpName = "N" };
    private static readonly Option<int?> Items = new("--items") { Description = "how many elements of a collection are read", HelpName = "N" };
    private static readonly Option<int?> Strings = new("--strings") { Description = "how many bytes of a text are read", HelpName = "N" };
    private static readonly Option<int?> Bytes = new("--bytes") { Description = "how many bytes an event may have", HelpName = "N" };
    private static readonly Option<string?> Buffer = new("--buffer") { Description = "size of the buffer between kernel and sonde: 8M", HelpName = "SIZE" };
    private static readonly Option<string> OnError = new("--on-error")
    {
        Description = "what a condition that cannot be evaluated does: drop or fire",
        HelpName = "WHAT",
        DefaultValueFactory = _ => "drop",
    };

    private static readonly Option<bool> Stack = new("--stack") { Description = "the stack of every hit" };
    private static readonly Option<bool> KeepGoing = new("--keep-going") { Description = "attach the probes that can be when others cannot" };
    private static readonly Option<bool> ExitCode = new("--exit-code") { Description = "with -- CMD: end with its exit status" };
    private static readonly Argument<string[]> Words = new("probe") { Description = "what to trace; after --: a command and its arguments", Arity = ArgumentArity.ZeroOrMore };

    /// <summary>The command for the parser.</summary>
    public static Command Create()
    {
        var command = new Command("trace", """
            Stream one line per hit of a probe.

            Examples:
              sonde trace -p 4242 main.computeE
              sonde trace -p 4242 'call:main.(*Store).Get'
              sonde trace -p 4242 'main.handle { id, user.Name } if id > 100' --json
              sonde trace -p 4242 main.go:42 'store.cpp:17 "{item.price} of {n}" if n > 3' main.handle+3
              sonde trace --exe /usr/bin/app 'Cart::*' --count 10
              sonde trace -p 4242 -f probes.yaml --redact
              sonde trace -p 4242 'libc.so.6!malloc { size }'
              sonde trace main.computeE -- ./app -port 8080
            """)
        {
            TargetOptions.Pid, TargetOptions.Exe, TargetOptions.Lib, TargetOptions.DebugFile, TargetOptions.DebugDir, Json, Numbers, ShowTypes, Pretty, ProbeFiles, Count, Duration, Rate, Budget, Sample, Redact, RedactWord, RedactType, RedactName, RedactConditions, Full, Depth, Items, Strings, Bytes, Buffer, OnError, Stack, KeepGoing, ExitCode, TargetOptions.Debug, Words,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Failure.Debug = parsed.GetValue(TargetOptions.Debug);
        (string[] probes, string[] commandLine) = SplitWords(parsed);
        CaptureLimits limits = parsed.GetValue(Full) ? CaptureLimits.Full : CaptureLimits.Default;
        limits = limits with
        {
            Depth = Checked("--depth", parsed.GetValue(Depth), 0, 32) ?? limits.Depth,
            Items = Checked("--items", parsed.GetValue(Items), 0, 65_536) ?? limits.Items,
            StringBytes = Checked("--strings", parsed.GetValue(Strings), 0, 32_768) ?? limits.StringBytes,
            EventBytes = Checked("--bytes", parsed.GetValue(Bytes), 256, 65_536) ?? limits.EventBytes,
        };
        TimeSpan? duration = parsed.GetValue(Duration) is { } text ? Quantity("--duration", text, Quantities.ParseDuration) : null;
        if (parsed.GetValue(Count) is <= 0)
            throw Wrong("--count takes a number from 1");
        using ProbeSession session = ProbeSession.Start(new SessionOptions
        {
            ProcessIds = parsed.GetValue(TargetOptions.Pid) ?? [],
            Executable = parsed.GetValue(TargetOptions.Exe),
            Library = parsed.GetValue(TargetOptions.Lib),
            DebugFiles = parsed.GetValue(TargetOptions.DebugFile) ?? [],
            DebugDirectories = parsed.GetValue(TargetOptions.DebugDir) ?? [],
            Command = commandLine,
            LauncherPath = Environment.ProcessPath,
            Probes = probes,
            Definitions = [.. (parsed.GetValue(ProbeFiles) ?? []).SelectMany(path => ReadProbes(path, limits))],
            Sample = parsed.GetValue(Sample) is { } share ? Quantity("--sample", share, Quantities.ParseSample) : 1,
            Redaction = RedactionOf(parsed),
            Limits = limits,
            Rate = parsed.GetValue(Rate),
            BudgetPercent = parsed.GetValue(Budget) is { } percent and not (>= 0 and <= 100_000) ? throw Wrong("--budget takes a percentage") : parsed.GetValue(Budget),
            FireOnError = parsed.GetValue(OnError) switch { "fire" => true, "drop" => false, _ => throw Wrong("--on-error takes \"drop\" or \"fire\"") },
            Stacks = parsed.GetValue(Stack),
            KeepGoing = parsed.GetValue(KeepGoing),
            BufferBytes = parsed.GetValue(Buffer) is { } size ? (int)Quantity("--buffer", size, t => Quantities.ParseBytes(t, 4096, 1 << 30)) : 8 << 20,
        });
        foreach (Diagnostic diagnostic in session.Diagnostics)
            Failure.Write(diagnostic);

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        using Stream output = StandardStreams.Output();
        using Stream notices = StandardStreams.Error();
        ISink sink = parsed.GetValue(Json)
            ? new JsonSink(output, new JsonSinkOptions { NumbersAsStrings = parsed.GetValue(Numbers) == "string", ShowTypes = parsed.GetValue(ShowTypes) })
            : new TextSink(output, notices, new TextSinkOptions { Colour = TargetOptions.UseColour(), Pretty = parsed.GetValue(Pretty), ShowTypes = parsed.GetValue(ShowTypes) });
        if (parsed.GetValue(Json))
            sink = new NoticesToo(sink, new TextSink(Stream.Null, notices));
        SessionSummary summary = session.Run(sink, parsed.GetValue(Count), duration);
        if (summary.Output == OutputState.Blocked)
            Console.Error.WriteLine("sonde: standard output does not take any more: what follows is not on it, the last events may be missing");
        if (summary.Output == OutputState.Blocked || (summary.Output == OutputState.Closed && !parsed.GetValue(Json)))
            new TextSink(Stream.Null, notices).Summary(summary);
        return parsed.GetValue(ExitCode) ? summary.ExitStatus ?? 0 : 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            session.Stop();
        }
    }

    private static IReadOnlyList<ProbeDefinition> ReadProbes(string path, CaptureLimits limits)
    {
        try
        {
            return ProbeFile.Parse(File.ReadAllText(path), limits, path).Probes;
        }
        catch (ProbeFileException e)
        {
            throw new SondeException(new Diagnostic(ProbeFileException.Code, DiagnosticKind.Request, e.Render(path)), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SondeException(new Diagnostic(ProbeFileException.Code, DiagnosticKind.Request, $"{path} cannot be read: {e.Message}"), e);
        }
    }

    // Each of the options that add to it asks for it.
    private static Redaction? RedactionOf(ParseResult parsed)
    {
        var redaction = new Redaction
        {
            Words = parsed.GetValue(RedactWord) ?? [],
            Types = parsed.GetValue(RedactType) ?? [],
            Patterns = parsed.GetValue(RedactName) ?? [],
            AllowConditions = parsed.GetValue(RedactConditions),
        };
        return parsed.GetValue(Redact) || redaction.AllowConditions || redaction.Words.Count + redaction.Types.Count + redaction.Patterns.Count > 0 ? redaction : null;
    }

    // What stands behind "--" is the command; the parser does not tell the two apart.
    private static (string[] Probes, string[] Command) SplitWords(ParseResult parsed)
    {
        string[] words = parsed.GetValue(Words) ?? [];
        int commandWords = 0;
        int separator = -1;
        for (int i = 0; i < parsed.Tokens.Count; i++)
        {
            if (parsed.Tokens[i].Type == System.CommandLine.Parsing.TokenType.DoubleDash)
            {
                separator = i;
                break;
            }
        }

        if (separator >= 0)
            commandWords = parsed.Tokens.Count - separator - 1;
        return (words[..^commandWords], words[^commandWords..]);
    }

    private static int? Checked(string option, int? value, int low, int high) =>
        value is { } number && (number < low || number > high) ? throw Wrong($"{option} takes a number from {low} to {high}") : value;

    private static T Quantity<T>(string option, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (ProbeSyntaxException e)
        {
            throw new SondeException(new Diagnostic("SND1005", DiagnosticKind.Request, $"{option}: {e.Message}", e.Hint));
        }
    }

    private static SondeException Wrong(string message) => new(new Diagnostic("SND1005", DiagnosticKind.Request, message));

    /// <summary>What is worth a notice is for people as well as for programs.</summary>
    private sealed class NoticesToo(ISink events, ISink notices) : ISink
    {
        public void Attached(AttachedReport report) => events.Attached(report);

        public void Event(Values.CapturedEvent captured) => events.Event(captured);

        public void Notice(SessionNotice notice)
        {
            events.Notice(notice);
            notices.Notice(notice);
        }

        public void Summary(SessionSummary summary) => events.Summary(summary);

        public void Flush() => events.Flush();
    }
}
