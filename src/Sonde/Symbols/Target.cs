using Sonde.ObjectFile.Bytes;

namespace Sonde.Symbols;

/// <summary>What is traced: processes, or every process that runs a file.</summary>
internal sealed class Target : IDisposable
{
    private Target(Image executable, IReadOnlyList<int> processes)
    {
        Executable = executable;
        Processes = processes;
    }

    /// <summary>The program.</summary>
    public Image Executable { get; }

    /// <summary>The processes; none for every process that runs the file.</summary>
    public IReadOnlyList<int> Processes { get; }

    /// <summary>Running processes. All must run the same file.</summary>
    /// <exception cref="SondeException">One is not there, or cannot be looked at.</exception>
    public static Target OfProcesses(IReadOnlyList<int> processes)
    {
        string? first = null;
        foreach (int process in processes)
        {
            string path = ExecutableOf(process);
            first ??= path;
            if (path != first)
                throw Wrong("SND2006", $"process {process} runs {path}, not {first} as process {processes[0]} does", "trace programs that differ by one sonde each");
        }

        return new Target(OpenImage(first!, $"/proc/{processes[0]}/exe"), processes);
    }

    /// <summary>A file, whoever runs it, or the process that is going to.</summary>
    /// <exception cref="SondeException">It is no program that can be traced.</exception>
    public static Target OfFile(string path, int? process = null)
    {
        if (Directory.Exists(path))
            throw Wrong("SND2002", $"{path} is a directory");
        return new Target(OpenImage(Path.GetFullPath(path), null), process is { } pid ? [pid] : []);
    }

    /// <inheritdoc/>
    public void Dispose() => Executable.Dispose();

    private static string ExecutableOf(int process)
    {
        if (!Directory.Exists($"/proc/{process}"))
            throw Wrong("SND2001", $"there is no process {process}", "`pgrep -a NAME` lists processes by name");
        try
        {
            string? path = new FileInfo($"/proc/{process}/exe").LinkTarget;
            if (path is not null)
                return path;
        }
        catch (UnauthorizedAccessException)
        {
            throw Refused($"process {process} may not be looked at", "run as root");
        }
        catch (IOException)
        {
            // Told apart below.
        }

        if (!Directory.Exists($"/proc/{process}"))
            throw Wrong("SND2001", $"process {process} has ended");
        if (IsForbidden($"/proc/{process}/exe"))
            throw Refused($"process {process} may not be looked at", "run as root");
        throw Wrong("SND2003", $"process {process} runs no file that can be read: it is a kernel thread, or has ended");
    }

    // What a link leads to is null both where there is no link and where it may not be read; opening tells.
    private static bool IsForbidden(string path)
    {
        try
        {
            File.OpenHandle(path).Dispose();
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            // Nothing is there.
        }

        return false;
    }

    private static Image OpenImage(string path, string? openPath)
    {
        try
        {
            return Image.Open(path, openPath);
        }
        catch (FileNotFoundException)
        {
            throw Wrong("SND2002", $"there is no file {path}");
        }
        catch (DirectoryNotFoundException)
        {
            throw Wrong("SND2002", $"there is no file {path}");
        }
        catch (UnauthorizedAccessException)
        {
            throw Refused($"{path} may not be read", "run as root");
        }
        catch (IOException e)
        {
            throw Wrong("SND2002", $"{path} cannot be read: {e.Message}");
        }
        catch (BinaryFormatException e) when (e.Code == BinaryError.NotElf)
        {
            throw Wrong("SND2004", $"{path} is not a program but {Describe(openPath ?? path)}", "give the interpreter or the program that it runs");
        }
        catch (BinaryFormatException e)
        {
            throw Wrong("SND2005", $"{path}: {e.Message}");
        }
    }

    private static string Describe(string path)
    {
        Span<byte> start = stackalloc byte[2];
        using FileStream file = File.OpenRead(path);
        return file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("#!"u8) ? "a script" : "a file that is not ELF";
    }

    private static SondeException Wrong(string code, string message, string? hint = null) =>
        new(new Diagnostic(code, DiagnosticKind.Request, message, hint));

    private static SondeException Refused(string message, string hint) =>
        new(new Diagnostic("SND4001", DiagnosticKind.System, message, hint));
}
