using Sonde.ObjectFile.Bytes;
using Xunit;

namespace Sonde.Tests.ObjectFile.Bytes;

/// <summary>The cursor reads the same from memory and through windows, and does not move when it fails.</summary>
public sealed class ByteCursorTests
{
    private static SectionData Memory(params int[] bytes) => new("test", bytes.Select(b => (byte)b).ToArray());

    [Theory]
    [InlineData(new[] { 0 }, 0ul)]
    [InlineData(new[] { 0x7f }, 127ul)]
    [InlineData(new[] { 0x80, 1 }, 128ul)]
    [InlineData(new[] { 0xe5, 0x8e, 0x26 }, 624485ul)]
    [InlineData(new[] { 0x81, 0x80, 0x80, 0 }, 1ul)]
    [InlineData(new[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1 }, ulong.MaxValue)]
    public void Uleb128(int[] bytes, ulong expected)
    {
        var cursor = Memory(bytes).Cursor();
        Assert.Equal(expected, cursor.ReadULeb128());
        Assert.True(cursor.AtEnd);
    }

    [Theory]
    [InlineData(new[] { 0 }, 0L)]
    [InlineData(new[] { 0x3f }, 63L)]
    [InlineData(new[] { 0x40 }, -64L)]
    [InlineData(new[] { 0x7f }, -1L)]
    [InlineData(new[] { 0x80, 0x7f }, -128L)]
    [InlineData(new[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f }, long.MinValue)]
    public void Sleb128(int[] bytes, long expected)
    {
        var cursor = Memory(bytes).Cursor();
        Assert.Equal(expected, cursor.ReadSLeb128());
        Assert.True(cursor.AtEnd);
    }

    private delegate void Read(ref ByteCursor cursor);

    [Fact]
    public void A_failed_read_does_not_move()
    {
        Read[] reads =
        [
            (ref ByteCursor c) => c.ReadUInt16(), (ref ByteCursor c) => c.ReadUInt24(), (ref ByteCursor c) => c.ReadUInt32(), (ref ByteCursor c) => c.ReadUInt64(),
            (ref ByteCursor c) => c.ReadULeb128(), (ref ByteCursor c) => c.ReadSLeb128(), (ref ByteCursor c) => c.SkipLeb128(), (ref ByteCursor c) => c.ReadBytes(2),
            (ref ByteCursor c) => c.ReadBytes(-1), (ref ByteCursor c) => c.ReadBytes(long.MaxValue), (ref ByteCursor c) => c.Skip(2), (ref ByteCursor c) => c.Skip(-1),
            (ref ByteCursor c) => c.Skip(long.MaxValue), (ref ByteCursor c) => c.ReadCString(), (ref ByteCursor c) => c.SkipCString(), (ref ByteCursor c) => c.ReadUnsigned(8),
            (ref ByteCursor c) => c.ReadUnsigned(5), (ref ByteCursor c) => c.Seek(7), (ref ByteCursor c) => c.Seek(-1),
        ];
        foreach (var read in reads)
        {
            var cursor = Memory(1, 2, 0xff).Cursor(2);
            BinaryFormatException? error = null;
            try
            {
                read(ref cursor);
            }
            catch (BinaryFormatException e)
            {
                error = e;
            }

            Assert.NotNull(error);
            Assert.Equal("test", error.Section);
            Assert.Equal(2, cursor.Offset);
            Assert.Equal(0xff, cursor.ReadByte());
        }
    }

    [Theory]
    [InlineData(new[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0 })]
    [InlineData(new[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2 })]
    public void Uleb128_beyond_64_bits_is_refused(int[] bytes) => Assert.Equal(BinaryError.BadLeb128, Assert.Throws<BinaryFormatException>(() => Memory(bytes).Cursor().ReadULeb128()).Code);

    [Fact]
    public void A_cursor_ends_where_it_was_told_to()
    {
        var section = Memory(1, 2, 3, 4, 5, 0);
        var cursor = section.Cursor(1, 3);
        Assert.Equal(2, cursor.Remaining);
        cursor.Skip(2);
        Assert.True(cursor.AtEnd);
        Assert.Throws<BinaryFormatException>(() => section.Cursor(1, 3).ReadUInt32());
        Assert.Throws<BinaryFormatException>(() => section.Cursor(1, 3).ReadCString());
        Assert.Throws<BinaryFormatException>(() => section.Cursor(4, 3));
        Assert.Throws<BinaryFormatException>(() => section.Cursor(1, 7));
        Assert.Throws<BinaryFormatException>(() => section.Read(4, 3));
    }

    /// <summary>Reads a large section in windows of 64 bytes, by a random mix of calls, beside the same in memory.</summary>
    [Fact]
    public void Windows_make_no_difference()
    {
        var random = new Random(1);
        var bytes = new byte[400_000];
        random.NextBytes(bytes);
        for (var i = 0; i < bytes.Length; i += random.Next(1, 300)) bytes[i] = 0;
        var whole = new SectionData("whole", bytes).Cursor();
        var windowed = new SectionData("windowed", new MemoryByteSource(new byte[77].Concat(bytes).ToArray()), 77, bytes.Length, 6, 4).Cursor();
        for (var i = 0; i < 100_000; i++)
        {
            if (whole.Remaining < 2000 || i % 5000 == 4999)
            {
                var target = random.Next(bytes.Length - 3000);
                whole.Seek(target);
                windowed.Seek(target);
            }

            switch (random.Next(11))
            {
                case 0: Assert.Equal(whole.ReadByte(), windowed.ReadByte()); break;
                case 1: Assert.Equal(whole.ReadUInt16(), windowed.ReadUInt16()); break;
                case 2: Assert.Equal(whole.ReadUInt24(), windowed.ReadUInt24()); break;
                case 3: Assert.Equal(whole.ReadUInt32(), windowed.ReadUInt32()); break;
                case 4: Assert.Equal(whole.ReadUInt64(), windowed.ReadUInt64()); break;
                case 5: Assert.True(whole.ReadCString().SequenceEqual(windowed.ReadCString())); break;
                case 6:
                    whole.SkipCString();
                    windowed.SkipCString();
                    break;
                case 7:
                    var count = random.Next(400);
                    Assert.True(whole.ReadBytes(count).SequenceEqual(windowed.ReadBytes(count)));
                    break;
                case 8:
                    var skip = random.Next(300);
                    whole.Skip(skip);
                    windowed.Skip(skip);
                    break;
                default:
                    var probe = whole;
                    try
                    {
                        var expected = probe.ReadSLeb128();
                        Assert.Equal(expected, windowed.ReadSLeb128());
                        whole.Seek(probe.Offset);
                    }
                    catch (BinaryFormatException)
                    {
                        var failed = false;
                        try
                        {
                            windowed.ReadSLeb128();
                        }
                        catch (BinaryFormatException)
                        {
                            failed = true;
                        }

                        Assert.True(failed);
                    }

                    break;
            }

            Assert.Equal(whole.Offset, windowed.Offset);
        }
    }

    [Fact]
    public void A_file_that_shrinks_is_an_error_not_zeros()
    {
        var section = new SectionData("test", new MemoryByteSource(new byte[10]), 0, 20);
        Assert.Equal(BinaryError.Truncated, Assert.Throws<BinaryFormatException>(() => section.Cursor().ReadByte()).Code);
    }
}
