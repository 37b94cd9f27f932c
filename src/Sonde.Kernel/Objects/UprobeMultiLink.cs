using System.Text;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>
/// One link for many sites of one file (kernel 6.6). Closing it takes every probe out. All or nothing: one refused
/// instruction fails the whole link with ENOTSUPP (or another errno), and nothing says which; see <see cref="UprobeMultiAttachment"/>.
/// </summary>
internal sealed class UprobeMultiLink : KernelHandle
{
    private const uint BPF_F_UPROBE_MULTI_RETURN = 1;

    private UprobeMultiLink(IKernel kernel, long result, int sites)
        : base(kernel, result, "bpf(BPF_LINK_CREATE) of a uprobe_multi link") => Sites = sites;

    /// <summary>How many sites it has.</summary>
    public int Sites { get; }

    /// <summary>Attaches a program.</summary>
    /// <param name="kernel">Where.</param>
    /// <param name="program">Loaded for <see cref="AttachType.BPF_TRACE_UPROBE_MULTI"/> or <see cref="AttachType.BPF_TRACE_UPROBE_SESSION"/>.</param>
    /// <param name="path">The file, for a running target <c>/proc/PID/exe</c> or a path under <c>/proc/PID/root</c> or <c>map_files</c>.</param>
    /// <param name="sites">The sites; at least one.</param>
    /// <param name="pid">Only in this process, or 0 for every process. Before 6.10 the kernel compared the thread: filter in the program as well.</param>
    /// <param name="isReturn">Fire when the function that starts at the site returns.</param>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public static UprobeMultiLink Attach(IKernel kernel, BpfProgram program, string path, ReadOnlySpan<UprobeSite> sites, int pid = 0, bool isReturn = false) =>
        new(kernel, TryAttach(kernel, program, path, sites, pid, isReturn), sites.Length);

    /// <summary>As <see cref="Attach"/>, but a refusal is an answer: null and the errno.</summary>
    public static UprobeMultiLink? TryAttach(IKernel kernel, BpfProgram program, string path, ReadOnlySpan<UprobeSite> sites, int pid, bool isReturn, out Errno errno)
    {
        long result = TryAttach(kernel, program, path, sites, pid, isReturn);
        errno = result < 0 ? (Errno)(-result) : Errno.None;
        return result < 0 ? null : new UprobeMultiLink(kernel, result, sites.Length);
    }

    private static unsafe long TryAttach(IKernel kernel, BpfProgram program, string path, ReadOnlySpan<UprobeSite> sites, int pid, bool isReturn)
    {
        if (sites.IsEmpty)
            throw new ArgumentException("no sites", nameof(sites));
        ulong[] offsets = new ulong[sites.Length];
        ulong[] cookies = new ulong[sites.Length];
        for (int i = 0; i < sites.Length; i++)
            (offsets[i], cookies[i]) = (sites[i].Offset, sites[i].Cookie);
        fixed (byte* pathBytes = Encoding.UTF8.GetBytes(path + "\0"))
        fixed (ulong* offsetWords = offsets)
        fixed (ulong* cookieWords = cookies)
        {
            UprobeMultiAttributes attributes = new()
            {
                ProgFd = program.Descriptor,
                AttachType = program.Blueprint.AttachType,
                Path = (ulong)pathBytes,
                Offsets = (ulong)offsetWords,
                Cookies = (ulong)cookieWords,
                Count = (uint)sites.Length,
                MultiFlags = isReturn ? BPF_F_UPROBE_MULTI_RETURN : 0,
                Pid = (uint)pid,
            };
            long result = kernel.Bpf(BpfCommand.BPF_LINK_CREATE, &attributes, sizeof(UprobeMultiAttributes));
            GC.KeepAlive(program);
            return result;
        }
    }
}
