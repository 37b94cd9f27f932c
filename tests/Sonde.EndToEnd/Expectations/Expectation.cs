using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sonde.EndToEnd.Expectations;

/// <summary>One EXPECT line, checked against what sonde wrote.</summary>
internal static partial class Expectation
{
    /// <summary>Null when the output is as expected, else what is wrong.</summary>
    public static string? Check(string expectation, IReadOnlyList<string> stdout, IReadOnlyList<string> stderr)
    {
        Match match = Form().Match(expectation);
        if (!match.Success)
        {
            throw new FormatException($"EXPECT cannot be read: {expectation}");
        }

        if (match.Groups["stream"].Success)
        {
            IReadOnlyList<string> lines = match.Groups["stream"].Value == "stderr" ? stderr : stdout;
            bool found = lines.Any(line => Regex.IsMatch(line, match.Groups["pattern"].Value));
            bool wanted = match.Groups["not"].Length == 0;
            return found == wanted ? null : $"{(wanted ? "no line" : "a line")} matches: {expectation}";
        }

        string count = match.Groups["count"].Value;
        using JsonDocument expected = JsonDocument.Parse(match.Groups["json"].Value);
        int matching = 0;
        string? closest = null;
        foreach (string line in stdout)
        {
            using JsonDocument actual = JsonDocument.Parse(line);
            string? difference = JsonSubset.Difference(expected.RootElement, actual.RootElement);
            matching += difference is null ? 1 : 0;
            closest = Deeper(closest, difference);
        }

        return count switch
        {
            "" when matching == 0 => $"no line has: {expectation}\n    closest: {closest ?? "nothing at all"}",
            "" => null,
            "none" => matching == 0 ? null : $"{matching} lines have: {expectation}",
            _ => matching == int.Parse(count, CultureInfo.InvariantCulture)
                ? null : $"{matching} lines have: {expectation}\n    closest: {closest}",
        };
    }

    // The difference found deepest inside is the most telling one.
    private static string? Deeper(string? one, string? other) =>
        one is null || (other is not null && Depth(other) > Depth(one)) ? other : one;

    private static int Depth(string difference) => difference.Split(':')[0].Count(c => c is '.' or '[');

    [GeneratedRegex(@"^(?:(?<stream>stdout|stderr)\s*(?<not>!?)~\s*(?<pattern>.+)|(?:(?<count>\d+|none)\s+)?(?<json>\{.*\}))$")]
    private static partial Regex Form();
}
