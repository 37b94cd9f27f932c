using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sonde.EndToEnd.Running;

namespace Sonde.EndToEnd.Targets;

/// <summary>Builds the programs below tests/Targets, each once per variant and content, into out/targets.</summary>
internal static class TargetBuilder
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private static readonly ConcurrentDictionary<string, Task<string>> s_built = [];
    private static readonly ConcurrentDictionary<string, Task<string>> s_versions = [];

    /// <summary>The path of the built program; throws with the compiler's output when it does not compile.</summary>
    /// <param name="target">`language/program`.</param>
    /// <param name="variant">How to build it.</param>
    public static Task<string> Build(string target, Variant variant) =>
        s_built.GetOrAdd($"{target} {variant.Name}", _ => BuildOnce(target, variant));

    private static async Task<string> BuildOnce(string target, Variant variant)
    {
        if (Environment.GetEnvironmentVariable("SONDE_PREBUILT") == "1")
        {
            return Prebuilt(target, variant);
        }

        string language = Repository.At("tests", "Targets", variant.Language);
        string program = Path.GetFileName(target);
        string key = await Key(language, program, variant);
        string output = Repository.At("out", "targets", target, $"{variant.Name}-{key}", program);
        if (File.Exists(output))
        {
            return output;
        }

        string fresh = $"{output}.{Environment.ProcessId}";
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        if (variant.Language == "go")
        {
            await BuildGo(language, program, variant, fresh);
        }
        else
        {
            await Command.Run(Words(program, variant, fresh), Limit, language);
        }

        File.Move(fresh, output, overwrite: true);
        return output;
    }

    /// <summary>In a kernel guest, which has no compilers: what was built outside.</summary>
    private static string Prebuilt(string target, Variant variant) => Directory
        .EnumerateFiles(Repository.At("out", "targets", target), Path.GetFileName(target), SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(Path.GetDirectoryName(path))!.StartsWith(variant.Name + "-", StringComparison.Ordinal))
        .MaxBy(File.GetLastWriteTimeUtc) ?? throw new FileNotFoundException($"{target} was not built for {variant.Name}");

    private static IReadOnlyList<string> Words(string program, Variant variant, string output) => variant.Language switch
    {
        "c" => [variant.Tool, "-g", "-std=gnu11", "-Wall", "-pthread", .. variant.Flags, "-o", output, $"{program}.c"],
        "cpp" => [variant.Tool, "-g", "-std=gnu++17", "-Wall", "-pthread", .. variant.Flags, "-o", output, $"{program}.cpp"],
        "rust" => [variant.Tool, "-g", "--edition", "2021", .. variant.Flags, "-o", output, $"{program}.rs"],
        _ => throw new ArgumentException($"no way to build {variant.Language}"),
    };

    private static async Task BuildGo(string folder, string program, Variant variant, string output)
    {
        string root = (await Command.Run([Repository.At("scripts", "go-toolchain"), variant.Tool], Limit))[^1];
        Dictionary<string, string> environment = new()
        {
            ["GOROOT"] = root,
            ["GOTOOLCHAIN"] = "local",
            ["GOPROXY"] = "off",
            ["GOFLAGS"] = "-mod=mod",
            ["GO111MODULE"] = "on",
            ["GOCACHE"] = Path.Combine(Cache(), "go-build"),
        };
        await Command.Run(
            [Path.Combine(root, "bin", "go"), "build", .. variant.Flags, "-o", output, $"./{program}"], Limit, folder, environment);
    }

    private static string Cache() => Environment.GetEnvironmentVariable("SONDE_CACHE") is { Length: > 0 } path
        ? path
        : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", ".cache", "sonde");

    /// <summary>Sources, what they share, flags and compiler version: whatever changes the outcome.</summary>
    private static async Task<string> Key(string language, string program, Variant variant)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string version = variant.Language == "go" ? variant.Tool : await s_versions.GetOrAdd(variant.Tool, CompilerVersion);
        hash.AppendData(Encoding.UTF8.GetBytes($"{version}\n{string.Join('\n', variant.Flags)}\n"));
        IEnumerable<string> files = Directory.EnumerateFiles(language, "*", SearchOption.AllDirectories)
            .Where(file => Belongs(Path.GetRelativePath(language, file), program));
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            hash.AppendData(await File.ReadAllBytesAsync(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }

    private static bool Belongs(string path, string program) =>
        !path.EndsWith(".case", StringComparison.Ordinal)
        && (path.Contains("protocol", StringComparison.Ordinal) || path == "go.mod"
            || path.StartsWith(program + "/", StringComparison.Ordinal) || Path.GetFileNameWithoutExtension(path) == program);

    private static async Task<string> CompilerVersion(string tool) =>
        (await Command.Run([tool, "--version"], TimeSpan.FromSeconds(20)))[0];
}
