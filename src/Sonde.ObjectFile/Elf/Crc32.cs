using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>The CRC-32 of .gnu_debuglink (IEEE 802.3, reflected, as in zlib), over a whole file. Eight bytes per step: debug files are large.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>The checksum of all bytes of a file.</summary>
    public static uint Compute(IByteSource source)
    {
        var buffer = new byte[256 << 10];
        var crc = uint.MaxValue;
        long offset = 0;
        int read;
        while ((read = source.Read(offset, buffer)) > 0)
        {
            crc = Update(crc, buffer.AsSpan(0, read));
            offset += read;
        }

        return ~crc;
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            var low = crc ^ BitConverter.ToUInt32(bytes);
            crc = Tables[7][low & 0xff] ^ Tables[6][low >> 8 & 0xff] ^ Tables[5][low >> 16 & 0xff] ^ Tables[4][low >> 24] ^
                Tables[3][bytes[4]] ^ Tables[2][bytes[5]] ^ Tables[1][bytes[6]] ^ Tables[0][bytes[7]];
            bytes = bytes[8..];
        }

        foreach (var b in bytes) crc = Tables[0][(byte)(crc ^ b)] ^ crc >> 8;
        return crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var t = 0; t < 8; t++)
        {
            tables[t] = new uint[256];
            for (uint i = 0; i < 256; i++)
            {
                if (t > 0)
                {
                    var previous = tables[t - 1][i];
                    tables[t][i] = tables[0][previous & 0xff] ^ previous >> 8;
                    continue;
                }

                var value = i;
                for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? value >> 1 ^ 0xedb88320 : value >> 1;
                tables[0][i] = value;
            }
        }

        return tables;
    }
}
