using static Sonde.Kernel.Assembly.Opcodes;

namespace Sonde.Kernel.Assembly;

/// <content>Constants, loads, stores, atomics.</content>
internal static partial class Verbs
{
    /// <summary>Loads a 64-bit constant (two slots).</summary>
    public static Instruction LdImm64(Register destination, long immediate) =>
        new() { Opcode = Opcodes.LdImm64, Destination = destination, Immediate = immediate };

    /// <summary>Loads a 64-bit constant by the shortest instruction that can hold it.</summary>
    public static Instruction LoadConstant(Register destination, long immediate) =>
        immediate == (int)immediate ? MovImm(destination, (int)immediate) : LdImm64(destination, immediate);

    /// <summary>Loads a pointer to a map, as helpers take it.</summary>
    public static Instruction LoadMapFd(Register destination, MapBlueprint map) =>
        new() { Opcode = Opcodes.LdImm64, Destination = destination, Source = (Register)BPF_PSEUDO_MAP_FD, Map = map };

    /// <summary>Loads the address of a byte of the values of an array map (the whole array lies in one piece): no look-up, no null check.</summary>
    public static Instruction LoadMapValue(Register destination, MapBlueprint map, int offset = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (map.Type != MapType.BPF_MAP_TYPE_ARRAY)
            throw new ArgumentException($"{map.Name} is a {map.Type}; only the values of an array have a fixed address", nameof(map));
        return new() { Opcode = Opcodes.LdImm64, Destination = destination, Source = (Register)BPF_PSEUDO_MAP_VALUE, Map = map, Immediate = (long)offset << 32 };
    }

    /// <summary><c>destination = *(width *)(source + offset)</c>, zero-extended.</summary>
    public static Instruction Load(Width width, Register destination, Register source, short offset) =>
        new() { Opcode = (byte)(BPF_LDX | BPF_MEM | (byte)width), Destination = destination, Source = source, Offset = offset };

    /// <summary><c>*(width *)(destination + offset) = source</c>.</summary>
    public static Instruction Store(Width width, Register destination, short offset, Register source) =>
        new() { Opcode = (byte)(BPF_STX | BPF_MEM | (byte)width), Destination = destination, Source = source, Offset = offset };

    /// <summary><c>*(width *)(destination + offset) = immediate</c>; the constant is sign-extended for <see cref="Width.DW"/>.</summary>
    public static Instruction StoreImm(Width width, Register destination, short offset, int immediate) =>
        new() { Opcode = (byte)(BPF_ST | BPF_MEM | (byte)width), Destination = destination, Offset = offset, Immediate = immediate };

    /// <summary>An atomic read-modify-write of 4 or 8 bytes at <c>destination + offset</c>.</summary>
    public static Instruction Atomic(AtomicOperation operation, Width width, Register destination, short offset, Register source)
    {
        if (width is not (Width.W or Width.DW))
            throw new ArgumentOutOfRangeException(nameof(width), width, "atomics are 4 or 8 bytes wide");
        return new()
        {
            Opcode = (byte)(BPF_STX | BPF_ATOMIC | (byte)width),
            Destination = destination,
            Source = source,
            Offset = offset,
            Immediate = (int)operation,
        };
    }

    /// <summary><c>*(destination + offset) += source</c>, atomically.</summary>
    public static Instruction AtomicAdd(Width width, Register destination, short offset, Register source) =>
        Atomic(AtomicOperation.Add, width, destination, offset, source);

    /// <summary>As <see cref="AtomicAdd"/>, and <paramref name="source"/> becomes the old value.</summary>
    public static Instruction FetchAdd(Width width, Register destination, short offset, Register source) =>
        Atomic(AtomicOperation.FetchAdd, width, destination, offset, source);

    /// <summary>Exchanges <paramref name="source"/> and the memory.</summary>
    public static Instruction Xchg(Width width, Register destination, short offset, Register source) =>
        Atomic(AtomicOperation.Xchg, width, destination, offset, source);

    /// <summary>Stores <paramref name="source"/> if the memory equals R0; R0 becomes the old value either way.</summary>
    public static Instruction CmpXchg(Width width, Register destination, short offset, Register source) =>
        Atomic(AtomicOperation.CmpXchg, width, destination, offset, source);
}
