using System.Runtime.CompilerServices;

namespace Sonde.Languages.Rust;

/// <summary>
/// The v0 scheme (RFC 2603, doc.rust-lang.org/rustc/symbol-mangling/v0.html), written while it is read. Malformed input makes the
/// whole name fail. Back-references make the output exponential in the input, so depth, steps and output are bounded.
/// </summary>
internal ref partial struct V0Printer
{
    private const int MaximumDepth = 500;
    private const int MaximumSteps = 1 << 20;

    private readonly ReadOnlySpan<byte> _text;
    private readonly DemangledText _output;
    private readonly bool _withHash;
    private int _position;
    private int _depth;
    private int _steps;
    private int _skipping;
    private ulong _boundLifetimes;
    private bool _failed;

    public V0Printer(ReadOnlySpan<byte> text, bool withHash, DemangledText output)
    {
        _text = text;
        _withHash = withHash;
        _output = output;
    }

    /// <summary>Prints what stands behind <c>_R</c>; <paramref name="rest"/> is what follows the name.</summary>
    public bool Print(out ReadOnlySpan<byte> rest)
    {
        rest = default;
        // A digit would be the version of a later scheme.
        if (Peek() is < (byte)'A' or > (byte)'Z')
            return false;
        Path(inValue: true);
        if (!_failed && Peek() is >= (byte)'A' and <= (byte)'Z')
        {
            // The crate that instantiated a generic: not shown.
            _skipping++;
            Path(inValue: false);
            _skipping--;
        }

        if (_failed || _output.Overflowed)
            return false;
        rest = _text[_position..];
        return true;
    }

    private void Path(bool inValue)
    {
        if (!Enter())
            return;
        byte tag = Next();
        switch (tag)
        {
            case (byte)'C':
                {
                    ulong disambiguator = Disambiguator();
                    Identifier();
                    if (_withHash && disambiguator != 0)
                    {
                        Append("["u8);
                        AppendHex(disambiguator);
                        Append("]"u8);
                    }

                    break;
                }

            case (byte)'N':
                NestedPath(inValue);
                break;
            case (byte)'M' or (byte)'X' or (byte)'Y':
                if (tag != 'Y')
                {
                    // The path of the impl block itself says nothing that the type and the trait do not.
                    Disambiguator();
                    _skipping++;
                    Path(inValue: false);
                    _skipping--;
                }

                Append("<"u8);
                Type();
                if (tag != 'M')
                {
                    Append(" as "u8);
                    Path(inValue: false);
                }

                Append(">"u8);
                break;
            case (byte)'I':
                Path(inValue);
                Append(inValue ? "::<"u8 : "<"u8);
                GenericArguments();
                Append(">"u8);
                break;
            case (byte)'B':
                if (BackReference(out int back))
                {
                    Path(inValue);
                    _position = back;
                }

                break;
            default:
                _failed = true;
                break;
        }

        _depth--;
    }

    private void NestedPath(bool inValue)
    {
        byte scope = Next();
        bool isSpecial = scope is >= (byte)'A' and <= (byte)'Z';
        if (!isSpecial && scope is < (byte)'a' or > (byte)'z')
        {
            _failed = true;
            return;
        }

        Path(inValue);
        ulong disambiguator = Disambiguator();
        int start = _position;
        bool isEmpty = IsEmptyIdentifier();
        _position = start;
        if (!isSpecial)
        {
            if (!isEmpty)
                Append("::"u8);
            Identifier();
            return;
        }

        Append("::{"u8);
        if (scope == 'C')
            Append("closure"u8);
        else if (scope == 'S')
            Append("shim"u8);
        else
            Append([scope]);
        if (!isEmpty)
            Append(":"u8);
        Identifier();
        Append("#"u8);
        AppendNumber(disambiguator);
        Append("}"u8);
    }

    private void GenericArguments()
    {
        for (int count = 0; !_failed && !Accept('E'); count++)
        {
            if (count > 0)
                Append(", "u8);
            if (Accept('L'))
                Lifetime(Base62());
            else if (Accept('K'))
                Constant(inValue: false);
            else
                Type();
        }
    }

    /// <summary>Goes to an earlier place; false when it is malformed or nothing is to be written. <paramref name="back"/> is where to return to.</summary>
    private bool BackReference(out int back)
    {
        int start = _position - 1;
        ulong target = Base62();
        back = _position;
        if (_failed || target >= (ulong)start)
        {
            _failed = true;
            return false;
        }

        if (_skipping > 0)
            return false;
        _position = (int)target;
        return true;
    }

    private bool Enter()
    {
        if (_failed || _depth >= MaximumDepth || ++_steps > MaximumSteps || _output.Overflowed || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _failed = true;
            return false;
        }

        _depth++;
        return true;
    }

    private readonly byte Peek() => (uint)_position < (uint)_text.Length ? _text[_position] : (byte)0;

    private byte Next()
    {
        if ((uint)_position < (uint)_text.Length)
            return _text[_position++];
        _failed = true;
        return 0;
    }

    private bool Accept(char expected)
    {
        if (Peek() != expected)
            return false;
        _position++;
        return true;
    }

    private void Append(scoped ReadOnlySpan<byte> text)
    {
        if (_skipping == 0)
            _output.Append(text);
    }

    private void AppendNumber(ulong value)
    {
        if (_skipping == 0)
            _output.AppendNumber(value);
    }

    private void AppendHex(ulong value)
    {
        if (_skipping == 0)
            _output.AppendHex(value);
    }

    private ulong Disambiguator()
    {
        if (!Accept('s'))
            return 0;
        ulong value = Base62();
        _failed |= value == ulong.MaxValue;
        return value + 1;
    }

    /// <summary><c>_</c> is 0, <c>0_</c> is 1, digits 0-9 a-z A-Z.</summary>
    private ulong Base62()
    {
        if (Accept('_'))
            return 0;
        ulong value = 0;
        while (!_failed && !Accept('_'))
        {
            byte letter = Next();
            uint digit = letter switch
            {
                >= (byte)'0' and <= (byte)'9' => (uint)letter - '0',
                >= (byte)'a' and <= (byte)'z' => (uint)letter - 'a' + 10,
                >= (byte)'A' and <= (byte)'Z' => (uint)letter - 'A' + 36,
                _ => 62,
            };
            if (digit == 62 || value > (ulong.MaxValue - digit) / 62)
            {
                _failed = true;
                return 0;
            }

            value = value * 62 + digit;
        }

        _failed |= value == ulong.MaxValue;
        return value + 1;
    }

    private ReadOnlySpan<byte> RawIdentifier(out bool isPunycode)
    {
        isPunycode = Accept('u');
        byte first = Next();
        if (first is < (byte)'0' or > (byte)'9')
        {
            _failed = true;
            return default;
        }

        long length = first - '0';
        if (length != 0)
        {
            while (Peek() is >= (byte)'0' and <= (byte)'9' and var digit && length <= int.MaxValue)
            {
                length = length * 10 + digit - '0';
                _position++;
            }
        }

        Accept('_');
        if (length > _text.Length - _position)
        {
            _failed = true;
            return default;
        }

        var bytes = _text.Slice(_position, (int)length);
        _position += (int)length;
        return bytes;
    }

    private bool IsEmptyIdentifier() => RawIdentifier(out _).IsEmpty;

    private void Identifier()
    {
        var bytes = RawIdentifier(out bool isPunycode);
        if (!isPunycode)
        {
            Append(bytes);
            return;
        }

        int delimiter = bytes.LastIndexOf((byte)'_');
        var ascii = delimiter < 0 ? default : bytes[..delimiter];
        var encoded = bytes[(delimiter + 1)..];
        if (encoded.IsEmpty)
        {
            _failed = true;
            return;
        }

        if (_skipping > 0 || Punycode.TryAppend(ascii, encoded, _output))
            return;
        Append("punycode{"u8);
        if (!ascii.IsEmpty)
        {
            Append(ascii);
            Append("-"u8);
        }

        Append(encoded);
        Append("}"u8);
    }
}
