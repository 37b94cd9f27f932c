using System.Globalization;
using System.Text;

namespace Sonde.Specs.Expressions;

/// <summary>Reads numbers, durations, characters and strings at a place of an expression.</summary>
internal static class LiteralReader
{
    private static readonly Dictionary<string, NumericSuffix> Suffixes = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = NumericSuffix.None,
        ["u"] = NumericSuffix.U,
        ["l"] = NumericSuffix.L,
        ["ll"] = NumericSuffix.L,
        ["ul"] = NumericSuffix.Ul,
        ["lu"] = NumericSuffix.Ul,
        ["ull"] = NumericSuffix.Ul,
        ["llu"] = NumericSuffix.Ul,
        ["i8"] = NumericSuffix.I8,
        ["i16"] = NumericSuffix.I16,
        ["i32"] = NumericSuffix.I32,
        ["i64"] = NumericSuffix.I64,
        ["i128"] = NumericSuffix.I128,
        ["isize"] = NumericSuffix.Isize,
        ["u8"] = NumericSuffix.U8,
        ["u16"] = NumericSuffix.U16,
        ["u32"] = NumericSuffix.U32,
        ["u64"] = NumericSuffix.U64,
        ["u128"] = NumericSuffix.U128,
        ["usize"] = NumericSuffix.Usize,
        ["f"] = NumericSuffix.F,
        ["f32"] = NumericSuffix.F32,
        ["f64"] = NumericSuffix.F64,
    };

    public static bool IsFloat(NumericSuffix suffix) => suffix is NumericSuffix.F or NumericSuffix.F32 or NumericSuffix.F64;

    public static Expr ReadNumber(ExprLexer lexer)
    {
        string text = lexer.Text;
        int start = lexer.PeekStart();
        int at = start;
        int radix = 10;
        if (text[at] == '0' && at + 1 < text.Length)
        {
            radix = char.ToLowerInvariant(text[at + 1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
            at += radix == 10 ? 0 : 2;
        }

        int digitsStart = at;
        TakeDigits(text, ref at, radix);
        bool isFloat = radix == 10 && TakeFraction(text, ref at);
        string digits = text[digitsStart..at].Replace("_", "", StringComparison.Ordinal);
        int suffixStart = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_'))
            at++;
        string suffixText = text[suffixStart..at].TrimStart('_');
        var span = TextSpan.Between(start, at);
        lexer.Seek(at);

        if (digits.Length == 0)
            throw lexer.Error(span, "there are no digits in this number");
        if (!isFloat && radix == 10 && digits.Length > 1 && digits[0] == '0')
            throw lexer.Error(span, "a number with a leading 0 is octal in C and Go and decimal in Rust", $"write 0o{digits.TrimStart('0')} or {digits.TrimStart('0')}");
        if (radix == 10 && NanosecondsPerUnit(suffixText) is { } unit)
            return new DurationLiteral(ToNanoseconds(lexer, span, digits, unit)) { Span = span };
        if (!Suffixes.TryGetValue(suffixText, out var suffix))
            throw lexer.Error(TextSpan.Between(suffixStart, at), $"'{text[suffixStart..at]}' does not belong to a number", "suffixes are u l ul i8…i128 u8…u128 isize usize f f32 f64, and ns us ms s m h for durations");
        if (isFloat || IsFloat(suffix))
        {
            if (radix != 10 || (isFloat && !IsFloat(suffix) && suffix != NumericSuffix.None))
                throw lexer.Error(span, "an integer's suffix does not go with a fraction");
            double value = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
            return double.IsFinite(value) ? new FloatLiteral(value, suffix) { Span = span } : throw lexer.Error(span, "this number is too large for a double");
        }

        return new IntegerLiteral(ToInteger(lexer, span, digits, radix), suffix) { Span = span };
    }

    public static CharLiteral ReadChar(ExprLexer lexer)
    {
        string text = lexer.Text;
        int start = lexer.PeekStart();
        int at = start + 1;
        int value = -1;
        if (at < text.Length && text[at] == '\\')
        {
            (value, _) = Escapes.Read(text, ref at);
        }
        else if (at < text.Length && text[at] != '\'')
        {
            value = Rune.TryGetRuneAt(text, at, out var rune) ? rune.Value : text[at];
            at += char.IsHighSurrogate(text[at]) && value > 0xFFFF ? 2 : 1;
        }

        if (value < 0 || at >= text.Length || text[at] != '\'')
        {
            int close = text.IndexOf('\'', start + 1);
            throw lexer.Error(TextSpan.Between(start, close < 0 ? start + 1 : close + 1),
                close < 0 ? "this character is never closed by \"'\"" : "a character literal holds one character", "strings stand in double quotes");
        }

        lexer.Seek(at + 1);
        return new CharLiteral(value) { Span = TextSpan.Between(start, at + 1) };
    }

    public static StringLiteral ReadString(ExprLexer lexer)
    {
        string text = lexer.Text;
        int start = lexer.PeekStart();
        int at = start + 1;
        var bytes = new List<byte>();
        Span<byte> utf8 = stackalloc byte[4];
        while (at < text.Length && text[at] != '"')
        {
            int value;
            if (text[at] == '\\')
            {
                (value, bool isByte) = Escapes.Read(text, ref at);
                if (isByte)
                {
                    bytes.Add((byte)value);
                    continue;
                }
            }
            else
            {
                value = Rune.TryGetRuneAt(text, at, out var rune) ? rune.Value : text[at];
                at += value > 0xFFFF ? 2 : 1;
            }

            if (!Rune.IsValid(value))
                throw lexer.Error(new TextSpan(at - 1, 1), "half a surrogate pair is no character");
            bytes.AddRange(utf8[..new Rune(value).EncodeToUtf8(utf8)]);
        }

        if (at >= text.Length)
            throw lexer.Error(new TextSpan(start, 1), "this string is never closed by '\"'");
        lexer.Seek(at + 1);
        return new StringLiteral(bytes.ToArray()) { Span = TextSpan.Between(start, at + 1) };
    }

    /// <summary>What a unit of time is in nanoseconds, or null.</summary>
    public static long? NanosecondsPerUnit(string unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" or "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => null,
    };

    private static void TakeDigits(string text, ref int at, int radix)
    {
        while (at < text.Length && (text[at] == '_' || (radix == 16 ? char.IsAsciiHexDigit(text[at]) : char.IsAsciiDigit(text[at]))))
            at++;
    }

    private static bool TakeFraction(string text, ref int at)
    {
        int start = at;
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            TakeDigits(text, ref at, 10);
        }

        int exponent = at + 1;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            if (exponent < text.Length && text[exponent] is '+' or '-')
                exponent++;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                at = exponent;
                TakeDigits(text, ref at, 10);
            }
        }

        return at > start;
    }

    private static UInt128 ToInteger(ExprLexer lexer, TextSpan span, string digits, int radix)
    {
        UInt128 value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.ToLowerInvariant(c) - 'a' + 10;
            if (digit >= radix)
                throw lexer.Error(span, $"'{c}' is no digit of a number to the base {radix}");
            if (value > (UInt128.MaxValue - (uint)digit) / (uint)radix)
                throw lexer.Error(span, "this number has more than 128 bits");
            value = value * (uint)radix + (uint)digit;
        }

        return value;
    }

    private static long ToNanoseconds(ExprLexer lexer, TextSpan span, string digits, long unit)
    {
        if (!decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) || number > long.MaxValue / unit)
            throw lexer.Error(span, "this duration is too long");
        decimal value = number * unit;
        return value == decimal.Truncate(value) ? (long)value : throw lexer.Error(span, "nothing is shorter than a nanosecond");
    }
}
