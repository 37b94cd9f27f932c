using System.Runtime.InteropServices;

using Sonde.Kernel.Syscalls;

namespace Sonde.Tests.Kernel;

/// <summary>A kernel that refuses everything (ENOSYS) but what a test overrides. Mappings are plain memory, in order of the calls.</summary>
internal unsafe class FakeKernel : IKernel, IDisposable
{
    private readonly List<nint> _mappings = [];
    private const long Unknown = -(long)Errno.ENOSYS;

    public List<int> Closed { get; } = [];

    /// <summary>What <see cref="MapMemory"/> gave out.</summary>
    public IReadOnlyList<nint> Mappings => _mappings;

    public virtual long Bpf(BpfCommand command, void* attributes, int size) => Unknown;

    public virtual long PerfEventOpen(PerfEventAttributes* attributes, int pid, int cpu, int groupDescriptor, ulong flags) => Unknown;

    public virtual long Ioctl(int descriptor, ulong request, long argument) => Unknown;

    public virtual long EpollCreate() => Unknown;

    public virtual long EpollAdd(int epoll, int descriptor, ulong tag) => Unknown;

    public virtual long EpollWait(int epoll, EpollEvent* events, int capacity, int milliseconds) => Unknown;

    public virtual long EventDescriptor() => Unknown;

    public virtual long Read(int descriptor, void* buffer, nuint length) => Unknown;

    public virtual long Write(int descriptor, void* buffer, nuint length) => Unknown;

    public virtual long CreateMemoryFile(string name) => Unknown;

    public long MapMemory(nuint length, MemoryProtection protection, MemoryMapping flags, int descriptor, long offset)
    {
        _mappings.Add((nint)NativeMemory.AllocZeroed(length));
        return _mappings[^1];
    }

    public long UnmapMemory(nint address, nuint length) => 0;

    public long Close(int descriptor)
    {
        lock (Closed)
            Closed.Add(descriptor);
        return 0;
    }

    public virtual long Stat(string path, out ulong device, out ulong inode)
    {
        (device, inode) = (0, 0);
        return Unknown;
    }

    public virtual string? ReadText(string path) => null;

    public void Dispose()
    {
        foreach (nint mapping in _mappings)
            NativeMemory.Free((void*)mapping);
        _mappings.Clear();
    }
}
