using Sonde.ObjectFile.Elf;
using Sonde.Symbols;
using Xunit;

namespace Sonde.Tests.Symbols;

/// <summary>Memory that is what a file says, on the memory of the tests' own process.</summary>
public sealed class UnwrittenMemoryTests
{
    private const int PageSize = 4096;

    [Fact]
    public void What_is_read_is_what_is_in_memory()
    {
        using var memory = new UnwrittenMemory();
        using FileStream own = File.OpenRead("/proc/self/mem");
        byte[] expected = new byte[PageSize], page = new byte[PageSize];
        int pages = 0, none = 0;

        // Of each mapping, relocated constants among them, the first pages and some more.
        foreach (Mapping mapping in Mapping.Of(Environment.ProcessId))
        {
            int step = PageSize * Math.Max(1, (int)((mapping.End - mapping.Start) / PageSize / 16));
            for (ulong at = mapping.Start; at < mapping.End; at += (ulong)step)
            {
                int got = memory.Read(Environment.ProcessId, at, page);
                if (got == 0)
                {
                    none++;
                    continue;
                }

                Assert.True(mapping.IsPrivateAndReadOnly, mapping.ToString());
                Assert.Equal(PageSize, got);
                own.Position = (long)at;
                own.ReadExactly(expected);
                Assert.True(expected.AsSpan().SequenceEqual(page), $"{at:x} of {mapping}");
                pages++;
            }
        }

        Assert.True(pages > 20, $"{pages} pages");
        Assert.True(none > 20, $"{none} pages are written or may be");
    }

    [Fact]
    public void Memory_without_a_file_has_none()
    {
        using var memory = new UnwrittenMemory();
        byte[] pinned = GC.AllocateArray<byte>(16, pinned: true);
        ulong address = (ulong)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        Assert.Equal(0, memory.Read(Environment.ProcessId, address, new byte[8]));
        Assert.Equal(0, memory.Read(Environment.ProcessId, 0x1000, new byte[8]));
    }

    [Fact]
    public void A_process_that_is_not_there_has_none()
    {
        using var memory = new UnwrittenMemory();
        Assert.Equal(0, memory.Read(int.MaxValue, 0x400000, new byte[8]));
    }

    [Fact]
    public void A_process_that_has_ended_had_what_is_never_written()
    {
        using var memory = new UnwrittenMemory();
        using var process = System.Diagnostics.Process.Start("/bin/true");
        process.WaitForExit();
        using Image image = Image.Open("/bin/sleep");
        const ulong bias = 0x5555_0000_0000;
        byte[] bytes = new byte[4];
        memory.Note(process.Id, image, bias);
        Assert.Equal(4, memory.Read(process.Id, bias, bytes));
        Assert.Equal("\u007fELF"u8, bytes);

        // What the loader relocates and what the program writes.
        foreach (Segment segment in image.Elf.Segments.Where(s => s.Type == SegmentType.PT_LOAD && (s.Flags & SegmentFlags.PF_W) != 0))
            Assert.Equal(0, memory.Read(process.Id, bias + segment.Address.Value, bytes));
    }
}
