using System.Buffers;
using System.Buffers.Binary;

namespace Sonde.Values;

/// <summary>Makes text values of the target's characters.</summary>
internal static class TextBytes
{
    /// <summary>
    /// A text of whole units. UTF-8 (or any other encoding of bytes) is taken as it is; of a cut one an incomplete last
    /// character is left out. Wider units are converted; what is no character (half of a pair) becomes bytes that are no
    /// UTF-8 either, so that the sinks see it and say so.
    /// </summary>
    public static TextValue Make(string typeName, ReadOnlySpan<byte> units, uint unitSize, long? length, bool isCut)
    {
        byte[] utf8 = unitSize switch
        {
            1 => (isCut ? units[..CompleteLength(units)] : units).ToArray(),
            2 => FromUtf16(units, isCut),
            _ => FromUtf32(units),
        };
        return new TextValue(typeName, utf8, length, isCut);
    }

    /// <summary>The index of the first zero unit, or -1.</summary>
    public static int IndexOfZero(ReadOnlySpan<byte> units, uint unitSize)
    {
        if (unitSize == 1)
            return units.IndexOf((byte)0);
        int size = (int)unitSize;
        for (int at = 0; at + size <= units.Length; at += size)
        {
            if (units.Slice(at, size).IndexOfAnyExcept((byte)0) < 0)
                return at;
        }

        return -1;
    }

    /// <summary>The length without an incomplete UTF-8 sequence at the end; a text that is no UTF-8 there stays whole.</summary>
    public static int CompleteLength(ReadOnlySpan<byte> utf8)
    {
        for (int back = 1; back <= Math.Min(3, utf8.Length); back++)
        {
            byte unit = utf8[^back];
            if ((unit & 0xC0) == 0x80)
                continue;
            int wanted = unit switch { >= 0xF0 and < 0xF8 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
            return unit < 0xF8 && wanted > back ? utf8.Length - back : utf8.Length;
        }

        return utf8.Length;
    }

    private static byte[] FromUtf16(ReadOnlySpan<byte> units, bool isCut)
    {
        var writer = new ArrayBufferWriter<byte>(Math.Max(units.Length, 1));
        int count = units.Length / 2;
        for (int i = 0; i < count; i++)
        {
            uint unit = BinaryPrimitives.ReadUInt16LittleEndian(units[(i * 2)..]);
            if (char.IsHighSurrogate((char)unit))
            {
                if (i + 1 < count && BinaryPrimitives.ReadUInt16LittleEndian(units[(i * 2 + 2)..]) is var low && char.IsLowSurrogate((char)low))
                {
                    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00u);
                    i++;
                }
                else if (i + 1 == count && isCut)
                {
                    break;
                }
            }

            Encode(unit, writer);
        }

        return writer.WrittenSpan.ToArray();
    }

    private static byte[] FromUtf32(ReadOnlySpan<byte> units)
    {
        var writer = new ArrayBufferWriter<byte>(Math.Max(units.Length, 1));
        for (int at = 0; at + 4 <= units.Length; at += 4)
            Encode(BinaryPrimitives.ReadUInt32LittleEndian(units[at..]), writer);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>UTF-8, continued by its own scheme over surrogates and up to 21 bits; beyond that the bare four bytes behind 0xFF.</summary>
    private static void Encode(uint code, ArrayBufferWriter<byte> writer)
    {
        Span<byte> to = writer.GetSpan(5);
        int length;
        switch (code)
        {
            case < 0x80:
                to[0] = (byte)code;
                length = 1;
                break;
            case < 0x800:
                to[0] = (byte)(0xC0 | (code >> 6));
                to[1] = (byte)(0x80 | (code & 0x3F));
                length = 2;
                break;
            case < 0x10000:
                to[0] = (byte)(0xE0 | (code >> 12));
                to[1] = (byte)(0x80 | ((code >> 6) & 0x3F));
                to[2] = (byte)(0x80 | (code & 0x3F));
                length = 3;
                break;
            case < 0x200000:
                to[0] = (byte)(0xF0 | (code >> 18));
                to[1] = (byte)(0x80 | ((code >> 12) & 0x3F));
                to[2] = (byte)(0x80 | ((code >> 6) & 0x3F));
                to[3] = (byte)(0x80 | (code & 0x3F));
                length = 4;
                break;
            default:
                to[0] = 0xFF;
                BinaryPrimitives.WriteUInt32BigEndian(to[1..], code);
                length = 5;
                break;
        }

        writer.Advance(length);
    }
}
