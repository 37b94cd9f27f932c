using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Sonde.ObjectFile.Bytes;

/// <summary>
/// Reads little-endian data forward from a section. One bounds check per read; a read that fails throws and does not move.
/// </summary>
/// <remarks>The section may be windowed: when the current window ends before the data does, the next one is fetched behind the scenes.</remarks>
internal ref struct ByteCursor
{
    private readonly SectionData _section;
    private readonly long _end;
    private ReadOnlySpan<byte> _window;
    private long _windowStart;
    private int _position;

    internal ByteCursor(SectionData section, long offset, long end)
    {
        _section = section;
        _end = end;
        _windowStart = offset;
        if (offset < end) Refill(1);
    }

    /// <summary>Offset within the section of the next byte.</summary>
    public readonly long Offset => _windowStart + _position;

    /// <summary>Offset at which this cursor ends.</summary>
    public readonly long End => _end;

    public readonly long Remaining => _end - Offset;

    public readonly bool AtEnd => Offset >= _end;

    public readonly SectionData Section => _section;

    public readonly string SectionName => _section.Name;

    /// <summary>Moves to an offset of the section, forward or back, within the end.</summary>
    public void Seek(long offset)
    {
        var position = offset - _windowStart;
        if (position >= 0 && position <= _window.Length)
        {
            _position = (int)position;
            return;
        }

        if (offset < 0 || offset > _end) Malformed.Truncated(_section.Name, offset, 1);
        _windowStart = offset;
        _position = 0;
        _window = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(long count)
    {
        if ((ulong)count <= (ulong)(_window.Length - _position)) _position += (int)count;
        else SkipFar(count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte ReadByte()
    {
        Need(1);
        return _window[_position++];
    }

    public sbyte ReadSByte() => (sbyte)ReadByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort ReadUInt16()
    {
        Need(2);
        var value = BinaryPrimitives.ReadUInt16LittleEndian(_window[_position..]);
        _position += 2;
        return value;
    }

    public uint ReadUInt24()
    {
        Need(3);
        return ReadUInt16() | (uint)ReadByte() << 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadUInt32()
    {
        Need(4);
        var value = BinaryPrimitives.ReadUInt32LittleEndian(_window[_position..]);
        _position += 4;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadUInt64()
    {
        Need(8);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_window[_position..]);
        _position += 8;
        return value;
    }

    public int ReadInt32() => (int)ReadUInt32();

    public long ReadInt64() => (long)ReadUInt64();

    /// <summary>An unsigned number of 1, 2, 3, 4 or 8 bytes.</summary>
    public ulong ReadUnsigned(int size)
    {
        switch (size)
        {
            case 1: return ReadByte();
            case 2: return ReadUInt16();
            case 3: return ReadUInt24();
            case 4: return ReadUInt32();
            case 8: return ReadUInt64();
            default:
                Malformed.Unsupported(_section.Name, Offset, $"number of {size} bytes");
                return 0;
        }
    }

    /// <summary>A DWARF offset: 4 bytes, or 8 in the 64-bit format.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadOffset(int offsetSize) => offsetSize == 8 ? ReadUInt64() : ReadUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadULeb128()
    {
        if (_position < _window.Length)
        {
            var first = _window[_position];
            if (first < 0x80)
            {
                _position++;
                return first;
            }
        }

        return ReadULeb128Long();
    }

    public long ReadSLeb128()
    {
        PrepareLeb128();
        var position = _position;
        long result = 0;
        var shift = 0;
        byte b;
        do
        {
            if (position >= _window.Length) Malformed.Truncated(_section.Name, Offset, position - _position + 1);
            if (shift >= 70) Malformed.Leb128(_section.Name, Offset);
            b = _window[position++];
            if (shift < 64) result |= (long)(b & 0x7f) << shift;
            shift += 7;
        }
        while (b >= 0x80);
        if (shift < 64 && (b & 0x40) != 0) result |= -1L << shift;
        _position = position;
        return result;
    }

    public void SkipLeb128()
    {
        PrepareLeb128();
        var position = _position;
        while (true)
        {
            if (position >= _window.Length) Malformed.Truncated(_section.Name, Offset, position - _position + 1);
            if (position - _position >= 10) Malformed.Leb128(_section.Name, Offset);
            if (_window[position++] < 0x80) break;
        }

        _position = position;
    }

    /// <summary>Bytes in place; valid for as long as the caller holds them, also after the cursor moved on.</summary>
    public ReadOnlySpan<byte> ReadBytes(long count)
    {
        if (count < 0 || count > Remaining) Malformed.Truncated(_section.Name, Offset, count);
        if (count > int.MaxValue) Malformed.Unsupported(_section.Name, Offset, "block over 2 GiB");
        if (count == 0) return default;
        Need((int)count);
        var bytes = _window.Slice(_position, (int)count);
        _position += (int)count;
        return bytes;
    }

    /// <summary>Zero-terminated bytes in place, without the zero.</summary>
    public ReadOnlySpan<byte> ReadCString()
    {
        var wanted = 64;
        while (true)
        {
            var rest = _window[_position..];
            var length = rest.IndexOf((byte)0);
            if (length >= 0)
            {
                _position += length + 1;
                return rest[..length];
            }

            if (rest.Length >= Remaining) Malformed.Truncated(_section.Name, Offset, Remaining + 1);
            wanted = Math.Max(wanted, rest.Length > int.MaxValue / 4 ? int.MaxValue : rest.Length * 2);
            Refill((int)Math.Min(wanted, Remaining));
        }
    }

    /// <summary>Moves behind the next zero byte.</summary>
    public void SkipCString()
    {
        var from = Offset;
        while (true)
        {
            var length = _window[_position..].IndexOf((byte)0);
            if (length >= 0)
            {
                _position += length + 1;
                return;
            }

            if (_windowStart + _window.Length >= _end)
            {
                Seek(from);
                Malformed.Truncated(_section.Name, from, Remaining + 1);
            }

            Seek(_windowStart + _window.Length);
            Refill(1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Need(int count)
    {
        if (_window.Length - _position < count) Refill(count);
    }

    private void Refill(int needed)
    {
        var offset = Offset;
        if (needed > _end - offset) Malformed.Truncated(_section.Name, offset, needed);
        var window = _section.GetWindow(offset, needed, out var start);
        if (start + window.Length > _end) window = window[..(int)(_end - start)];
        _window = window;
        _windowStart = start;
        _position = (int)(offset - start);
    }

    private void SkipFar(long count)
    {
        if (count < 0 || count > Remaining) Malformed.Truncated(_section.Name, Offset, count);
        Seek(Offset + count);
    }

    private void PrepareLeb128()
    {
        if (_window.Length - _position < 10 && _windowStart + _window.Length < _end) Refill((int)Math.Min(10, Remaining));
    }

    private ulong ReadULeb128Long()
    {
        PrepareLeb128();
        var position = _position;
        ulong result = 0;
        var shift = 0;
        while (true)
        {
            if (position >= _window.Length) Malformed.Truncated(_section.Name, Offset, position - _position + 1);
            var b = _window[position++];
            if (shift == 63 && b > 1 || shift > 63) Malformed.Leb128(_section.Name, Offset);
            result |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) break;
            shift += 7;
        }

        _position = position;
        return result;
    }
}
