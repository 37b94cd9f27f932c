using System.Globalization;
using System.Text;

namespace Sonde.Sinks;

/// <summary>Bytes on their way to a stream. Formatting goes straight into the buffer; nothing is allocated but its growth.</summary>
internal sealed class Utf8Output(Stream stream)
{
    /// <summary>From here on the buffer is written out.</summary>
    private const int HighWater = 1 << 16;

    /// <summary>Up to here a plain loop is faster than the vectors of the library.</summary>
    private const int Short = 24;

    private byte[] _buffer = new byte[HighWater + 4096];
    private int _length;

    /// <summary>What is in the buffer.</summary>
    public ReadOnlySpan<byte> Pending => _buffer.AsSpan(0, _length);

    /// <summary>The end of a line: writes out when there is much.</summary>
    public void EndLine()
    {
        Byte((byte)'\n');
        if (_length >= HighWater)
            Flush();
    }

    /// <summary>Writes everything to the stream.</summary>
    public void Flush()
    {
        int length = _length;
        // Before the write: after a failed one (a closed pipe) the rest must not come again.
        _length = 0;
        if (length > 0)
            stream.Write(_buffer, 0, length);
        stream.Flush();
    }

    /// <summary>Room for <paramref name="size"/> bytes; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_buffer.Length - _length < size)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, checked(_length + size)));
        return _buffer.AsSpan(_length);
    }

    /// <summary>Takes <paramref name="count"/> of the reserved bytes.</summary>
    public void Advance(int count) => _length += count;

    /// <summary>One byte.</summary>
    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Characters as they are; halves of surrogate pairs become U+FFFD.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        Span<byte> to = Reserve(text.Length * 3);
        if (text.Length <= Short)
        {
            int at = 0;
            while (at < text.Length && text[at] < 0x80)
            {
                to[at] = (byte)text[at];
                at++;
            }

            if (at == text.Length)
            {
                _length += at;
                return;
            }
        }

        _length += Encoding.UTF8.GetBytes(text, to);
    }

    /// <summary>A decimal number.</summary>
    public void Number(long number)
    {
        number.TryFormat(Reserve(20), out int written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>A decimal number.</summary>
    public void Number(ulong number)
    {
        number.TryFormat(Reserve(20), out int written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>A decimal number of up to 128 bits.</summary>
    public void Number(Int128 number, bool signed = true)
    {
        // A negative one of an unsigned type is a large one.
        if (number <= long.MaxValue && (signed ? number >= long.MinValue : number >= 0))
        {
            Number((long)number);
            return;
        }

        int written;
        if (signed)
            number.TryFormat(Reserve(40), out written, default, CultureInfo.InvariantCulture);
        else
            ((UInt128)number).TryFormat(Reserve(40), out written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>A finite number with the fewest digits that are right for its width, exponents as <c>1e+21</c>.</summary>
    public void Number(double number, int bits)
    {
        Span<byte> to = Reserve(32);
        int written;
        if (bits == 32)
            ((float)number).TryFormat(to, out written, default, CultureInfo.InvariantCulture);
        else if (bits == 16)
            ((Half)number).TryFormat(to, out written, default, CultureInfo.InvariantCulture);
        else
            number.TryFormat(to, out written, default, CultureInfo.InvariantCulture);
        int exponent = to[..written].IndexOf((byte)'E');
        if (exponent >= 0)
            to[exponent] = (byte)'e';
        _length += written;
    }

    /// <summary>Exactly <paramref name="digits"/> decimal digits.</summary>
    public void Digits(int number, int digits)
    {
        Span<byte> to = Reserve(digits);
        for (int i = digits - 1; i >= 0; i--)
        {
            to[i] = (byte)('0' + number % 10);
            number /= 10;
        }

        _length += digits;
    }

    /// <summary>Two hexadecimal digits per byte.</summary>
    public void Hex(ReadOnlySpan<byte> bytes)
    {
        Span<byte> to = Reserve(bytes.Length * 2);
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        for (int i = 0; i < bytes.Length; i++)
        {
            to[i * 2] = digits[bytes[i] >> 4];
            to[i * 2 + 1] = digits[bytes[i] & 15];
        }

        _length += bytes.Length * 2;
    }

    /// <summary>A number in hexadecimal digits, without <c>0x</c>.</summary>
    public void Hex(ulong number)
    {
        number.TryFormat(Reserve(16), out int written, "x", CultureInfo.InvariantCulture);
        _length += written;
    }
}
