using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.RingBuffers;

/// <summary>
/// Sleeps until one of several ring buffers has something, a time is over or somebody calls <see cref="Wake"/>.
/// <see cref="Wait"/> is for one thread; <see cref="Wake"/> may be called from any, also from a signal's handler thread.
/// </summary>
internal sealed unsafe class RingWaiter : IDisposable
{
    private const ulong WakeTag = ulong.MaxValue;
    private readonly IKernel _kernel;
    private readonly KernelHandle _epoll;
    private readonly KernelHandle _wake;

    /// <summary>Waits on the given ring buffer maps.</summary>
    public RingWaiter(IKernel kernel, params ReadOnlySpan<BpfMap> maps)
    {
        _kernel = kernel;
        _epoll = new KernelHandle(kernel, kernel.EpollCreate(), "epoll_create1");
        try
        {
            _wake = new KernelHandle(kernel, kernel.EventDescriptor(), "eventfd2");
            KernelException.Check(kernel.EpollAdd(_epoll.Descriptor, _wake.Descriptor, WakeTag), "epoll_ctl");
            foreach (BpfMap map in maps)
                Add(map);
        }
        catch
        {
            _wake?.Dispose();
            _epoll.Dispose();
            throw;
        }
    }

    /// <summary>Also waits on this ring buffer.</summary>
    public void Add(BpfMap map) =>
        KernelException.Check(_kernel.EpollAdd(_epoll.Descriptor, map.Descriptor, (ulong)map.Descriptor), $"epoll_ctl on {map.Blueprint.Name}");

    /// <summary>Sleeps. A timeout below zero never ends by itself.</summary>
    public WaitOutcome Wait(TimeSpan timeout)
    {
        const int Capacity = 16;
        EpollEvent* events = stackalloc EpollEvent[Capacity];
        long deadline = timeout < TimeSpan.Zero ? long.MaxValue : Environment.TickCount64 + (long)Math.Ceiling(timeout.TotalMilliseconds);
        while (true)
        {
            long left = deadline == long.MaxValue ? -1 : Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);
            long count = _kernel.EpollWait(_epoll.Descriptor, events, Capacity, (int)left);
            if (count == -(long)Errno.EINTR)
                continue;
            KernelException.Check(count, "epoll_wait");
            return Outcome(events, (int)count);
        }
    }

    /// <summary>Ends the current wait, or the next one if nobody waits.</summary>
    public void Wake()
    {
        ulong one = 1;
        long result = _kernel.Write(_wake.Descriptor, &one, sizeof(ulong));
        if (result != -(long)Errno.EAGAIN)
            KernelException.Check(result, "write to eventfd");
    }

    /// <summary>Frees the descriptors. Nobody may be waiting.</summary>
    public void Dispose()
    {
        _wake.Dispose();
        _epoll.Dispose();
    }

    private WaitOutcome Outcome(EpollEvent* events, int count)
    {
        WaitOutcome outcome = count == 0 ? WaitOutcome.TimedOut : WaitOutcome.Ready;
        for (int i = 0; i < count; i++)
        {
            if (events[i].Data != WakeTag)
                continue;
            ulong value;
            _kernel.Read(_wake.Descriptor, &value, sizeof(ulong));
            outcome = WaitOutcome.Woken;
        }
        return outcome;
    }
}
