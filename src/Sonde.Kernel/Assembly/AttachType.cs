namespace Sonde.Kernel.Assembly;

/// <summary>Ways of attaching Sonde uses, spelled and numbered as in linux/bpf.h.</summary>
internal enum AttachType
{
    None = 0,
    BPF_PERF_EVENT = 41,

    /// <summary>One link for many sites (kernel 6.6).</summary>
    BPF_TRACE_UPROBE_MULTI = 48,

    /// <summary>Entry and return of the same call by one program (kernel 6.13).</summary>
    BPF_TRACE_UPROBE_SESSION = 57,
}
