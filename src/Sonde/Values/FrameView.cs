using System.Buffers.Binary;

namespace Sonde.Values;

/// <summary>Bytes from <paramref name="Start"/> to <paramref name="End"/> of a root that are not there.</summary>
internal readonly record struct MissingBytes(ulong Start, ulong End, MissingReason Reason);

/// <summary>
/// The bytes of a value in the frame, from its start to where the copy ends (which may be before or behind the value's own
/// end), and which of them are missing. Nothing is read that is not there.
/// </summary>
internal readonly ref struct FrameView
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ReadOnlySpan<MissingBytes> _missing;
    private readonly ulong _origin;

    /// <param name="bytes">From the value's first byte to the end of the copy.</param>
    /// <param name="missing">Gaps, relative to the root.</param>
    /// <param name="origin">Where in the root the value starts.</param>
    /// <param name="isMended">See <see cref="IsMended"/>.</param>
    public FrameView(ReadOnlySpan<byte> bytes, ReadOnlySpan<MissingBytes> missing = default, ulong origin = 0, bool isMended = false)
    {
        IsMended = isMended;
        _bytes = bytes;
        _missing = missing;
        _origin = origin;
    }

    /// <summary>Whether the probe could not read it and it was read later: nothing that it points to was read by the probe.</summary>
    public bool IsMended { get; }

    /// <summary>How many bytes there are at most.</summary>
    public int Available => _bytes.Length;

    /// <summary>Whether some of the <paramref name="size"/> bytes at <paramref name="offset"/> are missing, and why.</summary>
    public bool Lacks(ulong offset, ulong size, out MissingReason reason)
    {
        reason = MissingReason.SizeLimit;
        if (size == 0)
            return false;
        if (!_missing.IsEmpty)
        {
            ulong start = _origin + offset, end = start + size;
            foreach (ref readonly MissingBytes gap in _missing)
            {
                if (start < gap.End && gap.Start < end)
                {
                    reason = gap.Reason;
                    return true;
                }
            }
        }

        return offset > (ulong)_bytes.Length || size > (ulong)_bytes.Length - offset;
    }

    /// <summary>Whether all of the first <paramref name="size"/> bytes are missing for one reason.</summary>
    public bool LacksAll(ulong size, out MissingReason reason)
    {
        reason = MissingReason.SizeLimit;
        if (size == 0)
            return false;
        foreach (ref readonly MissingBytes gap in _missing)
        {
            if (gap.Start <= _origin && _origin + size <= gap.End)
            {
                reason = gap.Reason;
                return true;
            }
        }

        return _bytes.IsEmpty;
    }

    /// <summary>The view of what lies <paramref name="offset"/> bytes further.</summary>
    public FrameView From(ulong offset) =>
        new(offset < (ulong)_bytes.Length ? _bytes[(int)offset..] : default, _missing, _origin + offset, IsMended);

    /// <summary>The bytes, after <see cref="Lacks"/> said that they are there.</summary>
    public ReadOnlySpan<byte> Bytes(ulong offset, ulong size) => size == 0 ? default : _bytes.Slice((int)offset, (int)size);

    /// <summary>How many of the first <paramref name="size"/> bytes are there before the first gap or the end, and why no more.</summary>
    public int Prefix(ulong size, out MissingReason reason)
    {
        reason = MissingReason.SizeLimit;
        ulong end = Math.Min(size, (ulong)_bytes.Length);
        foreach (ref readonly MissingBytes gap in _missing)
        {
            if (gap.End <= _origin || gap.Start >= _origin + end)
                continue;
            end = gap.Start > _origin ? gap.Start - _origin : 0;
            reason = gap.Reason;
        }

        return (int)end;
    }

    /// <summary>A pointer, after <see cref="Lacks"/> said that it is there.</summary>
    public ulong Word(ulong offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[(int)offset..]);

    /// <summary>An unsigned integer of up to 16 bytes, after <see cref="Lacks"/> said that it is there.</summary>
    public UInt128 Unsigned(ulong offset, ulong size) => ReadUnsigned(Bytes(offset, size));

    /// <summary>A little-endian unsigned integer of up to 16 bytes.</summary>
    public static UInt128 ReadUnsigned(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 8)
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (bytes.Length == 4)
            return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        ulong low = 0, high = 0;
        for (int i = bytes.Length - 1; i >= 8; i--)
            high = (high << 8) | bytes[i];
        for (int i = Math.Min(bytes.Length, 8) - 1; i >= 0; i--)
            low = (low << 8) | bytes[i];
        return new UInt128(high, low);
    }
}
