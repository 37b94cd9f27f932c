using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>
/// Memory shared with the kernel (values of an array map, a ring buffer), unmapped with its object. Spans from it must not
/// outlive it. Words that programs change at the same time are read and written through the <c>Volatile</c> members.
/// </summary>
internal sealed unsafe class KernelMapping : SafeHandle
{
    private readonly IKernel _kernel;

    private KernelMapping(IKernel kernel, nint address, long length)
        : base(0, ownsHandle: true)
    {
        _kernel = kernel;
        Length = length;
        SetHandle(address);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>All bytes.</summary>
    public Span<byte> Bytes => new(Pointer(0, (int)Length), checked((int)Length));

    /// <summary>Maps <paramref name="length"/> bytes of a descriptor.</summary>
    public static KernelMapping Map(IKernel kernel, KernelHandle handle, long length, MemoryProtection protection, long offset, string operation)
    {
        long result = kernel.MapMemory((nuint)length, protection, MemoryMapping.Shared, handle.Descriptor, offset);
        GC.KeepAlive(handle);
        return new KernelMapping(kernel, (nint)KernelException.Check(result, operation), length);
    }

    /// <summary>An 8-byte word, with acquire semantics.</summary>
    public long Read64(long offset) => Volatile.Read(ref *(long*)Pointer(offset, sizeof(long)));

    /// <summary>A 4-byte word, with acquire semantics.</summary>
    public uint Read32(long offset) => Volatile.Read(ref *(uint*)Pointer(offset, sizeof(uint)));

    /// <summary>Sets an 8-byte word, with release semantics.</summary>
    public void Write64(long offset, long value) => Volatile.Write(ref *(long*)Pointer(offset, sizeof(long)), value);

    /// <summary>Replaces an 8-byte word and returns what it was.</summary>
    public long Exchange64(long offset, long value) => Interlocked.Exchange(ref *(long*)Pointer(offset, sizeof(long)), value);

    /// <summary>Adds to an 8-byte word and returns the sum.</summary>
    public long Add64(long offset, long value) => Interlocked.Add(ref *(long*)Pointer(offset, sizeof(long)), value);

    /// <summary>Some bytes.</summary>
    public Span<byte> Slice(long offset, int length) => new(Pointer(offset, length), length);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => _kernel.UnmapMemory(handle, (nuint)Length) >= 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Pointer(long offset, int length)
    {
        if (IsClosed || (ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
            ThrowOutside(offset, length);
        return (byte*)handle + offset;
    }

    private void ThrowOutside(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        throw new ArgumentOutOfRangeException(nameof(offset), $"{length} bytes at {offset} of a mapping of {Length}");
    }
}
