using System.Diagnostics;

namespace Sonde.KernelTests.Signatures;

/// <summary>A compiled generated program that calls all of its functions when told to.</summary>
internal sealed class SignatureTarget : IDisposable
{
    private readonly Process _process;

    private SignatureTarget(Process process) => _process = process;

    /// <summary>The process.</summary>
    public int Pid => _process.Id;

    /// <summary>Compiles a file; null when there is no such compiler.</summary>
    public static string? Compile(string compiler, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(compiler, arguments) { RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        start.Environment.Remove("GOROOT");
        try
        {
            using Process process = Process.Start(start)!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : throw new InvalidOperationException($"{compiler}: {errors[..Math.Min(errors.Length, 4000)]}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Starts the program and waits until it is ready.</summary>
    public static SignatureTarget Start(string path)
    {
        Process process = Process.Start(new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        string? line = process.StandardOutput.ReadLine();
        return line?.StartsWith("ready", StringComparison.Ordinal) == true ? new SignatureTarget(process) : throw new InvalidOperationException($"the target answered '{line}'");
    }

    /// <summary>Has each function called once.</summary>
    public void CallAll(string word = "g")
    {
        _process.StandardInput.Write(word);
        _process.StandardInput.Flush();
        string? line = _process.StandardOutput.ReadLine();
        if (line != "done")
            throw new InvalidOperationException($"the target answered '{line}'");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
            _process.Kill();
        _process.Dispose();
    }
}
