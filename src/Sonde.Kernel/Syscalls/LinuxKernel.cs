using System.Runtime.InteropServices;

namespace Sonde.Kernel.Syscalls;

/// <summary>The kernel this process runs on. Stateless.</summary>
internal sealed unsafe partial class LinuxKernel : IKernel
{
    // asm/unistd_64.h
    private const long SYS_read = 0;
    private const long SYS_write = 1;
    private const long SYS_close = 3;
    private const long SYS_stat = 4;
    private const long SYS_ioctl = 16;
    private const long SYS_epoll_wait = 232;
    private const long SYS_epoll_ctl = 233;
    private const long SYS_eventfd2 = 290;
    private const long SYS_epoll_create1 = 291;
    private const long SYS_perf_event_open = 298;
    private const long SYS_memfd_create = 319;
    private const long SYS_bpf = 321;

    private const int EPOLL_CTL_ADD = 1;
    private const uint EPOLLIN = 1;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const uint MFD_CLOEXEC = 1;
    private const uint MFD_EXEC = 0x10;

    private LinuxKernel()
    {
    }

    /// <summary>The one instance.</summary>
    public static LinuxKernel Instance { get; } = new();

    /// <inheritdoc/>
    public long Bpf(BpfCommand command, void* attributes, int size) =>
        Result(syscall(SYS_bpf, (long)command, (long)attributes, size, 0, 0));

    /// <inheritdoc/>
    public long PerfEventOpen(PerfEventAttributes* attributes, int pid, int cpu, int groupDescriptor, ulong flags) =>
        Result(syscall(SYS_perf_event_open, (long)attributes, pid, cpu, groupDescriptor, (long)flags));

    /// <inheritdoc/>
    public long Ioctl(int descriptor, ulong request, long argument) =>
        Result(syscall(SYS_ioctl, descriptor, (long)request, argument, 0, 0));

    /// <inheritdoc/>
    public long EpollCreate() => Result(syscall(SYS_epoll_create1, CloseOnExec, 0, 0, 0, 0));

    /// <inheritdoc/>
    public long EpollAdd(int epoll, int descriptor, ulong tag)
    {
        EpollEvent events = new() { Events = EPOLLIN, Data = tag };
        return Result(syscall(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, descriptor, (long)&events, 0));
    }

    /// <inheritdoc/>
    public long EpollWait(int epoll, EpollEvent* events, int capacity, int milliseconds) =>
        Result(syscall(SYS_epoll_wait, epoll, (long)events, capacity, milliseconds, 0));

    /// <inheritdoc/>
    public long EventDescriptor() => Result(syscall(SYS_eventfd2, 0, CloseOnExec | NonBlocking, 0, 0, 0));

    /// <inheritdoc/>
    public long Read(int descriptor, void* buffer, nuint length) =>
        Result(syscall(SYS_read, descriptor, (long)buffer, (long)length, 0, 0));

    /// <inheritdoc/>
    public long Write(int descriptor, void* buffer, nuint length) =>
        Result(syscall(SYS_write, descriptor, (long)buffer, (long)length, 0, 0));

    /// <inheritdoc/>
    public long CreateMemoryFile(string name)
    {
        nint text = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            // MFD_EXEC is known from 6.3 on and needed there where vm.memfd_noexec is 1.
            long result = Result(syscall(SYS_memfd_create, text, MFD_CLOEXEC | MFD_EXEC, 0, 0, 0));
            return result == -(long)Errno.EINVAL ? Result(syscall(SYS_memfd_create, text, MFD_CLOEXEC, 0, 0, 0)) : result;
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    /// <inheritdoc/>
    public long MapMemory(nuint length, MemoryProtection protection, MemoryMapping flags, int descriptor, long offset) =>
        Result(mmap(0, length, (int)protection, (int)flags, descriptor, offset));

    /// <inheritdoc/>
    public long UnmapMemory(nint address, nuint length) => Result(munmap(address, length));

    /// <inheritdoc/>
    public long Close(int descriptor) => Result(syscall(SYS_close, descriptor, 0, 0, 0, 0));

    /// <inheritdoc/>
    public long Stat(string path, out ulong device, out ulong inode)
    {
        // struct stat of x86-64 (asm/stat.h): 144 bytes that begin with st_dev and st_ino.
        ulong* record = stackalloc ulong[18];
        nint text = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            long result = Result(syscall(SYS_stat, text, (long)record, 0, 0, 0));
            (device, inode) = result < 0 ? (0, 0) : (record[0], record[1]);
            return result;
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    /// <inheritdoc/>
    public string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Result(long returned) => returned == -1 ? -Marshal.GetLastPInvokeError() : returned;

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, long a, long b, long c, long d, long e);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);
}
