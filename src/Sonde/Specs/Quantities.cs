using System.Globalization;
using Sonde.Specs.Expressions;

namespace Sonde.Specs;

/// <summary>So many events in a time.</summary>
/// <param name="Events">How many.</param>
/// <param name="Per">In which time.</param>
public sealed record EventRate(long Events, TimeSpan Per)
{
    /// <summary>Events per second.</summary>
    public double PerSecond => Events / Per.TotalSeconds;
}

/// <summary>Reads what people write for times, sizes, rates and shares. All throw <see cref="ProbeSyntaxException"/>.</summary>
internal static class Quantities
{
    private static readonly (string Unit, long Factor)[] ByteUnits =
    [
        ("", 1), ("b", 1), ("k", 1024), ("kb", 1024), ("kib", 1024), ("m", 1 << 20), ("mb", 1 << 20), ("mib", 1 << 20), ("g", 1 << 30), ("gb", 1 << 30), ("gib", 1 << 30),
    ];

    /// <summary><c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>1.5h</c>, <c>2d</c>. A number without a unit is refused: nobody knows of what.</summary>
    public static TimeSpan ParseDuration(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string Hint = "write 500ms, 10s, 2m or 1m30s";
        int at = 0;
        decimal ticks = 0;
        string trimmed = text.Trim();
        while (at < trimmed.Length)
        {
            int unit = at;
            while (unit < trimmed.Length && (char.IsAsciiDigit(trimmed[unit]) || trimmed[unit] is '.' or '_'))
                unit++;
            int end = unit;
            while (end < trimmed.Length && char.IsLetter(trimmed[end]))
                end++;
            if (!decimal.TryParse(trimmed[at..unit].Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
                throw Error(text, "this is no duration", Hint);
            string name = trimmed[unit..end];
            long? nanoseconds = name == "d" ? 24 * 3_600_000_000_000 : LiteralReader.NanosecondsPerUnit(name);
            if (nanoseconds is null)
                throw Error(text, name.Length == 0 ? "this duration has no unit" : $"'{name}' is no unit of time", Hint);
            if (number > 1_000_000_000_000)
                throw Error(text, "this duration is too long", null);
            ticks += number * nanoseconds.Value / TimeSpan.NanosecondsPerTick;
            at = end;
        }

        if (trimmed.Length == 0 || ticks <= 0)
            throw Error(text, trimmed.Length == 0 ? "the duration is missing" : "a duration is longer than nothing", Hint);
        if (ticks > TimeSpan.TicksPerDay * 36_500m)
            throw Error(text, "this duration is too long", null);
        return new TimeSpan((long)Math.Ceiling(ticks));
    }

    /// <summary>A whole number: <c>100</c>, <c>1_000</c>, <c>10k</c>.</summary>
    public static long ParseCount(string text, long minimum = 1, long maximum = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        string digits = text.Trim().Replace("_", "", StringComparison.Ordinal);
        long factor = 1;
        if (digits.Length > 1 && digits[^1] is 'k' or 'K' or 'M')
        {
            factor = digits[^1] == 'M' ? 1_000_000 : 1_000;
            digits = digits[..^1];
        }

        return CheckRange(text, digits, factor, minimum, maximum);
    }

    /// <summary>A size: <c>4096</c>, <c>4K</c>, <c>64KB</c>, <c>1MiB</c>; units are powers of 1024.</summary>
    public static long ParseBytes(string text, long minimum = 1, long maximum = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim().Replace("_", "", StringComparison.Ordinal);
        int unit = trimmed.Length;
        while (unit > 0 && char.IsLetter(trimmed[unit - 1]))
            unit--;
        string name = trimmed[unit..].ToLowerInvariant();
        foreach (var row in ByteUnits)
        {
            if (row.Unit == name)
                return CheckRange(text, trimmed[..unit].TrimEnd(), row.Factor, minimum, maximum);
        }

        throw Error(text, $"'{trimmed[unit..]}' is no unit of size", "write 4096, 64K or 1M");
    }

    /// <summary><c>100/s</c>, <c>10/m</c>, <c>5/10s</c>; without a time, per second.</summary>
    public static EventRate ParseRate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int slash = text.IndexOf('/');
        if (slash < 0)
            return new EventRate(ParseCount(text), TimeSpan.FromSeconds(1));
        string per = text[(slash + 1)..].Trim();
        return new EventRate(ParseCount(text[..slash]), ParseDuration(per.Length > 0 && char.IsAsciiDigit(per[0]) ? per : "1" + per));
    }

    /// <summary>A share of events: <c>1/100</c> is 100.</summary>
    public static int ParseSample(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        if (!trimmed.StartsWith("1/", StringComparison.Ordinal))
            throw Error(text, "this is no share of events", "write 1/100 for one in a hundred");
        return (int)ParseCount(trimmed[2..], 1, int.MaxValue);
    }

    /// <summary><c>5</c>, <c>5%</c>, <c>0.5%</c>.</summary>
    public static double ParsePercent(string text, double maximum = 100)
    {
        ArgumentNullException.ThrowIfNull(text);
        string digits = text.Trim().TrimEnd('%').TrimEnd();
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value <= maximum
            ? value
            : throw Error(text, $"this is no percentage from 0 to {maximum}", null);
    }

    private static long CheckRange(string text, string digits, long factor, long minimum, long maximum)
    {
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            throw Error(text, digits.Length > 0 && !digits.AsSpan().ContainsAnyExceptInRange('0', '9') ? "this number is too large" : "this is no whole number", null);
        if (number > long.MaxValue / factor || number * factor > maximum)
            throw Error(text, $"this is more than {maximum}", null);
        return number * factor >= minimum ? number * factor : throw Error(text, $"this is less than {minimum}", null);
    }

    private static ProbeSyntaxException Error(string text, string message, string? hint) => new(text, new TextSpan(0, text.Length), message, hint);
}
