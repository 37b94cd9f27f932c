using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Sonde.Languages.Rust;

// Constants of generic arguments and array lengths.
internal ref partial struct V0Printer
{
    private void Constant(bool inValue)
    {
        if (!Enter())
            return;
        byte tag = Next();
        // Anything but a literal needs braces in a list of generic arguments.
        bool hasBraces = !inValue && (tag is (byte)'e' or (byte)'Q' or (byte)'A' or (byte)'T' or (byte)'V' || (tag == 'R' && Peek() != 'e'));
        if (hasBraces)
            Append("{"u8);
        ConstantValue(tag, inValue);
        if (hasBraces)
            Append("}"u8);
        _depth--;
    }

    private void ConstantValue(byte tag, bool inValue)
    {
        switch ((char)tag)
        {
            case 'p':
                Append("_"u8);
                break;
            case 'h' or 't' or 'm' or 'y' or 'o' or 'j':
                Integer(tag);
                break;
            case 'a' or 's' or 'l' or 'x' or 'n' or 'i':
                if (Accept('n'))
                    Append("-"u8);
                Integer(tag);
                break;
            case 'b':
                {
                    _failed |= !TryNumber(Nibbles(), out ulong value) || value > 1;
                    Append(value == 1 ? "true"u8 : "false"u8);
                    break;
                }

            case 'c':
                Character();
                break;
            case 'e':
                Append("*"u8);
                Text();
                break;
            case 'R' when Accept('e'):
                Text();
                break;
            case 'R' or 'Q':
                Append(tag == 'R' ? "&"u8 : "&mut "u8);
                Constant(inValue: true);
                break;
            case 'A':
                Append("["u8);
                ConstantsUpToEnd();
                Append("]"u8);
                break;
            case 'T':
                Append("("u8);
                if (ConstantsUpToEnd() == 1)
                    Append(","u8);
                Append(")"u8);
                break;
            case 'V':
                Path(inValue: true);
                Fields();
                break;
            case 'B':
                if (BackReference(out int back))
                {
                    Constant(inValue);
                    _position = back;
                }

                break;
            default:
                _failed = true;
                break;
        }
    }

    private void Fields()
    {
        switch ((char)Next())
        {
            case 'U':
                break;
            case 'T':
                Append("("u8);
                ConstantsUpToEnd();
                Append(")"u8);
                break;
            case 'S':
                Append(" { "u8);
                for (int count = 0; !_failed && !Accept('E'); count++)
                {
                    if (count > 0)
                        Append(", "u8);
                    Disambiguator();
                    Identifier();
                    Append(": "u8);
                    Constant(inValue: true);
                }

                Append(" }"u8);
                break;
            default:
                _failed = true;
                break;
        }
    }

    private int ConstantsUpToEnd()
    {
        int count = 0;
        for (; !_failed && !Accept('E'); count++)
        {
            if (count > 0)
                Append(", "u8);
            Constant(inValue: true);
        }

        return count;
    }

    /// <summary>A pattern type's pattern: <c>R start end</c>, <c>O pattern+ E</c>, <c>N</c> (not null).</summary>
    private void Pattern()
    {
        if (!Enter())
            return;
        switch ((char)Next())
        {
            case 'R':
                Constant(inValue: false);
                Append("..="u8);
                Constant(inValue: false);
                break;
            case 'O':
                Pattern();
                while (!_failed && !Accept('E'))
                {
                    Append(" | "u8);
                    Pattern();
                }

                break;
            case 'N':
                Append("!null"u8);
                break;
            default:
                _failed = true;
                break;
        }

        _depth--;
    }

    private ReadOnlySpan<byte> Nibbles()
    {
        int start = _position;
        while (Peek() is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f')
            _position++;
        var nibbles = _text[start.._position];
        _failed |= !Accept('_');
        return nibbles;
    }

    private static bool TryNumber(ReadOnlySpan<byte> nibbles, out ulong value)
    {
        nibbles = nibbles.TrimStart((byte)'0');
        value = 0;
        return nibbles.IsEmpty || (nibbles.Length <= 16 && Utf8Parser.TryParse(nibbles, out value, out _, 'x'));
    }

    private void Integer(byte tag)
    {
        var nibbles = Nibbles();
        if (TryNumber(nibbles, out ulong value))
        {
            AppendNumber(value);
        }
        else
        {
            Append("0x"u8);
            Append(nibbles);
        }

        if (_withHash)
            Append(BasicType(tag));
    }

    private void Character()
    {
        if (!TryNumber(Nibbles(), out ulong value) || value > 0x10ffff || !Rune.TryCreate((int)value, out var rune))
        {
            _failed = true;
            return;
        }

        Append("'"u8);
        Escaped(rune, '\'');
        Append("'"u8);
    }

    /// <summary>A string: its UTF-8 bytes in hex.</summary>
    private void Text()
    {
        var nibbles = Nibbles();
        if ((nibbles.Length & 1) != 0)
        {
            _failed = true;
            return;
        }

        Append("\""u8);
        Span<byte> window = stackalloc byte[4];
        for (int at = 0; at < nibbles.Length && !_failed;)
        {
            int count = 0;
            for (; count < 4 && at + count * 2 < nibbles.Length; count++)
                window[count] = (byte)(HexDigit(nibbles[at + count * 2]) << 4 | HexDigit(nibbles[at + count * 2 + 1]));
            if (Rune.DecodeFromUtf8(window[..count], out var rune, out int used) != System.Buffers.OperationStatus.Done)
            {
                _failed = true;
                return;
            }

            Escaped(rune, '"');
            at += used * 2;
        }

        Append("\""u8);
    }

    private static int HexDigit(byte nibble) => nibble <= '9' ? nibble - '0' : nibble - 'a' + 10;

    private void Escaped(Rune rune, char quote)
    {
        if (_skipping > 0)
            return;
        switch (rune.Value)
        {
            case 0:
                Append("\\0"u8);
                break;
            case '\t':
                Append("\\t"u8);
                break;
            case '\r':
                Append("\\r"u8);
                break;
            case '\n':
                Append("\\n"u8);
                break;
            case '\\':
                Append("\\\\"u8);
                break;
            case '\'' or '"':
                if (rune.Value == quote)
                    Append("\\"u8);
                _output.AppendRune(rune);
                break;
            default:
                if (IsPrintable(rune))
                {
                    _output.AppendRune(rune);
                    break;
                }

                Append("\\u{"u8);
                AppendHex((ulong)rune.Value);
                Append("}"u8);
                break;
        }
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);
}
