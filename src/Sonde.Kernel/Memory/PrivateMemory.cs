using System.Buffers;

using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Memory;

/// <summary>
/// A private anonymous mapping as <see cref="Memory{T}"/>: for large buffers such as decompressed sections, which go back
/// to the system at once when they are disposed and never fragment the managed heap. Pages are zero and cost nothing until
/// touched. There is no finalizer (a span does not keep its owner alive), so who forgets to dispose leaks. Never a mapping of a file: a file that shrinks under a mapping kills the process.
/// </summary>
/// <remarks>Memory and spans from it must not be used after <see cref="IDisposable.Dispose"/>; readers hold a reference to the owner.</remarks>
internal sealed unsafe class PrivateMemory : MemoryManager<byte>
{
    private readonly IKernel _kernel;
    private readonly int _length;
    private nint _address;
    private int _pins;

    private PrivateMemory(IKernel kernel, nint address, int length)
    {
        _kernel = kernel;
        _address = address;
        _length = length;
    }

    /// <summary>Allocates <paramref name="length"/> zero bytes.</summary>
    /// <exception cref="KernelException">There is no room.</exception>
    public static PrivateMemory Allocate(int length, IKernel? kernel = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        kernel ??= LinuxKernel.Instance;
        long address = kernel.MapMemory(
            (nuint)Math.Max(1, length),
            MemoryProtection.Read | MemoryProtection.Write,
            MemoryMapping.Private | MemoryMapping.Anonymous | MemoryMapping.NoReserve,
            -1,
            0);
        return new PrivateMemory(kernel, (nint)KernelException.Check(address, $"mmap of {length} bytes"), length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_address == 0, this);
        return new Span<byte>((void*)_address, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_address == 0, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length);
        Interlocked.Increment(ref _pins);
        return new MemoryHandle((byte*)_address + elementIndex, default, this);
    }

    /// <inheritdoc/>
    public override void Unpin() => Interlocked.Decrement(ref _pins);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Volatile.Read(ref _pins) != 0)
            throw new InvalidOperationException("the memory is pinned");
        nint address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
            _kernel.UnmapMemory(address, (nuint)Math.Max(1, _length));
    }
}
