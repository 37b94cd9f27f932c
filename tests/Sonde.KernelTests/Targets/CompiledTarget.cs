using System.Diagnostics;
using System.Globalization;

namespace Sonde.KernelTests.Targets;

/// <summary>
/// A C program compiled once and running as a child: it prints the file offsets of its functions and then obeys lines
/// <c>FUNCTION COUNT THREADS</c>, each answered by <c>done</c>. Ends with its object.
/// </summary>
internal sealed class CompiledTarget : IDisposable
{
    private static readonly Lazy<string> Binary = new(Compile);
    private readonly Process _process;
    private readonly Dictionary<string, ulong> _offsets = [];

    private CompiledTarget(Process process) => _process = process;

    /// <summary>The file on disk.</summary>
    public static string Path => Binary.Value;

    /// <summary>The process.</summary>
    public int Pid => _process.Id;

    /// <summary>The file as a tracer opens it.</summary>
    public string Executable => $"/proc/{Pid}/exe";

    /// <summary>The file offset of a function's first byte.</summary>
    public ulong this[string function] => _offsets[function];

    /// <summary>Starts the program and waits until it is ready.</summary>
    public static CompiledTarget Start()
    {
        ProcessStartInfo start = new(Binary.Value) { RedirectStandardInput = true, RedirectStandardOutput = true };
        CompiledTarget target = new(Process.Start(start)!);
        while (target._process.StandardOutput.ReadLine() is { } line && line != "ready")
        {
            string[] words = line.Split(' ');
            target._offsets.Add(words[0], ulong.Parse(words[1], CultureInfo.InvariantCulture));
        }
        return target;
    }

    /// <summary>Calls a function <paramref name="count"/> times from each of some threads, and waits for it.</summary>
    public void Run(string function, int count, int threads = 1)
    {
        _process.StandardInput.WriteLine($"{function} {count} {threads}");
        _process.StandardInput.Flush();
        string? answer = _process.StandardOutput.ReadLine();
        if (answer != "done")
            throw new InvalidOperationException($"the target answered '{answer}'");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
            _process.Kill();
        _process.Dispose();
    }

    private static string Compile()
    {
        string directory = Directory.CreateTempSubdirectory("sonde-target-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        string source = System.IO.Path.Combine(directory, "target.c");
        string binary = System.IO.Path.Combine(directory, "target");
        File.WriteAllText(source, TargetSource.Text);
        try
        {
            using Process gcc = Process.Start("gcc", ["-O1", "-g", "-pthread", "-o", binary, source]);
            gcc.WaitForExit();
            if (gcc.ExitCode != 0)
                throw new InvalidOperationException("the target does not compile");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Require.Refuse($"gcc cannot be run: {e.Message}");
        }
        return binary;
    }
}
