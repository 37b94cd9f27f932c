using System.Buffers.Binary;
using System.IO.Compression;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Elf;

/// <summary>Files that Sonde does not take are refused with a code each, broken ones with a place.</summary>
public sealed class RefusalTests
{
    private static byte[] Good() => ElfBuilder.Build(new Dictionary<string, byte[]> { [".text"] = new byte[64] });

    private static ElfImage Open(byte[] bytes) => ElfImage.Open(new MemoryByteSource(bytes));

    public static TheoryData<string, string, int, int> Headers => new()
    {
        { "NotElf", "not an ELF file", 0, 'X' },
        { "Not64Bit", "32-bit", 4, 1 },
        { "BigEndian", "big-endian", 5, 2 },
        { "OtherMachine", "arm64", 18, 183 },
        { "OtherMachine", "x86 (32-bit)", 18, 3 },
        { "OtherFileType", "relocatable object", 16, 1 },
        { "OtherFileType", "core dump", 16, 4 },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Other_files(string code, string text, int offset, int value)
    {
        var bytes = Good();
        bytes[offset] = (byte)value;
        var error = Assert.Throws<BinaryFormatException>(() => Open(bytes));
        Assert.Equal(code, error.Code.ToString());
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_an_error_or_leaves_no_sections()
    {
        var bytes = Good();
        for (var length = 0; length < bytes.Length; length++)
        {
            try
            {
                var image = Open(bytes[..length]);
                Assert.NotNull(image.SectionTableError);
                Assert.Empty(image.Sections);
            }
            catch (BinaryFormatException e)
            {
                Assert.True(e.Code is BinaryError.NotElf or BinaryError.Truncated);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_decompression_bomb_is_refused_before_it_goes_off(uint type)
    {
        var image = Open(ElfBuilder.Build(new Dictionary<string, byte[]> { [".debug_info"] = Compressed(type, 1L << 40, [1, 2, 3]) }, 0x800));
        Assert.Equal(BinaryError.DecompressedTooLarge, Assert.Throws<BinaryFormatException>(() => image.TryGetContents(".debug_info")).Code);
        image = Open(ElfBuilder.Build(new Dictionary<string, byte[]> { [".debug_info"] = Compressed(type, 1L << 30, [1, 2, 3]) }, 0x800));
        Assert.Equal(BinaryError.DecompressedTooLarge, Assert.Throws<BinaryFormatException>(() => image.TryGetContents(".debug_info")).Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Compressed_sections(uint type)
    {
        var content = new byte[1_000_000];
        new Random(5).NextBytes(content.AsSpan(0, 500_000));
        using var stream = new MemoryStream();
        using (Stream packer = type == 1 ? new ZLibStream(stream, CompressionLevel.Fastest, true) : new ZstdSharp.CompressionStream(stream, leaveOpen: true)) packer.Write(content);
        var image = Open(ElfBuilder.Build(new Dictionary<string, byte[]> { [".debug_info"] = Compressed(type, content.Length, stream.ToArray()) }, 0x800));
        var data = image.TryGetContents(".debug_info")!;
        Assert.True(data.IsInflating);
        Assert.True(data.Read(1000, 100).SequenceEqual(content.AsSpan(1000, 100)));
        Assert.True(data.IsInflating);
        Assert.True(data.Read(999_000, 1000).SequenceEqual(content.AsSpan(999_000, 1000)));
        Assert.True(data.Read(500, 10).SequenceEqual(content.AsSpan(500, 10)));
        Assert.True(data.ReadAll().SequenceEqual(content));
        Assert.False(data.IsInflating);
        Assert.Throws<BinaryFormatException>(() => data.Read(999_999, 2));

        // What comes before the damage can be read, what lies behind is an error each time.
        var damaged = Open(ElfBuilder.Build(new Dictionary<string, byte[]> { [".debug_info"] = Compressed(type, content.Length, stream.ToArray()[..^2000]) }, 0x800)).TryGetContents(".debug_info")!;
        Assert.True(damaged.Read(1000, 100).SequenceEqual(content.AsSpan(1000, 100)));
        Assert.Equal(BinaryError.BadCompression, Assert.Throws<BinaryFormatException>(() => damaged.Read(999_000, 10)).Code);
        Assert.Equal(BinaryError.BadCompression, Assert.Throws<BinaryFormatException>(() => damaged.Read(999_000, 10)).Code);
        Assert.True(damaged.Read(1000, 100).SequenceEqual(content.AsSpan(1000, 100)));
    }

    [Fact]
    public void The_older_compressed_sections()
    {
        var content = Enumerable.Range(0, 5000).Select(i => (byte)(i / 7)).ToArray();
        using var stream = new MemoryStream();
        using (var packer = new ZLibStream(stream, CompressionLevel.Fastest, true)) packer.Write(content);
        var header = new byte[12];
        "ZLIB"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(4), (ulong)content.Length);
        var image = Open(ElfBuilder.Build(new Dictionary<string, byte[]> { [".zdebug_info"] = [.. header, .. stream.ToArray()] }));
        Assert.True(image.TryGetContents(".debug_info")!.ReadAll().SequenceEqual(content));
    }

    private static byte[] Compressed(uint type, long size, byte[] data)
    {
        var header = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), size);
        return [.. header, .. data];
    }
}
