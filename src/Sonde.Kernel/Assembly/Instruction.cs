namespace Sonde.Kernel.Assembly;

/// <summary>
/// One BPF instruction as a value. Jumps hold a <see cref="Label"/> and map loads a <see cref="MapBlueprint"/> until
/// <see cref="Assembler.Assemble"/> and the loader resolve them, so a list of instructions is plain data.
/// </summary>
/// <remarks>
/// Encoding of a slot, little endian; <c>LD_IMM64</c> takes a second slot with the upper half of the constant.
/// <code>
///   | immediate:32 | offset:16 | source:4 destination:4 | opcode:8 |
/// </code>
/// </remarks>
internal readonly record struct Instruction
{
    /// <summary>The opcode byte (<see cref="Opcodes"/>).</summary>
    public byte Opcode { get; init; }

    /// <summary>The register written, or compared first, or the base of a store.</summary>
    public Register Destination { get; init; }

    /// <summary>The second register, or a pseudo source such as <c>BPF_PSEUDO_MAP_FD</c>.</summary>
    public Register Source { get; init; }

    /// <summary>Offset of a memory access.</summary>
    public short Offset { get; init; }

    /// <summary>The constant; 64 bits wide for <c>LD_IMM64</c> only.</summary>
    public long Immediate { get; init; }

    /// <summary>Where a jump or local call goes, or, on a mark, the label that is placed.</summary>
    public Label? Target { get; init; }

    /// <summary>The map a load refers to.</summary>
    public MapBlueprint? Map { get; init; }

    /// <summary>Shown beside the instruction in listings.</summary>
    public string? Comment { get; init; }

    /// <summary>True for a mark: it places <see cref="Target"/> and takes no room.</summary>
    public bool IsMark { get; init; }

    /// <summary>Number of 8-byte slots the instruction takes.</summary>
    public int Slots => IsMark ? 0 : Opcode == Opcodes.LdImm64 ? 2 : 1;

    /// <summary>The same instruction with a comment for listings.</summary>
    public Instruction Because(string comment) => this with { Comment = comment };

    /// <summary>The first slot; <paramref name="distance"/> is the resolved jump or call distance.</summary>
    internal ulong Encode(int distance)
    {
        bool isCall = Opcode == (Opcodes.BPF_JMP | Opcodes.BPF_CALL);
        short offset = Target is not null && !isCall ? (short)distance : Offset;
        int immediate = Target is not null && isCall ? distance : (int)Immediate;
        return Opcode
            | ((ulong)Destination << 8)
            | ((ulong)Source << 12)
            | ((ulong)(ushort)offset << 16)
            | ((ulong)(uint)immediate << 32);
    }
}
