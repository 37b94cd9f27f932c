using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Go;

/// <summary>
/// A table of values over a function's instructions: steps of (zigzag value delta, pc delta), ended by a zero (runtime/symtab.go, step).
/// The first value applies from the entry; it starts from -1.
/// </summary>
internal ref struct PcValues
{
    private ByteCursor _cursor;
    private readonly int _quantum;
    private readonly ulong _size;
    private bool _isFirst;
    private int _value;

    public PcValues(ByteCursor cursor, int quantum, ulong functionSize)
    {
        _cursor = cursor;
        _quantum = quantum;
        _size = functionSize;
        _isFirst = true;
        _value = -1;
    }

    /// <summary>The value over [<see cref="Start"/>, <see cref="End"/>), offsets from the entry.</summary>
    public readonly int Value => _value;

    public ulong Start { get; private set; }

    public ulong End { get; private set; }

    /// <summary>Goes to the next range. Each one is at least one instruction long but the first, so the function's size bounds the steps.</summary>
    public bool MoveNext()
    {
        if (End >= _size && !_isFirst) return false;
        var delta = ReadVarint();
        if (delta == 0 && !_isFirst) return false;
        var step = ReadVarint();
        if (step == 0 && !_isFirst) return false;
        _isFirst = false;
        _value += (int)(delta >> 1) ^ -(int)(delta & 1);
        Start = End;
        End += (ulong)step * (uint)_quantum;
        return true;
    }

    /// <summary>The value at an offset from the entry; -1 when the table does not cover it.</summary>
    public int At(ulong offset)
    {
        while (MoveNext())
        {
            if (offset < End) return _value;
        }

        return -1;
    }

    /// <summary>LEB128 that wraps at 32 bits, as the runtime reads it.</summary>
    private uint ReadVarint()
    {
        uint value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = _cursor.ReadByte();
            if (shift < 32) value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80) return value;
            if (shift > 63) Malformed.Leb128(_cursor.SectionName, _cursor.Offset);
        }
    }
}
