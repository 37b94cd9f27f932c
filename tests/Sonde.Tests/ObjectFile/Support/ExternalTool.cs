using System.Diagnostics;
using System.Text;

namespace Sonde.Tests.ObjectFile.Support;

/// <summary>Runs the tools that tests compare with. A tool that is missing fails the test: <c>scripts/ensure compilers</c> installs them.</summary>
internal static class ExternalTool
{
    /// <summary>Standard output, line by line, while the tool runs. Throws when it fails.</summary>
    public static IEnumerable<string> Lines(string file, params string[] arguments)
    {
        using var process = Start(file, arguments, new Dictionary<string, string?>());
        var error = new StringBuilder();
        process.ErrorDataReceived += (_, e) => error.AppendLine(e.Data);
        process.BeginErrorReadLine();
        while (process.StandardOutput.ReadLine() is { } line) yield return line;
        Finish(process, error, file, arguments);
    }

    /// <summary>All of its standard output, after it was given some input. Throws when it fails.</summary>
    public static string Output(string file, string[] arguments, string? input = null)
    {
        using var process = Start(file, arguments, new Dictionary<string, string?>(), input is not null);
        var error = new StringBuilder();
        process.ErrorDataReceived += (_, e) => error.AppendLine(e.Data);
        process.BeginErrorReadLine();
        var writing = input is null ? Task.CompletedTask : Task.Run(() =>
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        });
        var output = process.StandardOutput.ReadToEnd();
        writing.Wait();
        Finish(process, error, file, arguments);
        return output;
    }

    /// <summary>Runs to the end; throws with what it said when it fails.</summary>
    public static void Run(string file, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        using var process = Start(file, arguments, environment ?? new Dictionary<string, string?>());
        var error = new StringBuilder();
        process.ErrorDataReceived += (_, e) => error.AppendLine(e.Data);
        process.BeginErrorReadLine();
        process.StandardOutput.ReadToEnd();
        Finish(process, error, file, arguments);
    }

    private static Process Start(string file, string[] arguments, IReadOnlyDictionary<string, string?> environment, bool withInput = false)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = withInput };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"cannot start {file}");
    }

    private static void Finish(Process process, StringBuilder error, string file, string[] arguments)
    {
        process.WaitForExit();
        if (process.ExitCode > 128) throw new ToolCrashedException($"{file} {string.Join(' ', arguments)} ended by signal {process.ExitCode - 128}");
        // readelf says 1 when it warned about anything at all.
        if (process.ExitCode != 0 && (file != "readelf" || process.ExitCode != 1)) throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{error}");
    }
}

/// <summary>The tool did not survive its input (llvm-dwarfdump 14 recurses without end on some names of types): what it said before is all there is to compare.</summary>
internal sealed class ToolCrashedException(string message) : Exception(message);
