using System.Diagnostics;
using System.Globalization;

using Xunit;

namespace Sonde.KernelTests.Sites;

/// <summary>tests/Targets/go/growth, built by one Go version and waiting to run once.</summary>
internal sealed class GrowthTarget : IDisposable
{
    private readonly Process _process;

    private GrowthTarget(string path, Process process) => (Path, _process) = (path, process);

    public string Path { get; }

    public int Pid => _process.Id;

    /// <summary>
    /// The <c>go</c> of a version, fetched when it is not there yet. Kernel guests have what was made for them outside, and
    /// no toolchains to be fetched: there the test is skipped.
    /// </summary>
    public static string Toolchain(string version)
    {
        Assert.SkipWhen(
            System.Environment.GetEnvironmentVariable("SONDE_PREBUILT") == "1" && System.Environment.GetEnvironmentVariable("SONDE_GO_VERSIONS")?.Split(',').Contains(version) == false,
            $"Go {version} is not in this guest");
        string root = Repository();
        return System.IO.Path.Combine(Run("bash", [System.IO.Path.Combine(root, "scripts", "go-toolchain"), version], root, null).Trim(), "bin", "go");
    }

    public static GrowthTarget Start(string version, string directory)
    {
        string root = Repository();
        string goRoot = Run("bash", [System.IO.Path.Combine(root, "scripts", "go-toolchain"), version], root, null).Trim();
        string path = System.IO.Path.Combine(directory, $"growth-{version}");
        Run(System.IO.Path.Combine(goRoot, "bin", "go"), ["build", "-o", path, "./growth"], System.IO.Path.Combine(root, "tests", "Targets", "go"), goRoot);
        Process process = Process.Start(new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        if (process.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException("the target did not start");
        return new GrowthTarget(path, process);
    }

    /// <summary>Lets it run and returns how often it called each function.</summary>
    public Dictionary<string, long> Run()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        Dictionary<string, long> calls = [];
        while (_process.StandardOutput.ReadLine() is { } line)
            calls.Add(line[..line.LastIndexOf(' ')], long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        _process.WaitForExit();
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"the target ended with {_process.ExitCode}");
        return calls;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static string Repository()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory, "Sonde.slnx")))
            directory = System.IO.Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("not inside the repository");
    }

    /// <summary>What a Go command needs so that it asks nobody for anything.</summary>
    /// <param name="module">The program is a module and not a lone file.</param>
    public static Dictionary<string, string> Environment(bool module) => new()
    {
        ["GOTOOLCHAIN"] = "local",
        ["GOPROXY"] = "off",
        ["GOFLAGS"] = "-mod=mod",
        ["GO111MODULE"] = module ? "on" : "off",
        ["GOCACHE"] = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "sonde-gocache"),
    };

    private static string Run(string program, string[] arguments, string directory, string? goRoot)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = directory };
        if (goRoot is not null)
        {
            start.Environment["GOROOT"] = goRoot;
            foreach ((string name, string value) in Environment(true))
                start.Environment[name] = value;
        }
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} failed");
        return output;
    }
}
