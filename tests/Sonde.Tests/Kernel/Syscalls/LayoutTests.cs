using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using Sonde.Kernel.Syscalls;

using Xunit;

namespace Sonde.Tests.Kernel.Syscalls;

/// <summary>Sizes and offsets as <c>bpftool btf dump file /sys/kernel/btf/vmlinux format c</c> gives them for 6.18.</summary>
public sealed class LayoutTests
{
    [Fact]
    public void Structs_are_as_large_as_the_kernels()
    {
        Assert.Equal(44, Unsafe.SizeOf<MapCreateAttributes>());
        Assert.Equal(32, Unsafe.SizeOf<MapElementAttributes>());
        Assert.Equal(56, Unsafe.SizeOf<MapBatchAttributes>());
        Assert.Equal(72, Unsafe.SizeOf<ProgramLoadAttributes>());
        Assert.Equal(64, Unsafe.SizeOf<TestRunAttributes>());
        Assert.Equal(16, Unsafe.SizeOf<ObjectInfoAttributes>());
        Assert.Equal(24, Unsafe.SizeOf<PerfLinkAttributes>());
        Assert.Equal(64, Unsafe.SizeOf<UprobeMultiAttributes>());
        Assert.Equal(224, Unsafe.SizeOf<ProgramInfoRecord>());
        Assert.Equal(PerfEventAttributes.Version5, Unsafe.SizeOf<PerfEventAttributes>());
        Assert.Equal(12, Unsafe.SizeOf<EpollEvent>());
    }

    [Theory]
    [InlineData(typeof(MapCreateAttributes), nameof(MapCreateAttributes.MapName), 28)]
    [InlineData(typeof(MapElementAttributes), nameof(MapElementAttributes.Key), 8)]
    [InlineData(typeof(MapElementAttributes), nameof(MapElementAttributes.Flags), 24)]
    [InlineData(typeof(MapBatchAttributes), nameof(MapBatchAttributes.MapFd), 36)]
    [InlineData(typeof(ProgramLoadAttributes), nameof(ProgramLoadAttributes.LogBuf), 32)]
    [InlineData(typeof(ProgramLoadAttributes), nameof(ProgramLoadAttributes.ProgName), 48)]
    [InlineData(typeof(ProgramLoadAttributes), nameof(ProgramLoadAttributes.ExpectedAttachType), 68)]
    [InlineData(typeof(TestRunAttributes), nameof(TestRunAttributes.DataIn), 16)]
    [InlineData(typeof(PerfLinkAttributes), nameof(PerfLinkAttributes.BpfCookie), 16)]
    [InlineData(typeof(UprobeMultiAttributes), nameof(UprobeMultiAttributes.Path), 16)]
    [InlineData(typeof(UprobeMultiAttributes), nameof(UprobeMultiAttributes.Cookies), 40)]
    [InlineData(typeof(UprobeMultiAttributes), nameof(UprobeMultiAttributes.MultiFlags), 52)]
    [InlineData(typeof(UprobeMultiAttributes), nameof(UprobeMultiAttributes.Pid), 56)]
    [InlineData(typeof(PerfEventAttributes), nameof(PerfEventAttributes.UprobePath), 56)]
    [InlineData(typeof(PerfEventAttributes), nameof(PerfEventAttributes.ProbeOffset), 64)]
    [InlineData(typeof(ProgramInfoRecord), nameof(ProgramInfoRecord.Name), 64)]
    [InlineData(typeof(ProgramInfoRecord), nameof(ProgramInfoRecord.NetnsDev), 88)]
    [InlineData(typeof(ProgramInfoRecord), nameof(ProgramInfoRecord.RunTimeNs), 192)]
    [InlineData(typeof(ProgramInfoRecord), nameof(ProgramInfoRecord.RecursionMisses), 208)]
    [InlineData(typeof(ProgramInfoRecord), nameof(ProgramInfoRecord.VerifiedInsns), 216)]
    [InlineData(typeof(EpollEvent), nameof(EpollEvent.Data), 4)]
    public void Fields_are_where_the_kernel_has_them(Type type, string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf(type, field));

    [Fact]
    public void Object_names_are_cut_and_cleaned()
    {
        ObjectName name = ObjectName.From("main.(*T).Get and more");
        Assert.Equal("main.__T_.Get_a\0"u8.ToArray(), ((ReadOnlySpan<byte>)name).ToArray());
    }

    [Fact]
    public void Errors_read_well()
    {
        Assert.Equal("bpf: EPERM (operation not permitted)", new KernelException("bpf", Errno.EPERM).Message);
        Assert.Equal("ENOTSUPP (not supported by the kernel for this object)", ErrnoText.Describe((Errno)524));
        Assert.Equal("errno 600", ErrnoText.Describe((Errno)600));
        Assert.Contains("Linux 5.15", new FeatureMissingException("attach cookies", "5.15").Message, StringComparison.Ordinal);
    }
}
