using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Sonde.Sinks;

/// <summary>
/// Which characters of a target must not reach a terminal as they are: controls (escape sequences begin with one, the
/// eight-bit ones too), line ends of Unicode, and invisible ones that reorder what is seen.
/// </summary>
internal static class UnsafeCharacters
{
    /// <summary>Whether a character is written as an escape.</summary>
    public static bool Contains(Rune rune)
    {
        if (rune.IsAscii)
            return rune.Value is < 0x20 or 0x7F;
        if (rune.Value is 0x200C or 0x200D)
            return false; // joiners inside words and emoji
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
    }

    /// <summary>
    /// Whether bytes are shown as a text: UTF-8 without control characters, tab and line ends aside.
    /// </summary>
    public static bool IsPlainText(ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes))
            return false;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte unit = bytes[i];
            if (unit < 0x20 ? unit is not ((byte)'\t' or (byte)'\n' or (byte)'\r') : unit == 0x7F)
                return false;
            // U+0080 to U+009F, the eight-bit controls.
            if (unit == 0xC2 && bytes[i + 1] < 0xA0)
                return false;
        }

        return true;
    }
}
