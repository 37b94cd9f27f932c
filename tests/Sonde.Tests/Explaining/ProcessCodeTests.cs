using Sonde.Explaining;
using Sonde.Kernel.Syscalls;
using Sonde.Symbols;
using Xunit;

namespace Sonde.Tests.Explaining;

public sealed class ProcessCodeTests
{
    /// <summary>The tests' own program: its code in memory is that of its file.</summary>
    [Fact]
    public void Reads_the_bytes_that_the_file_has()
    {
        using Image image = Own();
        Assert.True(image.Elf.TryGetFileOffset(image.Elf.EntryPoint, out long offset));
        byte[] file = new byte[16], memory = new byte[16];
        Assert.Equal(16, image.Elf.ReadAt(image.Elf.EntryPoint, file));
        bool read = ProcessCode.Of(Environment.ProcessId, LinuxKernel.Instance).TryRead(image, offset, memory, out string? refusal);
        Assert.True(read, refusal);
        Assert.Equal(file, memory);
    }

    [Fact]
    public void What_is_not_mapped_or_not_there_is_said()
    {
        using Image image = Own();
        var bytes = new byte[1];
        Assert.False(ProcessCode.Of(Environment.ProcessId, LinuxKernel.Instance).TryRead(image, 1L << 50, bytes, out string? refusal));
        Assert.Contains("not mapped", refusal, StringComparison.Ordinal);
        Assert.False(ProcessCode.Of(int.MaxValue, LinuxKernel.Instance).TryRead(image, 0, bytes, out refusal));
        Assert.Contains("has ended", refusal, StringComparison.Ordinal);
    }

    /// <summary>Another program than the process runs is not taken for it.</summary>
    [Fact]
    public void A_file_that_is_not_mapped_is_not_found()
    {
        using Image other = Image.Open(Golden.PathOf("explain/account"));
        Assert.False(ProcessCode.Of(Environment.ProcessId, LinuxKernel.Instance).TryRead(other, 0x1000, new byte[1], out string? refusal));
        Assert.Contains("not mapped", refusal, StringComparison.Ordinal);
    }

    private static Image Own() => Image.Open(new FileInfo("/proc/self/exe").LinkTarget!, "/proc/self/exe");

    [Theory]
    [InlineData("55d0a0000000-55d0a0002000 r-xp 00001000 fd:01 42                         /usr/bin/a b", true, 0x1000, "fd:01", 42, "/usr/bin/a b")]
    [InlineData("7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0 ", false, 0, "00:00", 0, "")]
    [InlineData("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]", true, 0, "00:00", 0, "[vsyscall]")]
    public void Reads_lines_of_maps(string line, bool executable, long offset, string device, ulong inode, string path)
    {
        Mapping mapping = Mapping.Parse(line)!.Value;
        Assert.Equal((executable, offset, device, inode, path), (mapping.IsExecutable, mapping.Offset, mapping.Identity.Device, mapping.Identity.Inode, mapping.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7ffd00000000 r-xp 0 00:00 0")]
    [InlineData("2-1 r-xp 00000000 00:00 0")]
    [InlineData("1-2 r-xp xyz 00:00 0")]
    public void Passes_over_what_is_no_line_of_maps(string line) => Assert.Null(Mapping.Parse(line));
}
