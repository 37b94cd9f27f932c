using System.Text;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>One site by a perf event and a link on it (attach cookies need kernel 5.15). Closing it takes the probe out.</summary>
/// <remarks>
/// Taking a probe out this way waits for grace periods under a mutex of the whole kernel (perf_uprobe_destroy holds
/// event_mutex, 5.15 to 6.18), so many take long, however many threads close them. <see cref="Silence"/> is quick.
/// </remarks>
internal sealed class PerfUprobeLink : IDisposable
{
    private const ulong PERF_FLAG_FD_CLOEXEC = 8;
    private readonly KernelHandle _perfEvent;
    private readonly KernelHandle _link;

    private PerfUprobeLink(KernelHandle link, KernelHandle perfEvent) => (_link, _perfEvent) = (link, perfEvent);

    /// <summary>Attaches a program that was loaded with <see cref="AttachType.None"/>.</summary>
    /// <param name="kernel">Where.</param>
    /// <param name="pmu">The event source.</param>
    /// <param name="program">What runs.</param>
    /// <param name="path">The file.</param>
    /// <param name="site">Where in it.</param>
    /// <param name="pid">Only in this process (all of its threads), or 0 for every process.</param>
    /// <param name="isReturn">Fire when the function that starts at the site returns.</param>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public static PerfUprobeLink Attach(IKernel kernel, UprobePmu pmu, BpfProgram program, string path, UprobeSite site, int pid = 0, bool isReturn = false)
    {
        PerfUprobeLink? link = TryAttach(kernel, pmu, program, path, site, pid, isReturn, out string operation, out Errno errno);
        return link ?? throw new KernelException(operation, errno);
    }

    /// <summary>As <see cref="Attach"/>, but a refusal is an answer: null, the step that failed and the errno.</summary>
    public static unsafe PerfUprobeLink? TryAttach(
        IKernel kernel,
        UprobePmu pmu,
        BpfProgram program,
        string path,
        UprobeSite site,
        int pid,
        bool isReturn,
        out string operation,
        out Errno errno)
    {
        operation = "perf_event_open of a uprobe";
        KernelHandle perfEvent;
        fixed (byte* pathBytes = Encoding.UTF8.GetBytes(path + "\0"))
        {
            PerfEventAttributes attributes = new()
            {
                Type = pmu.Type,
                Size = PerfEventAttributes.Version5,
                Config = isReturn ? pmu.ReturnBit : 0,
                UprobePath = (ulong)pathBytes,
                ProbeOffset = site.Offset,
            };

            // For all processes one CPU must be named; the program fires on every CPU all the same.
            long opened = kernel.PerfEventOpen(&attributes, pid == 0 ? -1 : pid, pid == 0 ? 0 : -1, -1, PERF_FLAG_FD_CLOEXEC);
            errno = opened < 0 ? (Errno)(-opened) : Errno.None;
            if (opened < 0)
                return null;
            perfEvent = new KernelHandle(kernel, opened, operation);
        }
        operation = "bpf(BPF_LINK_CREATE) on a perf event";
        PerfLinkAttributes link = new()
        {
            ProgFd = program.Descriptor,
            TargetFd = perfEvent.Descriptor,
            AttachType = AttachType.BPF_PERF_EVENT,
            BpfCookie = site.Cookie,
        };
        long result = kernel.Bpf(BpfCommand.BPF_LINK_CREATE, &link, sizeof(PerfLinkAttributes));
        GC.KeepAlive(program);
        errno = result < 0 ? (Errno)(-result) : Errno.None;
        if (result >= 0)
            return new PerfUprobeLink(new KernelHandle(kernel, result, operation), perfEvent);
        perfEvent.Dispose();
        return null;
    }

    /// <summary>Takes the program off: it runs no more, the probe itself stays until the object is disposed.</summary>
    public void Silence() => _link.Dispose();

    /// <summary>Takes the probe out.</summary>
    public void Dispose()
    {
        _link.Dispose();
        _perfEvent.Dispose();
    }
}
