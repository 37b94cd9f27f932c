using Sonde.Kernel.Memory;

using Xunit;

namespace Sonde.Tests.Kernel.Memory;

public sealed class PrivateMemoryTests
{
    [Fact]
    public void Is_zero_writable_and_gone_after_dispose()
    {
        PrivateMemory memory = PrivateMemory.Allocate(10_000_000);
        Memory<byte> all = memory.Memory;
        Assert.Equal(10_000_000, all.Length);
        Assert.Equal(0, all.Span[9_999_999]);
        all.Span[9_999_999] = 5;
        Assert.Equal(5, all[9_999_999..].Span[0]);
        ((IDisposable)memory).Dispose();
        Assert.Throws<ObjectDisposedException>(() => all.Span.Length);
    }

    [Fact]
    public void Cannot_be_freed_while_pinned()
    {
        PrivateMemory memory = PrivateMemory.Allocate(1);
        System.Buffers.MemoryHandle pin = memory.Memory.Pin();
        Assert.Throws<InvalidOperationException>(() => ((IDisposable)memory).Dispose());
        pin.Dispose();
        ((IDisposable)memory).Dispose();
    }

    [Fact]
    public void May_be_empty()
    {
        PrivateMemory memory = PrivateMemory.Allocate(0);
        Assert.Equal(0, memory.Memory.Length);
        ((IDisposable)memory).Dispose();
    }
}
