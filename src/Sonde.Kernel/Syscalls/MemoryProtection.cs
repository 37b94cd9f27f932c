namespace Sonde.Kernel.Syscalls;

/// <summary>Protection of a mapping (PROT_*, asm-generic/mman-common.h).</summary>
[Flags]
internal enum MemoryProtection
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
}
