using System.Text;

namespace Sonde.Languages;

/// <summary>
/// The growing UTF-8 text of one demangled name, reused for the next one. Bounded, because a mangled name of a few hundred bytes can
/// describe gigabytes: what goes over <see cref="MaximumLength"/> is dropped and <see cref="Overflowed"/> tells so.
/// Not thread-safe; the demanglers keep one for each thread.
/// </summary>
internal sealed class DemangledText
{
    /// <summary>Longest text in bytes. The longest name met in a real binary (LLVM, rustc, Chromium) has about 20,000.</summary>
    public const int MaximumLength = 1 << 18;

    private byte[] _bytes = new byte[512];
    private int _length;

    public int Length => _length;

    public bool Overflowed { get; private set; }

    /// <summary>The text; valid until the next change.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear()
    {
        _length = 0;
        Overflowed = false;
    }

    public void Append(byte value)
    {
        if (_length == _bytes.Length && !Grow(1))
            return;
        _bytes[_length++] = value;
    }

    public void Append(char ascii) => Append((byte)ascii);

    public void Append(scoped ReadOnlySpan<byte> text)
    {
        if (text.Length > _bytes.Length - _length && !Grow(text.Length))
            return;
        text.CopyTo(_bytes.AsSpan(_length));
        _length += text.Length;
    }

    public void AppendNumber(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out int count);
        Append(digits[..count]);
    }

    public void AppendNumber(ulong value)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out int count);
        Append(digits[..count]);
    }

    public void AppendHex(ulong value)
    {
        Span<byte> digits = stackalloc byte[16];
        value.TryFormat(digits, out int count, "x");
        Append(digits[..count]);
    }

    public void AppendRune(Rune rune)
    {
        Span<byte> encoded = stackalloc byte[4];
        int count = rune.EncodeToUtf8(encoded);
        Append(encoded[..count]);
    }

    /// <summary>Takes back what was written after <paramref name="length"/>.</summary>
    public void Truncate(int length) => _length = Math.Min(_length, length);

    public override string ToString() => Encoding.UTF8.GetString(Written);

    private bool Grow(int more)
    {
        if (more > MaximumLength - _length)
        {
            Overflowed = true;
            return false;
        }

        Array.Resize(ref _bytes, Math.Min(MaximumLength, Math.Max(_bytes.Length * 2, _length + more)));
        return true;
    }
}
