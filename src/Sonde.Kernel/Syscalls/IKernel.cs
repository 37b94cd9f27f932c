namespace Sonde.Kernel.Syscalls;

/// <summary>
/// The seam to the operating system: each member is one system call, and returns what the kernel returned: 0 or more for
/// success, a negated <see cref="Errno"/> for failure. Nothing throws here; the objects above decide what a refusal means.
/// Safe for use from several threads.
/// </summary>
internal unsafe interface IKernel
{
    /// <summary>bpf(2).</summary>
    long Bpf(BpfCommand command, void* attributes, int size);

    /// <summary>perf_event_open(2).</summary>
    long PerfEventOpen(PerfEventAttributes* attributes, int pid, int cpu, int groupDescriptor, ulong flags);

    /// <summary>ioctl(2).</summary>
    long Ioctl(int descriptor, ulong request, long argument);

    /// <summary>epoll_create1(2), close-on-exec.</summary>
    long EpollCreate();

    /// <summary>epoll_ctl(2): adds a descriptor for reading.</summary>
    long EpollAdd(int epoll, int descriptor, ulong tag);

    /// <summary>epoll_wait(2).</summary>
    long EpollWait(int epoll, EpollEvent* events, int capacity, int milliseconds);

    /// <summary>eventfd2(2), close-on-exec and non-blocking.</summary>
    long EventDescriptor();

    /// <summary>read(2).</summary>
    long Read(int descriptor, void* buffer, nuint length);

    /// <summary>write(2).</summary>
    long Write(int descriptor, void* buffer, nuint length);

    /// <summary>memfd_create(2), close-on-exec, executable where the kernel asks to be told.</summary>
    long CreateMemoryFile(string name);

    /// <summary>mmap(2). The address on success.</summary>
    long MapMemory(nuint length, MemoryProtection protection, MemoryMapping flags, int descriptor, long offset);

    /// <summary>munmap(2).</summary>
    long UnmapMemory(nint address, nuint length);

    /// <summary>close(2).</summary>
    long Close(int descriptor);

    /// <summary>stat(2): device (as user space sees it) and inode of a path, links followed.</summary>
    long Stat(string path, out ulong device, out ulong inode);

    /// <summary>The text of a small file under /proc or /sys, or null if it is not there or may not be read.</summary>
    string? ReadText(string path);
}
