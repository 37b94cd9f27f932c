using Sonde.Sinks;
using Sonde.Specs;
using Sonde.Values;

using Xunit;

namespace Sonde.KernelTests.Signatures;

/// <summary>
/// The whole pipeline against what compilers really do: every argument and result of random signatures is what the program
/// passed, or missing for a reason that is true.
/// </summary>
public sealed class SignatureTests(ITestOutputHelper output)
{
    private static bool All => Environment.GetEnvironmentVariable("SONDE_TEST_ALL") == "1";

    public static IEnumerable<TheoryDataRow<string, string, int>> CPrograms()
    {
        foreach (int seed in Enumerable.Range(1, All ? 8 : 1))
        {
            foreach (string options in (string[])["-O0", "-O2", "-O2 -gdwarf-4", "-O0 local", "-O2 local", "-O2 cpp", "-O0 cpp"])
            {
                yield return new("gcc", options, seed);
                yield return new("clang", options, seed);
            }
        }
    }

    [Theory]
    [MemberData(nameof(CPrograms))]
    public void C_and_Cpp(string compiler, string options, int seed)
    {
        int functions = All ? 120 : 60;
        bool cpp = options.EndsWith("cpp", StringComparison.Ordinal), local = options.EndsWith("local", StringComparison.Ordinal);
        GeneratedProgram program = CSource.Make(seed, functions, cpp, local);
        InDirectory(directory =>
        {
            string source = Path.Combine(directory, cpp ? "p.cc" : "p.c"), binary = Path.Combine(directory, compiler);
            File.WriteAllText(source, program.Source);
            string tool = compiler == "gcc" ? (cpp ? "g++" : "gcc") : cpp ? "clang++" : "clang";
            string[] flags = [.. options.Split(' ').Where(o => o[0] == '-'), .. cpp ? (string[])["-std=c++17"] : []];
            if (SignatureTarget.Compile(tool, [.. flags, "-w", "-g", "-o", binary, source]) is null)
                Assert.Skip($"{tool} is not installed");
            Check(program, binary, "fn_*", local);
        });
    }

    public static IEnumerable<TheoryDataRow<string, string, int, bool>> GoPrograms() =>
        from version in (All ? "1.15,1.19,1.22,1.24,1.25,1.26,1.27" : "1.15,1.26").Split(',')
        from options in (string[])["", "-gcflags=-N -l"]
        from seed in Enumerable.Range(1, All ? 4 : 1)
        from collections in (bool[])[false, true]
        select new TheoryDataRow<string, string, int, bool>(version, options, seed, collections);

    [Theory]
    [MemberData(nameof(GoPrograms))]
    public void Go(string version, string options, int seed, bool collections)
    {
        GeneratedProgram program = GoSource.Make(seed, All ? 120 : 60, collections);
        InDirectory(directory =>
        {
            string source = Path.Combine(directory, "p.go"), binary = Path.Combine(directory, "go");
            File.WriteAllText(source, program.Source);
            string tool = Sites.GrowthTarget.Toolchain(version);
            string[] flags = options.Length > 0 ? [options] : [];
            var environment = Sites.GrowthTarget.Environment(module: false);
            if (SignatureTarget.Compile(tool, ["build", .. flags, "-o", binary, source], environment) is null)
                Assert.Skip($"Go {version} is not there");
            Check(program, binary, @"/^main\.fn_\d+$/", false, mayBeLost: f => version is "1.15" or "1.19" || !GoSource.Uses(f.Name));
        });
    }

    public static IEnumerable<TheoryDataRow<string, int>> RustPrograms() =>
        from options in (string[])["", "-O"]
        from seed in Enumerable.Range(1, All ? 8 : 1)
        select new TheoryDataRow<string, int>(options, seed);

    [Theory]
    [MemberData(nameof(RustPrograms))]
    public void Rust(string options, int seed)
    {
        GeneratedProgram program = RustSource.Make(seed, All ? 120 : 60);
        InDirectory(directory =>
        {
            string source = Path.Combine(directory, "p.rs"), binary = Path.Combine(directory, "rust");
            File.WriteAllText(source, program.Source);
            string[] flags = options.Length > 0 ? [options] : [];
            if (SignatureTarget.Compile("rustc", [.. flags, "-g", "-A", "warnings", "-o", binary, source]) is null)
                Assert.Skip("rustc is not installed");
            Check(program, binary, "p::fn_*", options.Length > 0, rust: true);
        });
    }

    private void InDirectory(Action<string> test)
    {
        Require.Kernel();
        string directory = Directory.CreateTempSubdirectory("sonde-signatures-").FullName;
        try
        {
            test(directory);
        }
        finally
        {
            if (Environment.GetEnvironmentVariable("SONDE_KEEP") is null)
                Directory.Delete(directory, recursive: true);
            else
                output.WriteLine(directory);
        }
    }

    private void Check(GeneratedProgram program, string binary, string pattern, bool local, bool rust = false, Func<Signature, bool>? mayBeLost = null)
    {
        using SignatureTarget target = SignatureTarget.Start(binary);
        var sink = new MemorySink();
        using (ProbeSession session = ProbeSession.Start(new SessionOptions
        {
            ProcessIds = [target.Pid],
            Probes = [$"call:{pattern}", $"return:{pattern}"],
            Limits = CaptureLimits.Full,
        }))
        {
            target.CallAll();
            session.Run(sink, 2 * program.Functions.Count, TimeSpan.FromSeconds(local ? 1 : 5));
        }

        Dictionary<(ProbeKind, string), CapturedEvent> events = sink.Events
            .GroupBy(e => (e.Source.Kind, Short(e.Source.Function))).ToDictionary(g => g.Key, g => g.First()); // fn_1.part.0
        var tally = new Tally(binary.EndsWith("clang", StringComparison.Ordinal), rust);
        foreach (Signature function in program.Functions)
        {
            if (!events.TryGetValue((ProbeKind.Call, function.Name), out CapturedEvent? call)
                || !events.TryGetValue((ProbeKind.Return, function.Name), out CapturedEvent? @return))
            {
                if (!local)
                    tally.Wrong.Add($"{function.Declaration}: no event");
                continue;
            }

            bool lost = local || mayBeLost?.Invoke(function) == true;
            tally.Compare(function, "argument", function.Arguments, call.Arguments, lost);
            tally.Compare(function, "result", function.Results, call.Results, lost);
            tally.Compare(function, "result alone", function.Results, @return.Results, lost);
        }

        output.WriteLine($"{tally.Right} right, {tally.Wrong.Count} wrong, missing: {string.Join(", ", tally.Missing.Select(m => $"{m.Value} {m.Key}"))}");
        Assert.True(tally.Wrong.Count == 0, $"{tally.Wrong.Count} of {tally.Right + tally.Wrong.Count}:\n{string.Join('\n', tally.Wrong.Take(25))}");
        Assert.True(local || tally.Right > program.Functions.Count);
    }

    // "fn_1", "main.fn_1", "fn_1(int, s3)", "p::fn_1"
    private static string Short(string function)
    {
        int end = function.IndexOf('(');
        string name = end < 0 ? function : function[..end];
        int start = name.LastIndexOf("fn_", StringComparison.Ordinal);
        int suffix = name.IndexOf('.', start);
        return suffix < 0 ? name[start..] : name[start..suffix]; // fn_1.isra.0
    }

    private sealed class Tally(bool clang, bool rust)
    {
        public int Right { get; private set; }

        public List<string> Wrong { get; } = [];

        public SortedDictionary<MissingReason, int> Missing { get; } = [];

        public void Compare(
            Signature function, string what, Dictionary<string, Expected> expected, IEnumerable<NamedValue> values, bool mayBeOptimizedOut)
        {
            var leaves = new ValueLeaves();
            foreach (NamedValue value in values)
            {
                // clang calls a parameter that goes by reference a reference.
                bool reference = clang && value.Value is PointerValue { Target: RecordValue or MissingValue };
                leaves.Add(value.Name, reference ? ((PointerValue)value.Value).Target : value.Value);
            }

            foreach ((string path, Expected scalar) in expected)
            {
                int end = path.IndexOfAny(['.', '[']);
                string variable = end < 0 ? path : path[..end];
                string? seen = leaves[path];
                if (seen == scalar.Text)
                    Right++;
                else if (seen is null && leaves.MissingAt(path) is { } reason && IsTrue(function, reason, path, expected, mayBeOptimizedOut))
                    Missing[reason] = Missing.GetValueOrDefault(reason) + 1;
                else if (clang && !leaves.Paths.Any(k => k.StartsWith(variable, StringComparison.Ordinal)))
                    Missing[MissingReason.NoDebugInfo] = Missing.GetValueOrDefault(MissingReason.NoDebugInfo) + 1;
                else
                    Wrong.Add($"{function.Declaration}: {what} {path}: {scalar.Text}, seen {seen ?? leaves.MissingAt(path)?.ToString() ?? $"only {string.Join(' ', leaves.Paths.Where(p => p.StartsWith(variable, StringComparison.Ordinal)))}"}");
            }
        }

        // An integer in a vector register has a float beside it.
        private bool IsTrue(Signature function, MissingReason reason, string path, Dictionary<string, Expected> expected, bool mayBeOptimizedOut)
        {
            int end = path.IndexOfAny(['.', '[']);
            string variable = end < 0 ? path : path[..end];
            return reason switch
            {
                MissingReason.FpRegister => expected.Any(e => e.Key.StartsWith(variable, StringComparison.Ordinal) && e.Value.Vector),
                MissingReason.OptimizedOut => mayBeOptimizedOut || clang,

                // Of what holds maps of maps of maps there is more than an event has room for, and types that are met here first.
                MissingReason.SizeLimit or MissingReason.DepthLimit or MissingReason.TypeNotLoaded => path.Contains('{') || path.Contains('[') || path.Contains('<'),
                MissingReason.Unsupported when mayBeOptimizedOut || rust => true,
                MissingReason.Unsupported => function.Declaration.Contains("__int128", StringComparison.Ordinal) && clang,
                _ => false,
            };
        }
    }
}
