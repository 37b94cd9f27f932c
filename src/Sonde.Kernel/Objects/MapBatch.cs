using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>Batch operations on maps (kernel 5.6). Each returns false where the map's kind cannot do it.</summary>
internal static unsafe class MapBatch
{
    /// <summary>Reads up to <paramref name="capacity"/> elements; the caller has checked the sizes of the spans.</summary>
    public static bool TryLookup(IKernel kernel, BpfMap map, Span<byte> keys, Span<byte> values, int capacity, out int count)
    {
        count = 0;
        int keySize = map.Blueprint.KeySize;
        int valueSize = map.ElementSize;

        // The cursor is opaque and as large as a key for arrays, 4 bytes for hash tables.
        byte* cursor = stackalloc byte[Math.Max(keySize, 4)];
        bool isFirst = true;
        fixed (byte* keyBytes = keys)
        fixed (byte* valueBytes = values)
        {
            while (count < capacity)
            {
                MapBatchAttributes attributes = new()
                {
                    InBatch = isFirst ? 0 : (ulong)cursor,
                    OutBatch = (ulong)cursor,
                    Keys = (ulong)(keyBytes + ((long)count * keySize)),
                    Values = (ulong)(valueBytes + ((long)count * valueSize)),
                    Count = (uint)(capacity - count),
                    MapFd = map.Descriptor,
                };
                long result = kernel.Bpf(BpfCommand.BPF_MAP_LOOKUP_BATCH, &attributes, sizeof(MapBatchAttributes));
                if (IsUnsupported(result) && isFirst)
                    return false;
                if (result >= 0 || result == -(long)Errno.ENOENT)
                    count += (int)attributes.Count;
                if (result is -(long)Errno.ENOENT or -(long)Errno.ENOSPC)
                    return true;
                KernelException.Check(result, $"bpf(BPF_MAP_LOOKUP_BATCH) on {map.Blueprint.Name}");
                isFirst = false;
            }
        }
        return true;
    }

    /// <summary>Sets <paramref name="count"/> elements.</summary>
    public static bool TryUpdate(IKernel kernel, BpfMap map, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, int count)
    {
        fixed (byte* keyBytes = keys)
        fixed (byte* valueBytes = values)
        {
            MapBatchAttributes attributes = new() { Keys = (ulong)keyBytes, Values = (ulong)valueBytes, Count = (uint)count, MapFd = map.Descriptor };
            long result = kernel.Bpf(BpfCommand.BPF_MAP_UPDATE_BATCH, &attributes, sizeof(MapBatchAttributes));
            if (IsUnsupported(result))
                return false;
            KernelException.Check(result, $"bpf(BPF_MAP_UPDATE_BATCH) on {map.Blueprint.Name}");
            return true;
        }
    }

    // -ENOTSUPP where the kind of map has no batches, -EINVAL where the kernel has no such command.
    private static bool IsUnsupported(long result) => result is -(long)Errno.ENOTSUPP or -(long)Errno.EINVAL;
}
