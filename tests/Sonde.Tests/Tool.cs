using System.Diagnostics;

namespace Sonde.Tests;

/// <summary>Runs a program of the host that serves as an oracle.</summary>
internal static class Tool
{
    /// <summary>Its standard output; fails the test when it does not end with 0.</summary>
    public static string Run(string program, IEnumerable<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = input is not null };
        using var process = Process.Start(start)!;
        var writing = input is null ? Task.CompletedTask : Task.Run(() =>
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        });
        string output = process.StandardOutput.ReadToEnd();
        writing.Wait();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
