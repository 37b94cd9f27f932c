namespace Sonde.Kernel.Assembly;

/// <summary>
/// A map as plain data: what to create, the same on every machine. Programs refer to the blueprint; loading replaces it by
/// the file descriptor of the map made from it. Two blueprints are the same map only if they are the same object.
/// </summary>
internal sealed class MapBlueprint
{
    /// <summary>Shown by listings and, cut to 15 characters, by <c>bpftool map</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of map.</summary>
    public required MapType Type { get; init; }

    /// <summary>Bytes of a key: 4 for arrays, 0 for ring buffers and queues.</summary>
    public int KeySize { get; init; }

    /// <summary>Bytes of a value; 0 for ring buffers.</summary>
    public int ValueSize { get; init; }

    /// <summary>Number of entries; for a ring buffer its size in bytes, a power of two and a multiple of the page size.</summary>
    public required int MaximumEntries { get; init; }

    /// <summary>Flags of the creation.</summary>
    public MapFlags Flags { get; init; }

    /// <summary>For arrays of maps: what each of the inner maps looks like.</summary>
    public MapBlueprint? Inner { get; init; }

    /// <summary>An array of values of <paramref name="valueSize"/> bytes.</summary>
    public static MapBlueprint Array(string name, int valueSize, int entries, MapFlags flags = MapFlags.None) =>
        new() { Name = name, Type = MapType.BPF_MAP_TYPE_ARRAY, KeySize = 4, ValueSize = valueSize, MaximumEntries = entries, Flags = flags };

    /// <summary>An array whose values user space reads and writes without system calls.</summary>
    public static MapBlueprint SharedArray(string name, int valueSize, int entries) =>
        Array(name, valueSize, entries, MapFlags.BPF_F_MMAPABLE);

    /// <summary>A hash table, allocated in advance unless <paramref name="flags"/> say otherwise.</summary>
    public static MapBlueprint Hash(string name, int keySize, int valueSize, int entries, MapFlags flags = MapFlags.None) =>
        new() { Name = name, Type = MapType.BPF_MAP_TYPE_HASH, KeySize = keySize, ValueSize = valueSize, MaximumEntries = entries, Flags = flags };

    /// <summary>A hash table that drops what was not used for long instead of refusing new entries.</summary>
    public static MapBlueprint LruHash(string name, int keySize, int valueSize, int entries) =>
        new() { Name = name, Type = MapType.BPF_MAP_TYPE_LRU_HASH, KeySize = keySize, ValueSize = valueSize, MaximumEntries = entries };

    /// <summary>An array with one copy of each value per CPU. Not private to a uprobe program, which can be preempted: use atomics.</summary>
    public static MapBlueprint PerCpuArray(string name, int valueSize, int entries) =>
        new() { Name = name, Type = MapType.BPF_MAP_TYPE_PERCPU_ARRAY, KeySize = 4, ValueSize = valueSize, MaximumEntries = entries };

    /// <summary>An array of programs for tail calls.</summary>
    public static MapBlueprint ProgramArray(string name, int entries) =>
        new() { Name = name, Type = MapType.BPF_MAP_TYPE_PROG_ARRAY, KeySize = 4, ValueSize = 4, MaximumEntries = entries };

    /// <summary>A ring buffer of <paramref name="bytes"/> bytes.</summary>
    public static MapBlueprint RingBuffer(string name, int bytes) =>
        new() { Name = name, Type = MapType.BPF_MAP_TYPE_RINGBUF, MaximumEntries = bytes };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
