namespace Sonde.Kernel.Assembly;

/// <summary>Bits of an opcode byte, spelled as in linux/bpf.h and linux/bpf_common.h (instruction set: Documentation/bpf/standardization/instruction-set.rst).</summary>
/// <remarks>
/// <code>
///   ALU, JMP:      | operation:4 | source:1 | class:3 |
///   load, store:   | mode:3      | size:2   | class:3 |
/// </code>
/// </remarks>
internal static class Opcodes
{
    public const byte BPF_LD = 0x00;
    public const byte BPF_LDX = 0x01;
    public const byte BPF_ST = 0x02;
    public const byte BPF_STX = 0x03;
    public const byte BPF_ALU = 0x04;
    public const byte BPF_JMP = 0x05;
    public const byte BPF_JMP32 = 0x06;
    public const byte BPF_ALU64 = 0x07;
    public const byte ClassMask = 0x07;

    public const byte BPF_K = 0x00;
    public const byte BPF_X = 0x08;
    public const byte OperationMask = 0xf0;

    public const byte BPF_IMM = 0x00;
    public const byte BPF_MEM = 0x60;
    public const byte BPF_MEMSX = 0x80;
    public const byte BPF_ATOMIC = 0xc0;
    public const byte ModeMask = 0xe0;
    public const byte SizeMask = 0x18;

    public const byte BPF_NEG = 0x80;
    public const byte BPF_END = 0xd0;
    public const byte BPF_JA = 0x00;
    public const byte BPF_CALL = 0x80;
    public const byte BPF_EXIT = 0x90;

    /// <summary>The two-slot load of a 64-bit constant, a map or an address in a map.</summary>
    public const byte LdImm64 = BPF_LD | BPF_IMM | (byte)Width.DW;

    public const byte BPF_PSEUDO_MAP_FD = 1;
    public const byte BPF_PSEUDO_MAP_VALUE = 2;
    public const byte BPF_PSEUDO_CALL = 1;

    /// <summary>Most instructions of one program (linux/bpf.h, <c>BPF_COMPLEXITY_LIMIT_INSNS</c>, for privileged loaders).</summary>
    public const int MaximumInstructions = 1_000_000;

    /// <summary>Most bytes of stack of one program (linux/filter.h, <c>MAX_BPF_STACK</c>).</summary>
    public const int MaximumStack = 512;
}
