namespace Sonde.Kernel.Objects;

/// <summary>What an update does with keys that exist or do not (BPF_ANY, BPF_NOEXIST, BPF_EXIST of linux/bpf.h).</summary>
internal enum UpdateMode : ulong
{
    Any = 0,
    OnlyNew = 1,
    OnlyExisting = 2,
}
