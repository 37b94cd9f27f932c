using System.Globalization;
using System.Text;

namespace Sonde.Specs;

/// <summary>Backslash escapes of strings, characters and messages: what Go, C++ and Rust have in common, and both of their ways to write Unicode.</summary>
internal static class Escapes
{
    /// <summary>Reads the escape at the backslash; a value of <c>\xNN</c> or octal is a byte, not a character.</summary>
    public static (int Value, bool IsByte) Read(string text, ref int at)
    {
        int start = at++;
        char c = at < text.Length ? text[at++] : '\0';
        switch (c)
        {
            case 'n': return ('\n', false);
            case 't': return ('\t', false);
            case 'r': return ('\r', false);
            case 'a': return ('\a', false);
            case 'b': return ('\b', false);
            case 'f': return ('\f', false);
            case 'v': return ('\v', false);
            case 'e': return (27, false);
            case '\\' or '"' or '\'' or '`' or '{' or '}' or '?': return (c, false);
            case 'x': return (Hex(text, ref at, start, 2), true);
            case 'u' when at < text.Length && text[at] == '{': return (Braced(text, ref at, start), false);
            case 'u': return (Hex(text, ref at, start, 4), false);
            case 'U': return (CheckRange(text, at, start, Hex(text, ref at, start, 8)), false);
            case >= '0' and <= '7': return (Octal(text, ref at, start), true);
            default:
                throw new ProbeSyntaxException(text, TextSpan.Between(start, at), $"'\\{c}' is no escape",
                    "a backslash is written twice; the escapes are \\n \\t \\r \\\" \\' \\xNN \\u{N…}");
        }
    }

    /// <summary>Reads an escape of a message, where a byte is the character of that number.</summary>
    public static void Read(string text, ref int at, StringBuilder into)
    {
        var (value, _) = Read(text, ref at);
        if (Rune.IsValid(value))
            into.Append(new Rune(value).ToString());
        else
            into.Append('\uFFFD');
    }

    private static int Octal(string text, ref int at, int start)
    {
        int value = text[at - 1] - '0';
        for (int i = 0; i < 2 && at < text.Length && text[at] is >= '0' and <= '7'; i++)
            value = value * 8 + text[at++] - '0';
        return value <= 0xFF ? value : throw new ProbeSyntaxException(text, TextSpan.Between(start, at), "this is more than a byte holds");
    }

    private static int Hex(string text, ref int at, int start, int digits)
    {
        int end = at + digits;
        if (end > text.Length || !int.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
            throw new ProbeSyntaxException(text, TextSpan.Between(start, Math.Min(end, text.Length)), $"{digits} hexadecimal digits are expected here");
        at = end;
        return value;
    }

    private static int Braced(string text, ref int at, int start)
    {
        int open = at++;
        int close = text.IndexOf('}', open);
        if (close < 0 || close - at > 8 || !int.TryParse(text.AsSpan(at, close - at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
            throw new ProbeSyntaxException(text, TextSpan.Between(start, at), "hexadecimal digits and '}' are expected here");
        at = close + 1;
        return CheckRange(text, at, start, value);
    }

    private static int CheckRange(string text, int at, int start, int value) =>
        value is >= 0 and <= 0x10FFFF ? value : throw new ProbeSyntaxException(text, TextSpan.Between(start, at), "Unicode ends at 10FFFF");
}
