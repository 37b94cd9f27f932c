using System.Buffers.Binary;
using System.IO.Compression;
using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>
/// SHF_COMPRESSED sections (Elf64_Chdr, zlib or zstd) and the older ".zdebug_*" ("ZLIB", big-endian size, zlib stream; Go up to 1.18, gold).
/// </summary>
internal static class CompressedSection
{
    private const uint ELFCOMPRESS_ZLIB = 1, ELFCOMPRESS_ZSTD = 2;

    /// <summary>
    /// Bound against decompression bombs: this much for free, and beyond it a factor of the compressed size that no real debug section reaches
    /// (they compress by 2 to 20).
    /// </summary>
    private const long FreeSize = 16 << 20, MaxFactor = 100;

    /// <summary>The section's data: <paramref name="raw"/> itself when it is not compressed.</summary>
    public static SectionData Open(in SectionHeader section, SectionData raw)
    {
        if ((section.Flags & SectionFlags.SHF_COMPRESSED) != 0)
        {
            var header = raw.Cursor();
            var type = header.ReadUInt32();
            header.Skip(4);
            var size = header.ReadUInt64();
            header.Skip(8);
            return type switch
            {
                ELFCOMPRESS_ZLIB => Inflate(raw, size, new ZLibStream(new SectionStream(raw, 24), CompressionMode.Decompress)),
                ELFCOMPRESS_ZSTD => Inflate(raw, size, new ZstdSharp.DecompressionStream(new SectionStream(raw, 24))),
                _ => throw new BinaryFormatException(BinaryError.Unsupported, section.Name, 0, $"compression type {type}"),
            };
        }

        if (section.Name.StartsWith(".zdebug_", StringComparison.Ordinal))
        {
            if (raw.Length < 12 || !raw.Read(0, 4).SequenceEqual("ZLIB"u8)) return raw;
            var size = BinaryPrimitives.ReadUInt64BigEndian(raw.Read(4, 8));
            return Inflate(raw, size, new ZLibStream(new SectionStream(raw, 12), CompressionMode.Decompress));
        }

        return raw;
    }

    private static SectionData Inflate(SectionData raw, ulong size, Stream stream)
    {
        if (size > (ulong)Array.MaxLength || (long)size > FreeSize + raw.Length * MaxFactor)
            throw new BinaryFormatException(BinaryError.DecompressedTooLarge, raw.Name, 0, $"claims {size} bytes from {raw.Length}");
        return new SectionData(raw.Name, (int)size, stream);
    }

    /// <summary>Feeds a decompressor from a section, so that the compressed bytes are never in memory as a whole.</summary>
    private sealed class SectionStream(SectionData section, long position) : Stream
    {
        private long _position = position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => section.Length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(Math.Min(buffer.Length, section.Length - _position), 1 << 15);
            if (count <= 0) return 0;
            section.Read(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
