using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>
/// Sites attached by as few uprobe_multi links as possible: one, unless the kernel refuses single instructions. Then the
/// refused ones are found by halving and named, and the others are attached. Disposing takes all probes out.
/// </summary>
internal sealed class UprobeMultiAttachment : IUprobeAttachment
{
    private const int HopelessAfter = 16;
    private readonly List<UprobeMultiLink> _links = [];
    private readonly List<RefusedSite> _refused = [];

    private UprobeMultiAttachment()
    {
    }

    /// <summary>The live links.</summary>
    public IReadOnlyList<UprobeMultiLink> Links => _links;

    /// <inheritdoc/>
    public IReadOnlyList<RefusedSite> Refused => _refused;

    /// <inheritdoc/>
    public int Sites => _links.Sum(link => link.Sites);

    /// <summary>Attaches a program to sites of one file; parameters as in <see cref="UprobeMultiLink.Attach"/>.</summary>
    /// <exception cref="KernelException">Nothing can be attached: privilege, file, process, or every site is refused.</exception>
    public static UprobeMultiAttachment Attach(IKernel kernel, BpfProgram program, string path, ReadOnlySpan<UprobeSite> sites, int pid = 0, bool isReturn = false)
    {
        UprobeMultiAttachment attachment = new();
        try
        {
            attachment.Add(kernel, program, path, sites, pid, isReturn);
            if (attachment._links.Count == 0)
                throw new KernelException("bpf(BPF_LINK_CREATE) of a uprobe_multi link", attachment._refused[0].Errno);
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
        return attachment;
    }

    /// <summary>Takes all probes out.</summary>
    public void Dispose()
    {
        KernelHandles.CloseAll(_links);
        _links.Clear();
    }

    private void Add(IKernel kernel, BpfProgram program, string path, ReadOnlySpan<UprobeSite> sites, int pid, bool isReturn)
    {
        UprobeMultiLink? link = UprobeMultiLink.TryAttach(kernel, program, path, sites, pid, isReturn, out Errno errno);
        if (link is not null)
        {
            _links.Add(link);
            return;
        }
        if (!RefusedSite.IsAboutOneSite(errno) || (_links.Count == 0 && _refused.Count >= HopelessAfter))
            throw new KernelException("bpf(BPF_LINK_CREATE) of a uprobe_multi link", errno);
        if (sites.Length == 1)
        {
            _refused.Add(new RefusedSite(sites[0], errno));
            return;
        }
        int half = sites.Length / 2;
        Add(kernel, program, path, sites[..half], pid, isReturn);
        Add(kernel, program, path, sites[half..], pid, isReturn);
    }
}
