using System.Text.Json;
using Sonde.KernelTests.Signatures;
using Sonde.Sinks;
using Xunit;

namespace Sonde.KernelTests.Expressions;

/// <summary>
/// The expression language against running programs: every line of tests/Targets/expressions is captured, and decides as a
/// condition, in the kernel. All lines of a language in one session.
/// </summary>
public sealed class ConformanceTests(ITestOutputHelper output)
{
    private static readonly string s_targets = Path.Combine(FindRoot(), "tests", "Targets");

    private static bool All => Environment.GetEnvironmentVariable("SONDE_TEST_ALL") == "1";

    public static IEnumerable<TheoryDataRow<string, string, string>> Compilers() => All
        ? from one in (string[])["c gcc", "c clang", "cpp g++", "cpp clang++"]
          from level in (string[])["-O0", "-O2"]
          select new TheoryDataRow<string, string, string>(one.Split(' ')[0], one.Split(' ')[1], level)
        : [new("c", "gcc", "-O2"), new("cpp", "g++", "-O0")];

    [Theory]
    [MemberData(nameof(Compilers))]
    public void C_and_Cpp(string language, string compiler, string level)
    {
        string standard = language == "c" ? "-std=gnu11" : "-std=gnu++17";
        Check(language, binary => SignatureTarget.Compile(compiler, ["-g", standard, "-w", level, "-o", binary, Path.Combine(s_targets, language, $"expressions.{language}")]) is not null);
    }

    [Theory]
    [InlineData("-O1")]
    public void Rust(string level) => Check("rust", binary => SignatureTarget.Compile(
        "rustc", ["-g", "-A", "warnings", "--edition", "2021", "-C", $"opt-level={level[2..]}", "-o", binary, Path.Combine(s_targets, "rust", "expressions.rs")]) is not null);

    public static IEnumerable<TheoryDataRow<string, bool>> GoVersions() =>
        from version in (All ? "1.15,1.19,1.22,1.24,1.25,1.26,1.27" : "1.15,1.19,1.26").Split(',')
        from optimised in All ? new[] { true, false } : [true]
        select new TheoryDataRow<string, bool>(version, optimised);

    [Theory]
    [MemberData(nameof(GoVersions))]
    public void Go(string version, bool optimised)
    {
        string tool = Sites.GrowthTarget.Toolchain(version);
        string[] flags = optimised ? [] : ["-gcflags=-N -l"];
        var environment = Sites.GrowthTarget.Environment(module: true);

        // The module is found from the folder of its files. (Kernel guests have busybox's env, which knows no -C.)
        Check("go", binary => SignatureTarget.Compile(
            "bash", ["-c", "cd \"$0\" && exec \"$@\"", Path.Combine(s_targets, "go"), tool, "build", .. flags, "-o", binary, "./expressions"], environment) is not null,
            All || version == "1.26" ? null : version == "1.15" ? 0 : 1);
    }

    // Half of the lines each for the older versions of a language, unless all is tested.
    private void Check(string language, Func<string, bool> compile, int? half = null)
    {
        Require.Kernel();
        string directory = Directory.CreateTempSubdirectory("sonde-expressions-").FullName;
        try
        {
            string binary = Path.Combine(directory, "expressions");
            if (!compile(binary))
                Assert.Skip("the compiler is not installed");
            IReadOnlyList<Expectation> lines = Expectation.Read(Path.Combine(s_targets, "expressions", $"{language}.txt"));
            if (half is { } part)
                lines = [.. lines.Where((_, i) => i % 2 == part)];
            List<string> wrong = Run(lines, binary);
            output.WriteLine($"{lines.Count} expressions, {wrong.Count} wrong");
            Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(60)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static List<string> Run(IReadOnlyList<Expectation> lines, string binary)
    {
        using SignatureTarget target = SignatureTarget.Start(binary);
        string[] probes = [.. lines.SelectMany(l => l.Condition is { } condition ? (string[])[l.Capture, condition] : [l.Capture])];
        using var text = new MemoryStream();
        IReadOnlyList<Diagnostic> diagnostics;
        SessionSummary summary;
        using (ProbeSession session = ProbeSession.Start(new SessionOptions { ProcessIds = [target.Pid], Probes = probes, KeepGoing = true }))
        {
            diagnostics = session.Diagnostics;
            target.CallAll("g\n");
            summary = session.Run(new JsonSink(text), null, TimeSpan.FromMilliseconds(300));
        }

        text.Position = 0;
        var values = new Dictionary<string, JsonElement>();
        foreach (string line in new StreamReader(text).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            JsonElement json = JsonDocument.Parse(line).RootElement;
            if (json.TryGetProperty("values", out JsonElement captured))
                values[json.GetProperty("probe").GetString()!] = captured.GetProperty("v");
        }

        Dictionary<string, string> errors = diagnostics.Where(d => d.Where is not null).DistinctBy(d => d.Where).ToDictionary(d => d.Where!, d => d.Message + " " + d.Hint);
        var decided = summary.Probes.DistinctBy(p => p.Probe).ToDictionary(p => p.Probe);
        var wrong = new List<string>();
        foreach (Expectation line in lines)
        {
            string at = $"{line.Line}: {line.Expression} => {line.Expected}, but";
            if (errors.TryGetValue(line.Capture, out string? error))
            {
                if (!line.IsError(error))
                    wrong.Add($"{at} {error.ReplaceLineEndings(" ")}");
                continue;
            }

            if (!values.TryGetValue(line.Capture, out JsonElement value))
                wrong.Add($"{at} there is no event");
            else if (!line.IsValue(value))
                wrong.Add($"{at} {value.GetRawText()}");
            if (line.Condition is { } condition && (!decided.TryGetValue(condition, out ProbeSummary? probe) || probe.Events != (line.Expected == "true" ? 1ul : 0)
                || probe.Causes.Filtered != 1 - probe.Events))
                wrong.Add($"{at} as a condition {(errors.TryGetValue(condition, out string? why) ? why.ReplaceLineEndings(" ") : decided.GetValueOrDefault(condition)?.ToString() ?? "nothing")}");
        }

        return wrong;
    }

    private static string FindRoot()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Sonde.slnx")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
