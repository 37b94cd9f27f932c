using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>
/// Sites attached by one uprobe_multi link. If the kernel refuses the link because of single instructions, these are found,
/// named and left out. Disposing takes all probes out.
/// </summary>
internal sealed class UprobeMultiAttachment : IUprobeAttachment
{
    private readonly UprobeMultiLink _link;

    private UprobeMultiAttachment(UprobeMultiLink link, IReadOnlyList<RefusedSite> refused) => (_link, Refused) = (link, refused);

    /// <inheritdoc/>
    public IReadOnlyList<RefusedSite> Refused { get; }

    /// <inheritdoc/>
    public int Sites => _link.Sites;

    /// <summary>Attaches a program to sites of one file; parameters as in <see cref="UprobeMultiLink.Attach"/>.</summary>
    /// <exception cref="KernelException">Nothing can be attached: privilege, file, process, or every site is refused.</exception>
    public static UprobeMultiAttachment Attach(IKernel kernel, BpfProgram program, string path, ReadOnlySpan<UprobeSite> sites, int pid = 0, bool isReturn = false)
    {
        UprobeMultiLink? link = UprobeMultiLink.TryAttach(kernel, program, path, sites, pid, isReturn, out Errno errno);
        if (link is not null)
            return new UprobeMultiAttachment(link, []);
        if (!RefusedSite.IsAboutOneSite(errno))
            throw new KernelException("bpf(BPF_LINK_CREATE) of a uprobe_multi link", errno);
        UprobeSite[] all = sites.ToArray();
        RefusedSite[] refused = RefusedSearch.Find(kernel, program.Blueprint.AttachType, path, all, pid, isReturn);
        HashSet<UprobeSite> without = [.. refused.Select(site => site.Site)];
        UprobeSite[] good = [.. all.Where(site => !without.Contains(site))];
        if (good.Length == 0)
            throw new KernelException("bpf(BPF_LINK_CREATE) of a uprobe_multi link", refused[0].Errno);
        return new UprobeMultiAttachment(UprobeMultiLink.Attach(kernel, program, path, good, pid, isReturn), refused);
    }

    /// <summary>Takes all probes out.</summary>
    public void Dispose() => _link.Dispose();
}
