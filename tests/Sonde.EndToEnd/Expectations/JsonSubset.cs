using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sonde.EndToEnd.Expectations;

/// <summary>
/// Says where a JSON value differs from an expected one. Objects may have more members than expected, arrays
/// have to agree element by element, integers digit by digit. Three expected objects are special:
/// {"$match":"regex"} for a string, {"$near":1.5} for a number, {"$absent":true} for a member that must not be.
/// </summary>
internal static class JsonSubset
{
    /// <summary>Null when <paramref name="actual"/> has everything expected, else one line about the first difference.</summary>
    public static string? Difference(JsonElement expected, JsonElement actual, string path = "$")
    {
        if (Special(expected, actual, path, out string? difference))
        {
            return difference;
        }

        if (expected.ValueKind != actual.ValueKind)
        {
            return $"{path}: expected {expected.GetRawText()}, found {actual.GetRawText()}";
        }

        return expected.ValueKind switch
        {
            JsonValueKind.Object => ObjectDifference(expected, actual, path),
            JsonValueKind.Array => ArrayDifference(expected, actual, path),
            JsonValueKind.Number => SameNumber(expected.GetRawText(), actual.GetRawText())
                ? null : $"{path}: expected {expected.GetRawText()}, found {actual.GetRawText()}",
            JsonValueKind.String => expected.GetString() == actual.GetString()
                ? null : $"{path}: expected {expected.GetRawText()}, found {actual.GetRawText()}",
            _ => null,
        };
    }

    private static string? ObjectDifference(JsonElement expected, JsonElement actual, string path)
    {
        foreach (JsonProperty member in expected.EnumerateObject())
        {
            string inner = $"{path}.{member.Name}";
            bool present = actual.TryGetProperty(member.Name, out JsonElement value);
            if (IsSpecial(member.Value, "$absent", out _))
            {
                if (present)
                {
                    return $"{inner}: must not be there, found {value.GetRawText()}";
                }
            }
            else if (!present)
            {
                return $"{inner}: missing";
            }
            else if (Difference(member.Value, value, inner) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? ArrayDifference(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.GetArrayLength() != actual.GetArrayLength())
        {
            return $"{path}: expected {expected.GetRawText()}, found {actual.GetRawText()}";
        }

        for (int i = 0; i < expected.GetArrayLength(); i++)
        {
            if (Difference(expected[i], actual[i], $"{path}[{i}]") is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static bool Special(JsonElement expected, JsonElement actual, string path, out string? difference)
    {
        difference = null;
        if (IsSpecial(expected, "$match", out JsonElement pattern))
        {
            if (actual.ValueKind != JsonValueKind.String || !Regex.IsMatch(actual.GetString()!, pattern.GetString()!))
            {
                difference = $"{path}: {actual.GetRawText()} does not match {pattern.GetString()}";
            }

            return true;
        }

        if (IsSpecial(expected, "$near", out JsonElement number))
        {
            if (actual.ValueKind != JsonValueKind.Number
                || Math.Abs(actual.GetDouble() - number.GetDouble()) > 1e-6 * Math.Max(1, Math.Abs(number.GetDouble())))
            {
                difference = $"{path}: {actual.GetRawText()} is not near {number.GetRawText()}";
            }

            return true;
        }

        return false;
    }

    private static bool IsSpecial(JsonElement expected, string name, out JsonElement value)
    {
        value = default;
        return expected.ValueKind == JsonValueKind.Object && expected.EnumerateObject().Count() == 1
            && expected.TryGetProperty(name, out value);
    }

    // A double would call 9007199254740993 and 9007199254740992 the same; the text does not.
    private static bool SameNumber(string expected, string actual) =>
        expected == actual
        || ((IsFraction(expected) || IsFraction(actual))
            && double.Parse(expected, CultureInfo.InvariantCulture).Equals(double.Parse(actual, CultureInfo.InvariantCulture)));

    private static bool IsFraction(string number) => number.AsSpan().ContainsAny('.', 'e', 'E');
}
