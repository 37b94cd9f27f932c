namespace Sonde.Kernel.Assembly;

/// <summary>Width of a memory access, with the size bits of the opcode (linux/bpf_common.h, <c>BPF_SIZE</c>).</summary>
internal enum Width : byte
{
    /// <summary>4 bytes.</summary>
    W = 0x00,

    /// <summary>2 bytes.</summary>
    H = 0x08,

    /// <summary>1 byte.</summary>
    B = 0x10,

    /// <summary>8 bytes.</summary>
    DW = 0x18,
}
