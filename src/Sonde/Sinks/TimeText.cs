using System.Globalization;
using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>Points in time and lengths of time that are values.</summary>
internal static class TimeText
{
    private static readonly (Int128 Nanoseconds, string Name)[] Units = [(1, "ns"), (1_000, "µs"), (1_000_000, "ms"), (1_000_000_000, "s")];

    /// <summary>RFC 3339 with as many digits of the second as there are, as Go's <c>time.RFC3339Nano</c>.</summary>
    public static string Rfc3339(TimeValue value)
    {
        long nanoseconds = value.Time.Ticks % TimeSpan.TicksPerSecond * 100 + value.SubTickNanoseconds;
        string fraction = nanoseconds == 0 ? "" : "." + nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        string zone = value.Time.Offset == TimeSpan.Zero ? "Z" : value.Time.ToString("zzz", CultureInfo.InvariantCulture);
        return value.Time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + fraction + zone;
    }

    /// <summary>The exact length as Go writes it: <c>1h2m3.5s</c>, <c>1.5ms</c>, <c>0s</c>.</summary>
    public static string Exact(Int128 nanoseconds)
    {
        if (nanoseconds == 0)
            return "0s";
        Int128 magnitude = Int128.Abs(nanoseconds);
        string sign = nanoseconds < 0 ? "-" : "";
        if (magnitude < Units[3].Nanoseconds)
        {
            (Int128 unit, string name) = Units.Last(u => magnitude >= u.Nanoseconds);
            return sign + Decimal(magnitude, unit) + name;
        }

        Int128 minutes = magnitude / 60_000_000_000;
        string seconds = Decimal(magnitude % 60_000_000_000, Units[3].Nanoseconds) + "s";
        if (minutes == 0)
            return sign + seconds;
        return minutes < 60 ? $"{sign}{minutes}m{seconds}" : $"{sign}{minutes / 60}h{minutes % 60}m{seconds}";
    }

    /// <summary>A length with two or three digits, for reading: <c>830ns</c>, <c>1.2µs</c>, <c>35ms</c>.</summary>
    public static string Rounded(long nanoseconds)
    {
        if (nanoseconds < 1000)
            return $"{nanoseconds}ns";
        double number = nanoseconds;
        string unit = "ns";
        foreach (string next in (ReadOnlySpan<string>)["µs", "ms", "s"])
        {
            // 999.95 is written as 1000.0, which the next unit writes shorter.
            if (number < 999.5)
                break;
            number /= 1000;
            unit = next;
        }

        return number.ToString(number < 99.95 ? "0.#" : "0", CultureInfo.InvariantCulture) + unit;
    }

    private static string Decimal(Int128 number, Int128 unit)
    {
        (Int128 whole, Int128 rest) = Int128.DivRem(number, unit);
        if (rest == 0)
            return whole.ToString(CultureInfo.InvariantCulture);
        int digits = 0;
        for (Int128 i = unit; i > 1; i /= 10)
            digits++;
        return $"{whole}.{rest.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0').TrimEnd('0')}";
    }
}
