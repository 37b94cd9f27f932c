using System.Diagnostics;
using System.IO.Pipes;

namespace Sonde.Attaching;

/// <summary>
/// A command that is about to run. A stub, sonde's own binary, has been started in its place and waits on a pipe;
/// <see cref="Release"/> lets it become the command, under the same process id. Should Sonde die first, the stub ends.
/// </summary>
internal sealed class CommandLauncher : IDisposable
{
    /// <summary>The hidden command of the sonde binary that is the stub.</summary>
    public const string StubCommand = "__run-command";

    private readonly Process _process;
    private readonly AnonymousPipeServerStream _gate;

    private CommandLauncher(string path, Process process, AnonymousPipeServerStream gate)
    {
        Path = path;
        _process = process;
        _gate = gate;
    }

    /// <summary>The file that will run.</summary>
    public string Path { get; }

    /// <summary>Its process, now the stub's.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>How it ended: its status, or 128 and the signal's number; null while it runs.</summary>
    public int? ExitStatus => _process.HasExited ? _process.ExitCode : null;

    /// <summary>Starts the stub.</summary>
    /// <exception cref="SondeException">There is no such command.</exception>
    public static CommandLauncher Prepare(IReadOnlyList<string> command, string? launcher)
    {
        if (launcher is null)
            throw new SondeException(new Diagnostic("SND2008", DiagnosticKind.Request, "a command can be started by the sonde binary only", "set LauncherPath"));
        string path = Find(command[0]);
        var gate = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        try
        {
            var start = new ProcessStartInfo(launcher) { UseShellExecute = false };
            start.ArgumentList.Add(StubCommand);
            start.ArgumentList.Add(gate.GetClientHandleAsString());
            start.ArgumentList.Add(path);
            foreach (string word in command)
                start.ArgumentList.Add(word);
            Process process = Process.Start(start)!;
            gate.DisposeLocalCopyOfClientHandle();
            return new CommandLauncher(path, process, gate);
        }
        catch
        {
            gate.Dispose();
            throw;
        }
    }

    /// <summary>What the stub does; returns only when the command could not be run, with the exit status that says so.</summary>
    /// <param name="arguments">The arguments behind <see cref="StubCommand"/>: the pipe's descriptor, the file, the command's words.</param>
    public static int RunStub(ReadOnlySpan<string> arguments)
    {
        int status = Kernel.Processes.CommandStub.Run(int.Parse(arguments[0]), arguments[1], arguments[2..]);

        // When the gate stayed shut, sonde itself has said why.
        if (status == 126)
            Console.Error.WriteLine($"sonde: {arguments[1]} cannot be run");
        return status;
    }

    /// <summary>Lets the command run.</summary>
    public void Release()
    {
        try
        {
            _gate.WriteByte(1);
            _gate.Flush();
        }
        catch (IOException)
        {
            // The stub was killed; that the target has ended is seen where all such ends are seen.
        }
    }

    /// <summary>Ends the stub if it still waits; a command that runs goes on.</summary>
    public void Dispose()
    {
        _gate.Dispose();
        _process.Dispose();
    }

    private static string Find(string name)
    {
        if (name.Contains('/'))
            return File.Exists(name) ? System.IO.Path.GetFullPath(name) : throw NotFound(name);
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':'))
        {
            string path = System.IO.Path.Combine(folder.Length == 0 ? "." : folder, name);
            if (File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0)
                return System.IO.Path.GetFullPath(path);
        }

        throw NotFound(name);
    }

    private static SondeException NotFound(string name) =>
        new(new Diagnostic("SND2009", DiagnosticKind.Request, $"there is no command {name}"));
}
