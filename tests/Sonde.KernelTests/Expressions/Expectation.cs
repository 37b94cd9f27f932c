using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sonde.KernelTests.Expressions;

/// <summary>One line of tests/Targets/expressions: an expression at a place of a program and what comes of it.</summary>
/// <param name="Line">Where it stands in the file.</param>
/// <param name="Place">The probe it is captured by.</param>
/// <param name="Expression">The expression.</param>
/// <param name="Expected">A value as JSON, or <c>error:</c> and one of several parts of the message.</param>
internal sealed record Expectation(int Line, string Place, string Expression, string Expected)
{
    private const string Error = "error:";

    /// <summary>The probe that captures it.</summary>
    public string Capture => $"{Place} {{ v={Expression} }}";

    /// <summary>The probe that fires if it is true; null when it is no condition.</summary>
    public string? Condition => Expected is "true" or "false" ? $"{Place} if {Expression}" : null;

    /// <summary>Whether the message of a failure is the expected one.</summary>
    public bool IsError(string message) =>
        Expected.StartsWith(Error, StringComparison.Ordinal) && Expected[Error.Length..].Split(',').Any(part => message.Contains(part.Trim(), StringComparison.Ordinal));

    /// <summary>Whether an error is expected.</summary>
    public bool WantsError => Expected.StartsWith(Error, StringComparison.Ordinal);

    /// <summary>Whether a value is the expected one, digit by digit.</summary>
    public bool IsValue(JsonElement value)
    {
        if (WantsError)
            return false;
        JsonNode expected = JsonNode.Parse(Expected)!;
        JsonNode actual = JsonNode.Parse(value.GetRawText())!;
        if (expected is JsonObject one && one["$missing"] is { } reasons)
            return actual is JsonObject missing && missing["$missing"] is { } reason && reasons.GetValue<string>().Split(", ").Contains(reason.GetValue<string>());
        return (expected?.ToJsonString() ?? "null") == (actual?.ToJsonString() ?? "null");
    }

    /// <summary>Reads a file.</summary>
    public static IReadOnlyList<Expectation> Read(string path)
    {
        var all = new List<Expectation>();
        string place = "";
        string[] lines = File.ReadAllLines(path);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("@ ", StringComparison.Ordinal))
                place = lines[i][2..];
            else if (lines[i].Length > 0 && lines[i][0] != '#' && lines[i].LastIndexOf(" => ", StringComparison.Ordinal) is > 0 and var arrow)
                all.Add(new Expectation(i + 1, place, lines[i][..arrow], lines[i][(arrow + 4)..]));
        }

        return all;
    }
}
