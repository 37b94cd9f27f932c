using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sonde.Languages.Rust;

/// <summary>
/// The scheme rustc used up to 1.9x: a C++ nested name of plain identifiers, with characters that an identifier cannot have escaped
/// as <c>$LT$</c>, <c>$u20$</c>, <c>..</c>, and a hash as the last one (rustc_symbol_mangling/src/legacy.rs).
/// </summary>
internal static class LegacyName
{
    private static readonly SearchValues<byte> s_hexDigits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Whether the name ends in <c>17h</c>, 16 hex digits and <c>E</c>, a suffix aside.</summary>
    public static bool HasHash(ReadOnlySpan<byte> name)
    {
        int dot = name.LastIndexOf((byte)'E');
        if (dot < 0 || (dot + 1 < name.Length && name[dot + 1] != '.'))
        {
            // A suffix can have an E too.
            int start = name.IndexOf("E."u8);
            if (start < 0)
                return false;
            dot = start;
        }

        return dot >= 19 && name[(dot - 19)..(dot - 16)].SequenceEqual("17h"u8) && IsHex(name[(dot - 16)..dot]);
    }

    /// <summary>Prints what stands behind <c>_ZN</c>; <paramref name="rest"/> is what follows the closing E.</summary>
    public static bool TryPrint(ReadOnlySpan<byte> text, bool withHash, DemangledText output, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        bool isFirst = true;
        while (true)
        {
            if (text.IsEmpty)
                return false;
            if (text[0] == 'E')
                break;
            if (text[0] is < (byte)'0' or > (byte)'9' || !Utf8Parser.TryParse(text, out int length, out int digits) || length > text.Length - digits || length < 0)
                return false;
            var element = text.Slice(digits, length);
            text = text[(digits + length)..];
            bool isLast = !text.IsEmpty && text[0] == 'E';
            if (isLast && !withHash && element.Length > 0 && element[0] == 'h' && IsHex(element[1..]))
                continue;
            if (!isFirst)
                output.Append("::"u8);
            isFirst = false;
            Element(element, output);
        }

        rest = text[1..];
        return true;
    }

    private static void Element(ReadOnlySpan<byte> element, DemangledText output)
    {
        if (element.StartsWith("_$"u8))
            element = element[1..];
        while (!element.IsEmpty)
        {
            if (element[0] == '.')
            {
                bool isPath = element.Length > 1 && element[1] == '.';
                output.Append(isPath ? "::"u8 : "."u8);
                element = element[(isPath ? 2 : 1)..];
                continue;
            }

            if (element[0] == '$')
            {
                int end = element[1..].IndexOf((byte)'$');
                if (end < 0 || !Escape(element.Slice(1, end), output))
                    break;
                element = element[(end + 2)..];
                continue;
            }

            int next = element.IndexOfAny((byte)'$', (byte)'.');
            if (next < 0)
                break;
            output.Append(element[..next]);
            element = element[next..];
        }

        output.Append(element);
    }

    private static bool Escape(ReadOnlySpan<byte> escape, DemangledText output)
    {
        if (escape.Length is 1 or 2 && escape[0] != 'u')
        {
            char plain = escape switch
            {
                _ when escape.SequenceEqual("SP"u8) => '@',
                _ when escape.SequenceEqual("BP"u8) => '*',
                _ when escape.SequenceEqual("RF"u8) => '&',
                _ when escape.SequenceEqual("LT"u8) => '<',
                _ when escape.SequenceEqual("GT"u8) => '>',
                _ when escape.SequenceEqual("LP"u8) => '(',
                _ when escape.SequenceEqual("RP"u8) => ')',
                _ when escape.SequenceEqual("C"u8) => ',',
                _ => '\0',
            };
            if (plain == '\0')
                return false;
            output.Append(plain);
            return true;
        }

        if (escape.Length is < 2 or > 9 || escape[0] != 'u' || !IsHex(escape[1..]) || !Utf8Parser.TryParse(escape[1..], out uint code, out int used, 'x') || used != escape.Length - 1)
            return false;
        if (!Rune.TryCreate(code, out var rune) || Rune.IsControl(rune))
            return false;
        output.AppendRune(rune);
        return true;
    }

    private static bool IsHex(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(s_hexDigits);
}
