using System.Runtime.InteropServices;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>A live BPF map. Freed when closed and no program uses it. Element operations are system calls and safe from several threads.</summary>
internal sealed unsafe class BpfMap : KernelHandle
{
    private BpfMap(IKernel kernel, MapBlueprint blueprint, long result)
        : base(kernel, result, $"bpf(BPF_MAP_CREATE) of {blueprint.Name}") => Blueprint = blueprint;

    /// <summary>What it was made from.</summary>
    public MapBlueprint Blueprint { get; }

    /// <summary>Bytes of a value as element operations see it: for per-CPU maps one copy for each possible CPU, each rounded up to 8.</summary>
    public int ElementSize => IsPerCpu ? ((Blueprint.ValueSize + 7) & ~7) * PossibleCpus.Count(Kernel) : Blueprint.ValueSize;

    private bool IsPerCpu => Blueprint.Type
        is MapType.BPF_MAP_TYPE_PERCPU_ARRAY or MapType.BPF_MAP_TYPE_PERCPU_HASH or MapType.BPF_MAP_TYPE_LRU_PERCPU_HASH;

    /// <summary>Creates the map.</summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public static BpfMap Create(IKernel kernel, MapBlueprint blueprint)
    {
        using BpfMap? inner = blueprint.Inner is { } innerBlueprint ? Create(kernel, innerBlueprint) : null;
        MapCreateAttributes attributes = new()
        {
            MapType = blueprint.Type,
            KeySize = (uint)blueprint.KeySize,
            ValueSize = (uint)blueprint.ValueSize,
            MaxEntries = (uint)blueprint.MaximumEntries,
            MapFlags = blueprint.Flags,
            InnerMapFd = inner?.Descriptor ?? 0,
            MapName = ObjectName.From(blueprint.Name),
        };
        return new BpfMap(kernel, blueprint, kernel.Bpf(BpfCommand.BPF_MAP_CREATE, &attributes, sizeof(MapCreateAttributes)));
    }

    /// <summary>Copies the value of a key; false if there is none.</summary>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value) =>
        Element(BpfCommand.BPF_MAP_LOOKUP_ELEM, key, value, 0, Errno.ENOENT);

    /// <summary>Copies the value of a key and removes it; false if there is none. Hash tables from kernel 5.14.</summary>
    public bool TryRemove(ReadOnlySpan<byte> key, Span<byte> value) =>
        Element(BpfCommand.BPF_MAP_LOOKUP_AND_DELETE_ELEM, key, value, 0, Errno.ENOENT);

    /// <summary>Sets the value of a key.</summary>
    public void Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, UpdateMode mode = UpdateMode.Any)
    {
        fixed (byte* bytes = value)
            Element(BpfCommand.BPF_MAP_UPDATE_ELEM, key, new Span<byte>(bytes, value.Length), (ulong)mode, Errno.None);
    }

    /// <summary>Removes a key; false if there was none.</summary>
    public bool Delete(ReadOnlySpan<byte> key) => Element(BpfCommand.BPF_MAP_DELETE_ELEM, key, null, 0, Errno.ENOENT);

    /// <summary>The value of a key, which must exist.</summary>
    public TValue Lookup<TKey, TValue>(TKey key)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        TValue value = default;
        if (!TryLookup(MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)), MemoryMarshal.AsBytes(new Span<TValue>(ref value))))
            throw new KeyNotFoundException($"map {Blueprint.Name} has no key {key}");
        return value;
    }

    /// <summary>Sets the value of a key.</summary>
    public void Update<TKey, TValue>(TKey key, TValue value)
        where TKey : unmanaged
        where TValue : unmanaged =>
        Update(MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)), MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value)));

    /// <summary>Puts a program into a program array.</summary>
    public void Update(int index, BpfProgram program) => Update(index, program.Descriptor);

    /// <summary>Puts a map into an array of maps.</summary>
    public void Update(int index, BpfMap map) => Update(index, map.Descriptor);

    /// <summary>The sum over all CPUs of a counter in a per-CPU map.</summary>
    public long SumPerCpu(int index, int offset = 0)
    {
        byte[] copies = new byte[ElementSize];
        if (!TryLookup(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in index)), copies))
            throw new KeyNotFoundException($"map {Blueprint.Name} has no key {index}");
        long sum = 0;
        for (int at = offset; at < copies.Length; at += (Blueprint.ValueSize + 7) & ~7)
            sum += MemoryMarshal.Read<long>(copies.AsSpan(at));
        return sum;
    }

    /// <summary>The key after <paramref name="key"/> (the first one for an empty span); false at the end. Keys set or deleted meanwhile may be missed or repeat.</summary>
    public bool TryNextKey(ReadOnlySpan<byte> key, Span<byte> next) =>
        Element(BpfCommand.BPF_MAP_GET_NEXT_KEY, key, next, 0, Errno.ENOENT, valueIsKey: true);

    /// <summary>Reads many elements with few system calls; where the map cannot do that (before 5.6, some kinds), one by one.</summary>
    /// <param name="keys">Room for the keys of <paramref name="capacity"/> elements.</param>
    /// <param name="values">Room for as many values of <see cref="ElementSize"/>.</param>
    /// <param name="capacity">Most elements to read.</param>
    /// <returns>How many were read.</returns>
    public int LookupMany(Span<byte> keys, Span<byte> values, int capacity)
    {
        RequireSize(keys.Length, capacity * (long)Blueprint.KeySize, nameof(keys));
        RequireSize(values.Length, capacity * (long)ElementSize, nameof(values));
        return MapBatch.TryLookup(Kernel, this, keys, values, capacity, out int count) ? count : LookupOneByOne(keys, values, capacity);
    }

    /// <summary>Sets the values of the keys 0 … n-1 of an array, in one system call where the kernel can.</summary>
    public void UpdateArray(ReadOnlySpan<byte> values)
    {
        int count = values.Length / ElementSize;
        RequireSize(values.Length, count * (long)ElementSize, nameof(values));
        int[] keys = [.. Enumerable.Range(0, count)];
        if (MapBatch.TryUpdate(Kernel, this, MemoryMarshal.AsBytes<int>(keys), values, count))
            return;
        for (int i = 0; i < count; i++)
            Update(MemoryMarshal.AsBytes(keys.AsSpan(i, 1)), values.Slice(i * ElementSize, ElementSize));
    }

    /// <summary>Forbids changes from user space from now on, so that the verifier may treat the values of a read-only array as constants.</summary>
    public void Freeze()
    {
        MapElementAttributes attributes = new() { MapFd = Descriptor };
        KernelException.Check(Kernel.Bpf(BpfCommand.BPF_MAP_FREEZE, &attributes, sizeof(int)), $"bpf(BPF_MAP_FREEZE) of {Blueprint.Name}");
        GC.KeepAlive(this);
    }

    /// <summary>Maps the values of an array made with <see cref="MapFlags.BPF_F_MMAPABLE"/>; element i starts at i times the value size rounded up to 8.</summary>
    public KernelMapping MapValues()
    {
        if ((Blueprint.Flags & MapFlags.BPF_F_MMAPABLE) == 0)
            throw new InvalidOperationException($"map {Blueprint.Name} was not made to be mapped");
        long length = (long)((Blueprint.ValueSize + 7) & ~7) * Blueprint.MaximumEntries;
        return KernelMapping.Map(Kernel, this, length, MemoryProtection.Read | MemoryProtection.Write, 0, $"mmap of map {Blueprint.Name}");
    }

    private int LookupOneByOne(Span<byte> keys, Span<byte> values, int capacity)
    {
        int keySize = Blueprint.KeySize;
        byte[] next = new byte[keySize];
        ReadOnlySpan<byte> previous = default;
        int count = 0;

        // A concurrent delete of the last key restarts the walk at the first one; the bound ends it all the same.
        for (int steps = 0; count < capacity && steps <= Blueprint.MaximumEntries && TryNextKey(previous, next); steps++)
        {
            next.CopyTo(keys[(count * keySize)..]);
            previous = next.ToArray();
            if (TryLookup(previous, values.Slice(count * ElementSize, ElementSize)))
                count++;
        }
        return count;
    }

    private bool Element(BpfCommand command, ReadOnlySpan<byte> key, Span<byte> value, ulong flags, Errno absent, bool valueIsKey = false)
    {
        if (!key.IsEmpty || !valueIsKey)
            RequireSize(key.Length, Blueprint.KeySize, nameof(key));
        if (command != BpfCommand.BPF_MAP_DELETE_ELEM)
            RequireSize(value.Length, valueIsKey ? Blueprint.KeySize : ElementSize, nameof(value));
        fixed (byte* keyBytes = key)
        fixed (byte* valueBytes = value)
        {
            MapElementAttributes attributes = new() { MapFd = Descriptor, Key = (ulong)keyBytes, Value = (ulong)valueBytes, Flags = flags };
            long result = Kernel.Bpf(command, &attributes, sizeof(MapElementAttributes));
            GC.KeepAlive(this);
            if (result < 0 && absent != Errno.None && result == -(long)absent)
                return false;
            KernelException.Check(result, $"bpf({command}) on {Blueprint.Name}");
            return true;
        }
    }

    // The kernel would read or write beyond a span that is too short.
    private static void RequireSize(long actual, long needed, string parameter)
    {
        if (actual < needed)
            throw new ArgumentException($"{actual} bytes given, {needed} needed", parameter);
    }
}
