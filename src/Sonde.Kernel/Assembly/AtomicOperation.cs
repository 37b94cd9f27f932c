namespace Sonde.Kernel.Assembly;

/// <summary>What an atomic instruction does; the value is its immediate (linux/bpf.h; fetching ones from kernel 5.12).</summary>
internal enum AtomicOperation
{
    Add = 0x00,
    Or = 0x40,
    And = 0x50,
    Xor = 0xa0,
    FetchAdd = 0x01,
    FetchOr = 0x41,
    FetchAnd = 0x51,
    FetchXor = 0xa1,
    Xchg = 0xe1,
    CmpXchg = 0xf1,
}
