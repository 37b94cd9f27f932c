using System.Runtime.InteropServices;

namespace Sonde.Kernel.Syscalls;

/// <summary>struct epoll_event (linux/eventpoll.h), packed on x86-64.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EpollEvent
{
    public uint Events;
    public ulong Data;
}
