namespace Sonde.Kernel.Assembly;

/// <summary>Kinds of programs Sonde loads, spelled and numbered as in linux/bpf.h.</summary>
internal enum ProgramType
{
    /// <summary>Used by tests only: the kernel can run it on demand.</summary>
    BPF_PROG_TYPE_SOCKET_FILTER = 1,
    BPF_PROG_TYPE_KPROBE = 2,

    /// <summary>Run on demand, to look at the own task.</summary>
    BPF_PROG_TYPE_RAW_TRACEPOINT = 17,
}
