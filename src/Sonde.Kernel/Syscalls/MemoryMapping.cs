namespace Sonde.Kernel.Syscalls;

/// <summary>Kind of a mapping (MAP_*, linux/mman.h, asm-generic/mman-common.h).</summary>
[Flags]
internal enum MemoryMapping
{
    Shared = 0x01,
    Private = 0x02,
    Anonymous = 0x20,
    NoReserve = 0x4000,
}
