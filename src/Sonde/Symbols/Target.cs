using Sonde.ObjectFile.Bytes;

namespace Sonde.Symbols;

/// <summary>What is traced: processes, or every process that runs a file.</summary>
internal sealed class Target : IDisposable
{
    private const string Deleted = " (deleted)";

    private readonly ImageOptions _options;
    private readonly Dictionary<string, Image> _libraries = [];
    private readonly List<Diagnostic> _notices = [];

    private Target(Image executable, IReadOnlyList<int> processes, ImageOptions options, bool isRunning)
    {
        Executable = executable;
        Processes = processes;
        _options = options;
        IsRunning = isRunning;
    }

    /// <summary>What should be known of the images and keeps nothing from working.</summary>
    public IReadOnlyList<Diagnostic> Notices => _notices;

    /// <summary>The program.</summary>
    public Image Executable { get; }

    /// <summary>The processes; none for every process that runs the file.</summary>
    public IReadOnlyList<int> Processes { get; }

    /// <summary>Whether the processes run the program already, and have its libraries in memory.</summary>
    private bool IsRunning { get; }

    /// <summary>Running processes. All must run the same file.</summary>
    /// <exception cref="SondeException">One is not there, or cannot be looked at.</exception>
    public static Target OfProcesses(IReadOnlyList<int> processes, ImageOptions? options = null)
    {
        (string Path, ImageIdentity? Identity) first = default;
        foreach (int process in processes)
        {
            string path = ExecutableOf(process);
            ImageIdentity? identity = IdentityOf(process, path);
            if (first.Path is null)
                first = (path, identity);
            else if (identity is { } one && first.Identity is { } other ? one != other : path != first.Path)
                throw Wrong("SND2006", $"process {process} runs {path}, not {first.Path} as process {processes[0]} does", "trace programs that differ by one sonde each");
        }

        options ??= new ImageOptions();
        string root = $"/proc/{processes[0]}/root";
        return new Target(OpenImage(first.Path!, $"/proc/{processes[0]}/exe", root, options), processes, options, true);
    }

    /// <summary>A file, whoever runs it, or the process that is going to.</summary>
    /// <exception cref="SondeException">It is no program that can be traced.</exception>
    public static Target OfFile(string path, int? process = null, ImageOptions? options = null)
    {
        if (Directory.Exists(path))
            throw Wrong("SND2002", $"{path} is a directory");
        options ??= new ImageOptions();
        return new Target(OpenImage(Path.GetFullPath(path), null, "", options), process is { } pid ? [pid] : [], options, false);
    }

    /// <summary>The image that a probe's names are looked up in.</summary>
    /// <param name="library">The library that the probe names; null for that of the options, or the program.</param>
    /// <exception cref="SondeException">No such library is in the processes.</exception>
    public Image ImageOf(string? library)
    {
        if ((library ?? _options.Library) is not { } name)
            return Executable;
        if (_libraries.TryGetValue(name, out Image? known))
            return known;
        Image image = IsRunning ? OpenMapped(name) : OpenByName(name);
        _libraries.Add(name, image);
        return image;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Image image in _libraries.Values)
            image.Dispose();
        Executable.Dispose();
    }

    private Image OpenMapped(string name)
    {
        (int Process, Mapping Mapping)? first = null;
        foreach (int process in Processes)
        {
            IReadOnlyList<Mapping> mappings = MappingsOf(process);
            if (LibrarySearch.Find(process, mappings, name) is not { } mapping)
            {
                if (first is null && LibrarySearch.Find(Executable.Elf, Executable.Path, name, $"/proc/{process}/root") is { } path)
                    return OpenInAdvance(process, path);
                IReadOnlyList<string> near = Specs.Names.Suggestions.Find(name, mappings.Where(m => m.IsExecutable).Select(m => Path.GetFileName(m.Path)).Distinct(), 3);
                throw Wrong(
                    "SND2010", $"process {process} has no library {name} in memory",
                    near.Count > 0 ? $"did you mean {string.Join(" or ", near)}?" : $"`grep -F .so /proc/{process}/maps` lists its libraries; for one that is loaded later give its path");
            }

            first ??= (process, mapping);
            if (mapping.Identity != first.Value.Mapping.Identity)
            {
                throw Wrong(
                    "SND2006", $"process {process} uses another file as {name} than process {first.Value.Process}: {mapping.Path} and {first.Value.Mapping.Path}",
                    "trace processes that differ by one sonde each");
            }
        }

        (int owner, Mapping file) = first!.Value;
        return OpenImage(file.Path, LibrarySearch.OpenPath(owner, file), $"/proc/{owner}/root", _options);
    }

    // Probes belong to files: the kernel puts them in when a process maps the file.
    private Image OpenInAdvance(int process, string path)
    {
        _notices.Add(new Diagnostic("SND2012", DiagnosticKind.Request, $"process {process} has not loaded {path} yet: the probes are in place when it does"));
        string root = $"/proc/{process}/root";
        return OpenImage(path, ProcessRoot.Resolve(root, path), root, _options);
    }

    private Image OpenByName(string name) => LibrarySearch.Find(Executable.Elf, Executable.Path, name) is { } path
        ? OpenImage(path, null, "", _options)
        : throw Wrong("SND2010", $"there is no library {name} where {Executable.Path} would load it from", "give its path");

    private static IReadOnlyList<Mapping> MappingsOf(int process)
    {
        try
        {
            return Mapping.Of(process);
        }
        catch (UnauthorizedAccessException)
        {
            throw Refused($"process {process} may not be looked at", "run as root");
        }
        catch (IOException)
        {
            throw Wrong("SND2001", $"process {process} has ended");
        }
    }

    // Null when the path of the executable is not among the mappings: it was moved.
    private static ImageIdentity? IdentityOf(int process, string path)
    {
        foreach (Mapping mapping in MappingsOf(process))
        {
            if (mapping.Path == path)
                return mapping.Identity;
        }

        return null;
    }

    private static string ExecutableOf(int process)
    {
        if (!Directory.Exists($"/proc/{process}"))
            throw Wrong("SND2001", $"there is no process {process}", "`pgrep -a NAME` lists processes by name");
        try
        {
            string? path = new FileInfo($"/proc/{process}/exe").LinkTarget;
            if (path is not null)
                return path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path;
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

    private static Image OpenImage(string path, string? openPath, string root, ImageOptions options)
    {
        try
        {
            Image image = Image.Open(path, openPath, root, options.DebugFiles);
            if (options.DebugFiles.Files.Count > 0 && image.Separate is null && options.Library is null)
            {
                string places = string.Join(", ", image.DebugFilePlaces);
                image.Dispose();
                throw Wrong("SND2011", $"no debug file given is that of {path}: {places}", "a debug file is of one build only: install that of this very version");
            }

            return image;
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
