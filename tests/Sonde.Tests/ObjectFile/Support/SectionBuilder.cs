using System.Buffers.Binary;
using System.Text;

namespace Sonde.Tests.ObjectFile.Support;

/// <summary>Writes a section by chained calls, with labels that may be used before they are set.</summary>
internal sealed class SectionBuilder
{
    private readonly List<byte> _bytes = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<(int At, string Label, int From)> _fixups = [];

    public int Length => _bytes.Count;

    public SectionBuilder U8(params ReadOnlySpan<int> values)
    {
        foreach (var value in values) _bytes.Add((byte)value);
        return this;
    }

    public SectionBuilder U16(int value) => U8(value & 0xff, value >> 8 & 0xff);

    public SectionBuilder U32(uint value) => U16((int)(value & 0xffff)).U16((int)(value >> 16));

    public SectionBuilder U64(ulong value) => U32((uint)value).U32((uint)(value >> 32));

    public SectionBuilder Uleb(ulong value)
    {
        do
        {
            var b = (byte)(value & 0x7f);
            value >>= 7;
            _bytes.Add(value != 0 ? (byte)(b | 0x80) : b);
        }
        while (value != 0);
        return this;
    }

    public SectionBuilder Sleb(long value)
    {
        while (true)
        {
            var b = (byte)(value & 0x7f);
            value >>= 7;
            var last = value == 0 && (b & 0x40) == 0 || value == -1 && (b & 0x40) != 0;
            _bytes.Add(last ? b : (byte)(b | 0x80));
            if (last) return this;
        }
    }

    public SectionBuilder Text(string text)
    {
        _bytes.AddRange(Encoding.UTF8.GetBytes(text));
        return U8(0);
    }

    public SectionBuilder Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Names this place.</summary>
    public SectionBuilder Label(string name)
    {
        _labels.Add(name, _bytes.Count);
        return this;
    }

    /// <summary>Four bytes: the distance from <paramref name="from"/> to a label.</summary>
    public SectionBuilder Offset(string label, int from = 0)
    {
        _fixups.Add((_bytes.Count, label, from));
        return U32(0);
    }

    /// <summary>A length field: four bytes that count what follows up to a label.</summary>
    public SectionBuilder LengthTo(string label) => Offset(label, _bytes.Count + 4);

    public int At(string label) => _labels[label];

    public byte[] ToArray()
    {
        var bytes = _bytes.ToArray();
        foreach (var (at, label, from) in _fixups) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), _labels[label] - from);
        return bytes;
    }
}
