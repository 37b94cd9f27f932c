using System.Buffers;
using System.Text;

namespace Sonde.Sinks;

/// <summary>
/// JSON strings (RFC 8259, section 7). More is escaped than must be: what <see cref="UnsafeCharacters"/> lists, because
/// JSON lines are looked at on terminals, too.
/// </summary>
internal static class JsonText
{
    /// <summary>Up to here a plain loop is faster than the vectors of the library.</summary>
    private const int Short = 24;

    private static readonly SearchValues<byte> PlainBytes = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5F).Select(i => (byte)i).Where(b => b is not ((byte)'"' or (byte)'\\'))]);

    private static readonly SearchValues<char> PlainChars = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5F).Select(i => (char)i).Where(c => c is not ('"' or '\\'))]);

    /// <summary>A quoted string of valid UTF-8, with a <c>$</c> before one that it begins with when asked.</summary>
    public static void Write(Utf8Output output, ReadOnlySpan<byte> utf8, bool doubleDollar = false)
    {
        if (utf8.Length <= Short && TryShort<byte>(output, utf8, doubleDollar))
            return;
        output.Byte((byte)'"');
        if (doubleDollar && !utf8.IsEmpty && utf8[0] == '$')
            output.Byte((byte)'$');
        int plain = utf8.IndexOfAnyExcept(PlainBytes);
        if (plain < 0)
        {
            output.Raw(utf8);
        }
        else
        {
            output.Raw(utf8[..plain]);
            Escape(output, utf8[plain..]);
        }

        output.Byte((byte)'"');
    }

    /// <summary>A quoted string.</summary>
    public static void Write(Utf8Output output, string text, bool doubleDollar = false)
    {
        if (text.Length <= Short && TryShort<char>(output, text, doubleDollar))
            return;
        if (text.AsSpan().IndexOfAnyExcept(PlainChars) >= 0)
        {
            Write(output, Encoding.UTF8.GetBytes(text), doubleDollar);
            return;
        }

        Span<byte> to = output.Reserve(text.Length + 3);
        int at = 0;
        to[at++] = (byte)'"';
        if (doubleDollar && text.Length > 0 && text[0] == '$')
            to[at++] = (byte)'$';
        at += Encoding.ASCII.GetBytes(text, to[at..]);
        to[at++] = (byte)'"';
        output.Advance(at);
    }

    /// <summary>Names and short texts in one pass; false, and nothing written, when something must be escaped.</summary>
    private static bool TryShort<T>(Utf8Output output, ReadOnlySpan<T> text, bool doubleDollar)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        Span<byte> to = output.Reserve(Short + 3);
        int at = 0;
        to[at++] = (byte)'"';
        if (doubleDollar && text.Length > 0 && text[0] == T.CreateTruncating('$'))
            to[at++] = (byte)'$';
        foreach (T unit in text)
        {
            uint code = uint.CreateTruncating(unit);
            if (code - 0x20 >= 0x5F || code is '"' or '\\')
                return false;
            to[at++] = (byte)code;
        }

        to[at++] = (byte)'"';
        output.Advance(at);
        return true;
    }

    private static void Escape(Utf8Output output, ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out Rune rune, out int length);
            if (rune.Value is '"' or '\\')
            {
                output.Byte((byte)'\\');
                output.Byte((byte)rune.Value);
            }
            else if (UnsafeCharacters.Contains(rune))
            {
                EscapeOne(output, rune);
            }
            else
            {
                // The replacement for what is no UTF-8 is three bytes for one.
                rune.EncodeToUtf8(output.Reserve(4));
                output.Advance(rune.Utf8SequenceLength);
            }

            utf8 = utf8[length..];
        }
    }

    private static void EscapeOne(Utf8Output output, Rune rune)
    {
        ReadOnlySpan<byte> shortForm = rune.Value switch
        {
            '\n' => "\\n"u8,
            '\r' => "\\r"u8,
            '\t' => "\\t"u8,
            _ => default,
        };
        if (!shortForm.IsEmpty)
        {
            output.Raw(shortForm);
            return;
        }

        Span<char> units = stackalloc char[2];
        foreach (char unit in units[..rune.EncodeToUtf16(units)])
        {
            output.Raw("\\u"u8);
            output.Hex([(byte)(unit >> 8), (byte)unit]);
        }
    }
}
