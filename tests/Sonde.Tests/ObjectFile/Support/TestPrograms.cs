using System.Security.Cryptography;
using System.Text;

namespace Sonde.Tests.ObjectFile.Support;

/// <summary>
/// Programs that tests read, built on demand by the compilers of the machine and kept by a hash of source and command, so that only the first run pays.
/// </summary>
internal static class TestPrograms
{
    private static readonly string s_cache = Path.Combine(Path.GetTempPath(), $"sonde-test-programs-{System.Environment.UserName}");
    private static readonly Lock s_lock = new();

    /// <summary>Whether the long comparisons run too (<c>make test-all</c> sets it).</summary>
    public static bool All => System.Environment.GetEnvironmentVariable("SONDE_TEST_ALL") == "1";

    /// <summary>Go versions to test with; three where nothing is said.</summary>
    public static string[] GoVersions => (System.Environment.GetEnvironmentVariable("SONDE_GO_VERSIONS") ?? "1.15,1.19,1.26").Split(',', StringSplitOptions.RemoveEmptyEntries);

    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Builds one source text. The command is split at blanks (one that cannot be broken stands for a blank within a word); "{in}" and "{out}" stand for
    /// the files. Several commands are separated by two ampersands.
    /// </summary>
    public static string Build(string source, string extension, string command)
    {
        var output = Path.Combine(s_cache, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\0{extension}\0{command}")))[..24]);
        lock (s_lock)
        {
            if (File.Exists(output)) return output;
            Directory.CreateDirectory(s_cache);
            var work = Directory.CreateTempSubdirectory("sonde-build-").FullName;
            try
            {
                var input = Path.Combine(work, "program" + extension);
                File.WriteAllText(input, source);
                var temporary = Path.Combine(work, "out");
                foreach (var step in command.Split(" && "))
                {
                    var words = step.Split(' ').Select(word => word.Replace("{in}", input).Replace("{out}", temporary).Replace("{dir}", work).Replace('\u00a0', ' ')).ToArray();
                    ExternalTool.Run(words[0], words[1..], EnvironmentOf(words[0]));
                }

                File.Move(temporary, output, overwrite: true);
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }
        }

        return output;
    }

    /// <summary>The C program that most tests use.</summary>
    public static string C(string flags = "-g -O2", string compiler = "gcc") => Build(File.ReadAllText(Source("sample.c")), ".c", $"{compiler} {flags} -o {{out}} {{in}} -lm");

    /// <summary>The C++ program that most tests use.</summary>
    public static string Cpp(string flags = "-g -O2", string compiler = "g++") => Build(File.ReadAllText(Source("sample.cpp")), ".cpp", $"{compiler} {flags} -o {{out}} {{in}}");

    public static string Rust(string flags = "-g") => Build(File.ReadAllText(Source("sample.rs")), ".rs", $"rustc {flags} -o {{out}} {{in}}");

    /// <summary>A Go program by one of the toolchains that <c>scripts/go-toolchain</c> provides.</summary>
    public static string Go(string version, string flags = "")
    {
        var root = ExternalTool.Lines(Path.Combine(Root, "scripts", "go-toolchain"), version).First();
        return Build(File.ReadAllText(Source("sample.go")), ".go", $"{root}/bin/go build {(flags.Length > 0 ? flags + " " : "")}-o {{out}} {{in}}");
    }

    private static string Source(string name) => Path.Combine(Root, "tests", "Sonde.Tests", "ObjectFile", "Programs", name);

    private static Dictionary<string, string?> EnvironmentOf(string tool) => !tool.EndsWith("/go", StringComparison.Ordinal) ? [] : new()
    {
        ["GOROOT"] = null,
        ["GOTOOLCHAIN"] = "local",
        ["GOPROXY"] = "off",
        ["GO111MODULE"] = "off",
        ["GOFLAGS"] = null,
        ["GOCACHE"] = Path.Combine(s_cache, "go-build"),
    };

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Sonde.slnx"))) directory = directory.Parent ?? throw new InvalidOperationException("not within the repository");
        return directory.FullName;
    }
}
