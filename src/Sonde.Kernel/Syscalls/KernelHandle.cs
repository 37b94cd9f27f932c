using System.Runtime.InteropServices;

namespace Sonde.Kernel.Syscalls;

/// <summary>
/// A file descriptor that is closed with its object. For BPF maps, programs and links the descriptor is the only reference
/// (nothing is pinned), so closing it, or the end of this process by any means, frees or detaches.
/// </summary>
internal class KernelHandle : SafeHandle
{
    /// <summary>Takes over a result of the kernel; throws if it is an error.</summary>
    public KernelHandle(IKernel kernel, long result, string operation)
        : base(-1, ownsHandle: true)
    {
        Kernel = kernel;
        SetHandle((nint)KernelException.Check(result, operation));
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for use in a system call while this object is alive.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public int Descriptor
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (int)handle;
        }
    }

    /// <summary>Where the descriptor lives.</summary>
    protected IKernel Kernel { get; }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Kernel.Close((int)handle) >= 0;
}
