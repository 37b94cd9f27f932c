namespace Sonde.Kernel.Assembly;

/// <summary>Flags of BPF_MAP_CREATE (linux/bpf.h).</summary>
[Flags]
internal enum MapFlags : uint
{
    None = 0,
    BPF_F_NO_PREALLOC = 1 << 0,
    BPF_F_NO_COMMON_LRU = 1 << 1,

    /// <summary>Programs may only read.</summary>
    BPF_F_RDONLY_PROG = 1 << 7,
    BPF_F_WRONLY_PROG = 1 << 8,

    /// <summary>The values of an array can be mapped into user space (kernel 5.5).</summary>
    BPF_F_MMAPABLE = 1 << 10,
    BPF_F_INNER_MAP = 1 << 12,
}
