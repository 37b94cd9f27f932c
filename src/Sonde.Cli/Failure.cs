namespace Sonde.Cli;

/// <summary>How failures are told: one line, a hint, an exit code.</summary>
internal static class Failure
{
    /// <summary>Whether the whole story is wanted.</summary>
    public static bool Debug { get; set; }

    /// <summary>Writes why it did not work to standard error and gives the exit code.</summary>
    public static int Report(Exception exception)
    {
        switch (exception)
        {
            case SondeException sonde:
                Write(sonde.Diagnostic);
                if (Debug && sonde.InnerException is { } inner)
                    Console.Error.WriteLine(inner);
                return (int)sonde.Diagnostic.Kind;
            case IOException { HResult: 32 } or IOException { InnerException: System.Net.Sockets.SocketException }:
                return 0; // The reader of our output has gone: `sonde trace … | head`.
            case IOException or UnauthorizedAccessException:
                Console.Error.WriteLine($"sonde: {exception.Message}");
                return (int)DiagnosticKind.System;
            default:
                Console.Error.WriteLine($"sonde: internal error: {exception.Message}");
                if (Debug)
                    Console.Error.WriteLine(exception);
                else
                    Console.Error.WriteLine("  hint: run again with --debug and report what it says");
                return (int)DiagnosticKind.Internal;
        }
    }

    /// <summary>A command line that cannot be read, from the words of the parser.</summary>
    public static SondeException OfParsing(string message) => new(new Diagnostic(
        "SND1005", DiagnosticKind.Request, message.TrimEnd('.').Replace("expected type 'System.Int32'", "a number", StringComparison.Ordinal),
        "`sonde trace --help` shows how it is used"));

    /// <summary>Writes one diagnostic.</summary>
    public static void Write(Diagnostic diagnostic)
    {
        Console.Error.WriteLine($"sonde: {diagnostic.Message}");
        if (diagnostic.Hint is { } hint)
            Console.Error.WriteLine($"  hint: {hint}");
    }
}
