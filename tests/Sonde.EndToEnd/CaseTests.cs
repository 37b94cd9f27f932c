using Sonde.EndToEnd.Cases;
using Sonde.EndToEnd.Running;
using Sonde.EndToEnd.Targets;
using Xunit;

namespace Sonde.EndToEnd;

/// <summary>
/// Every case of every case file, on every variant of its target. SONDE_CASES, a regular expression,
/// picks among the names; SONDE_ONLY_BUILD=1 builds the targets and runs nothing, SONDE_PREBUILT=1 builds nothing.
/// </summary>
public sealed class CaseTests
{
    private static readonly Lazy<Dictionary<string, (Case Item, Variant? Variant)>> s_rows = new(Load);

    public static TheoryData<string> Rows => [.. s_rows.Value.Keys];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Rows))]
    public async Task Case(string row)
    {
        (Case item, Variant? variant) = s_rows.Value[row];
        if (Environment.GetEnvironmentVariable("SONDE_ONLY_BUILD") == "1")
        {
            _ = variant is null ? null : await TargetBuilder.Build(item.Target!, variant);
            return;
        }

        foreach (string need in item.Needs)
        {
            Assert.SkipUnless(IsThere(need), $"needs {need}");
        }

        bool prebuilt = Environment.GetEnvironmentVariable("SONDE_PREBUILT") == "1";
        if (variant is { Language: not "go" } && !prebuilt)
        {
            Assert.SkipUnless(IsThere(variant.Tool), $"needs {variant.Tool}");
        }

        string? program = variant is null ? null : await TargetBuilder.Build(item.Target!, variant);
        await using CaseRun run = new(item, program);
        IReadOnlyList<string> wrong = await run.Play();
        if (wrong.Count > 0)
        {
            Assert.Fail(string.Join('\n', wrong));
        }
    }

    private static Dictionary<string, (Case Item, Variant? Variant)> Load()
    {
        string? wanted = Environment.GetEnvironmentVariable("SONDE_CASES");
        Dictionary<string, (Case, Variant?)> rows = [];
        foreach (Case item in CaseFile.ReadAll(Repository.At("tests", "EndToEnd-cases"), Repository.At("tests", "Targets")))
        {
            foreach (Variant? variant in VariantsOf(item))
            {
                string name = variant is null ? item.Name : $"{item.Name} [{variant.Language} {variant.Name}]";
                if (wanted is null || System.Text.RegularExpressions.Regex.IsMatch(name, wanted))
                {
                    rows.Add(name, (item, variant));
                }
            }
        }

        return rows;
    }

    private static Variant?[] VariantsOf(Case item) => item.Target is { } target
        ? [.. Variant.All.Where(variant => target.StartsWith(variant.Language + "/", StringComparison.Ordinal)
            && variant.IsTakenBy(item.Variants) && item.Needs.All(variant.Satisfies))]
        : [null];

    private static bool IsThere(string need) => need switch
    {
        "root" => Environment.UserName == "root",
        _ when need.StartsWith("go", StringComparison.Ordinal) => true,
        _ => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Any(folder => File.Exists(Path.Combine(folder, need))),
    };
}
