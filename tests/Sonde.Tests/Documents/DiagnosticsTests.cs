using System.Text.RegularExpressions;
using Xunit;

namespace Sonde.Tests.Documents;

/// <summary>Each code that can be shown is explained in docs/diagnostics.md.</summary>
public sealed partial class DiagnosticsTests
{
    [Fact]
    public void Each_code_has_a_heading()
    {
        HashSet<string> used = [.. RepositoryFiles.Sources.SelectMany(path => Code().Matches(File.ReadAllText(path))).Select(match => match.Value)];
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryFiles.Root, "docs", "diagnostics.md"));
        string[] headings = [.. lines.Select(line => Heading().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];
        Assert.Empty(used.Except(headings).Order(StringComparer.Ordinal));
        Assert.Equal(headings.Length, headings.Distinct().Count());
    }

    [GeneratedRegex(@"\bSND\d{4}\b")]
    private static partial Regex Code();

    [GeneratedRegex(@"^## (SND\d{4})\b")]
    private static partial Regex Heading();
}
