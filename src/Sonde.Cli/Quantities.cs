using System.Globalization;

namespace Sonde.Cli;

/// <summary>Times and sizes as people write them.</summary>
internal static class Quantities
{
    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create("0123456789.");

    /// <summary>500ms, 10s, 2m, 1h; a bare number is seconds.</summary>
    public static TimeSpan ParseDuration(string option, string text)
    {
        (double number, string unit) = Split(option, text, "a time such as 10s");
        double seconds = unit switch
        {
            "us" => number / 1e6,
            "ms" => number / 1e3,
            "s" or "" => number,
            "m" => number * 60,
            "h" => number * 3600,
            _ => -1,
        };
        return seconds is > 0 and < 1e8 ? TimeSpan.FromSeconds(seconds) : throw Wrong(option, "a time such as 10s", text);
    }

    /// <summary>4096, 512K, 8M, 1G.</summary>
    public static int ParseSize(string option, string text)
    {
        (double number, string unit) = Split(option, text, "a size such as 8M");
        double bytes = unit.ToUpperInvariant() switch
        {
            "" or "B" => number,
            "K" or "KB" or "KIB" => number * 1024,
            "M" or "MB" or "MIB" => number * 1048576,
            "G" or "GB" or "GIB" => number * 1073741824,
            _ => -1,
        };
        return bytes is >= 4096 and <= 1073741824 ? (int)bytes : throw Wrong(option, "a size from 4K to 1G", text);
    }

    private static (double Number, string Unit) Split(string option, string text, string expected)
    {
        int digits = text.AsSpan().IndexOfAnyExcept(Digits);
        ReadOnlySpan<char> number = digits < 0 ? text : text.AsSpan(0, digits);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            ? (value, digits < 0 ? "" : text[digits..].Trim())
            : throw Wrong(option, expected, text);
    }

    private static SondeException Wrong(string option, string expected, string text) =>
        new(new Diagnostic("SND1004", DiagnosticKind.Request, $"{option} takes {expected}, not \"{text}\""));
}
