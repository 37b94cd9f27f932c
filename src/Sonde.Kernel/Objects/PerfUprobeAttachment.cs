using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>
/// Sites attached by one perf event each: where the kernel has no uprobe_multi, and for targets that fork (a child's hits
/// outside the filter cost nothing after the first). Disposing takes all probes out.
/// </summary>
internal sealed class PerfUprobeAttachment : IUprobeAttachment
{
    private readonly List<PerfUprobeLink> _links = [];
    private readonly List<RefusedSite> _refused = [];

    private PerfUprobeAttachment()
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<RefusedSite> Refused => _refused;

    /// <inheritdoc/>
    public int Sites => _links.Count;

    /// <summary>Attaches a program to sites of one file; parameters as in <see cref="PerfUprobeLink.Attach"/>.</summary>
    /// <exception cref="KernelException">Nothing can be attached: privilege, file, process, descriptors, or every site is refused.</exception>
    public static PerfUprobeAttachment Attach(IKernel kernel, BpfProgram program, string path, ReadOnlySpan<UprobeSite> sites, int pid = 0, bool isReturn = false)
    {
        if (sites.IsEmpty)
            throw new ArgumentException("no sites", nameof(sites));
        UprobePmu pmu = UprobePmu.Read(kernel);
        PerfUprobeAttachment attachment = new();
        string operation = "";
        try
        {
            foreach (UprobeSite site in sites)
            {
                PerfUprobeLink? link = PerfUprobeLink.TryAttach(kernel, pmu, program, path, site, pid, isReturn, out operation, out Errno errno);
                if (link is not null)
                    attachment._links.Add(link);
                else if (RefusedSite.IsAboutOneSite(errno))
                    attachment._refused.Add(new RefusedSite(site, errno));
                else
                    throw new KernelException(operation, errno);
            }
            if (attachment._links.Count == 0)
                throw new KernelException(operation, attachment._refused[0].Errno);
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
        return attachment;
    }

    /// <summary>Takes all programs off at once, then the probes out one by one.</summary>
    public void Dispose()
    {
        foreach (PerfUprobeLink link in _links)
            link.Silence();
        foreach (PerfUprobeLink link in _links)
            link.Dispose();
        _links.Clear();
    }
}
