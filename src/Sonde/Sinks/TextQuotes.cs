using System.Buffers;
using System.Text;
using Sonde.Languages;

namespace Sonde.Sinks;

/// <summary>Quoted strings and characters in a language's escapes.</summary>
internal static class TextQuotes
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5F).Select(i => (byte)i).Where(b => b is not ((byte)'"' or (byte)'\\'))]);

    /// <summary><c>"…"</c>, with <c>…</c> before the closing quote of one that goes on.</summary>
    public static void Text(Utf8Output output, ReadOnlySpan<byte> bytes, bool isCut, ValueSyntax syntax)
    {
        output.Byte((byte)'"');
        int plain = bytes.IndexOfAnyExcept(Plain);
        if (plain < 0)
        {
            output.Raw(bytes);
        }
        else
        {
            output.Raw(bytes[..plain]);
            Escaped(output, bytes[plain..], '"', syntax);
        }

        if (isCut)
            output.Text("…");
        output.Byte((byte)'"');
    }

    /// <summary><c>'x'</c>.</summary>
    public static void Character(Utf8Output output, uint code, int bits, ValueSyntax syntax)
    {
        output.Byte((byte)'\'');
        if (bits == 8 && code >= 0x80)
        {
            output.Text(syntax.Escape((int)(code & 0xFF), isByte: true));
        }
        else if (Rune.TryCreate(code, out Rune rune))
        {
            Span<byte> utf8 = stackalloc byte[4];
            Escaped(output, utf8[..rune.EncodeToUtf8(utf8)], '\'', syntax);
        }
        else
        {
            output.Text(syntax.Escape((int)code, isByte: false));
        }

        output.Byte((byte)'\'');
    }

    private static void Escaped(Utf8Output output, ReadOnlySpan<byte> bytes, char quote, ValueSyntax syntax)
    {
        while (!bytes.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == OperationStatus.Done;
            if (!valid)
            {
                foreach (byte unit in bytes[..length])
                    output.Text(syntax.Escape(unit, isByte: true));
            }
            else if (rune.Value == quote || rune.Value == '\\')
            {
                output.Byte((byte)'\\');
                output.Byte((byte)rune.Value);
            }
            else if (UnsafeCharacters.Contains(rune))
            {
                output.Text(rune.Value switch
                {
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    int code => syntax.Escape(code, isByte: false),
                });
            }
            else
            {
                output.Raw(bytes[..length]);
            }

            bytes = bytes[length..];
        }
    }
}
