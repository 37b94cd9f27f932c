using System.CommandLine;

namespace Sonde.Cli;

/// <summary>The options that name a target, the same for every command.</summary>
internal static class TargetOptions
{
    /// <summary>Running processes.</summary>
    public static Option<int[]> Pid { get; } = new("--pid", "-p") { Description = "a running process and all its threads; may repeat", HelpName = "PID" };

    /// <summary>A program file.</summary>
    public static Option<string?> Exe { get; } = new("--exe") { Description = "each process that runs this file, now or later", HelpName = "PATH" };

    /// <summary>A shared library of the target.</summary>
    public static Option<string?> Lib { get; } = new("--lib") { Description = "look names up in this shared library: its path, file name or soname", HelpName = "LIB" };

    /// <summary>Separate debug files.</summary>
    public static Option<string[]> DebugFile { get; } = new("--debug-file") { Description = "a separate debug file; may repeat", HelpName = "PATH" };

    /// <summary>Directories of separate debug files.</summary>
    public static Option<string[]> DebugDir { get; } = new("--debug-dir") { Description = "a directory with separate debug files; may repeat", HelpName = "DIR" };

    /// <summary>Tell everything on failure.</summary>
    public static Option<bool> Debug { get; } = new("--debug") { Description = "on failure, tell everything" };

    /// <summary>The target and the words beside it: without an option that names a target, the first word is its file.</summary>
    public static (int[] Processes, string? File, string[] Words) Read(ParseResult parsed, Argument<string[]> rest)
    {
        int[] processes = parsed.GetValue(Pid) ?? [];
        string? file = parsed.GetValue(Exe);
        string[] words = parsed.GetValue(rest) ?? [];
        return processes.Length == 0 && file is null && words.Length > 0 ? (processes, words[0], words[1..]) : (processes, file, words);
    }

    /// <summary>Whether standard output is a terminal that shows colours.</summary>
    public static bool UseColour() =>
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
