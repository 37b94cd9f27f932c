using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.RingBuffers;

/// <summary>
/// The reading side of a BPF ring buffer (kernel/bpf/ringbuf.c, layout the same from 5.8 to 6.18). One reader at a time.
/// </summary>
/// <remarks>
/// What is mapped, with P the page size and S the size of the data, a power of two:
/// <code>
///   0      consumer position, written by us       (page, read-write)
///   P      producer position, written by kernel   (page, read-only)
///   2P     data, S bytes                          (read-only)
///   2P+S   the same data again, so that a record that wraps lies in one piece
/// </code>
/// Invariants:
/// <list type="number">
/// <item>Positions only grow; a byte lies at (position mod S). consumer ≤ producer ≤ consumer + S.</item>
/// <item>Both are multiples of 8, since header (8 bytes) and payload are rounded up together.</item>
/// <item>A record's length word is final once its busy bit, read with acquire, is clear; until then it blocks all that follow.</item>
/// <item>Bytes in [consumer, producer) do not change under us; bytes before consumer may at any time. So the consumer
/// position is published, with release, only after the last use of the bytes.</item>
/// <item>The kernel wakes us only when it commits a record at the consumer position, that is when we had read everything.
/// So before sleeping the position must be published, and after publishing the producer position must be read again.</item>
/// </list>
/// </remarks>
internal sealed class RingBuffer : IDisposable
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const int HeaderSize = 8;

    private readonly KernelMapping _consumerPage;
    private readonly KernelMapping _data;
    private readonly long _pageSize;
    private readonly long _mask;
    private bool _isLeased;

    private RingBuffer(KernelMapping consumerPage, KernelMapping data, long pageSize, long size)
    {
        _consumerPage = consumerPage;
        _data = data;
        _pageSize = pageSize;
        _mask = size - 1;
    }

    /// <summary>Bytes of data it can hold.</summary>
    public long Size => _mask + 1;

    /// <summary>Bytes the kernel has reserved and we have not given back, headers included.</summary>
    public long PendingBytes => _data.Read64(0) - _consumerPage.Read64(0);

    /// <summary>Maps a ring buffer. Keeps no reference to <paramref name="map"/>: the mapping holds it.</summary>
    public static RingBuffer Open(IKernel kernel, BpfMap map)
    {
        if (map.Blueprint.Type != MapType.BPF_MAP_TYPE_RINGBUF)
            throw new ArgumentException($"map {map.Blueprint.Name} is a {map.Blueprint.Type}", nameof(map));
        long page = Environment.SystemPageSize;
        long size = map.Blueprint.MaximumEntries;
        string operation = $"mmap of ring buffer {map.Blueprint.Name}";
        KernelMapping consumer = KernelMapping.Map(kernel, map, page, MemoryProtection.Read | MemoryProtection.Write, 0, operation);
        try
        {
            return new RingBuffer(consumer, KernelMapping.Map(kernel, map, page + (2 * size), MemoryProtection.Read, page, operation), page, size);
        }
        catch
        {
            consumer.Dispose();
            throw;
        }
    }

    /// <summary>Starts reading. Records stay where they are until the lease is disposed; only one lease at a time.</summary>
    public RingLease Lease()
    {
        if (_isLeased)
            throw new InvalidOperationException("the ring buffer is leased already");
        _isLeased = true;
        return new RingLease(this, _consumerPage.Read64(0));
    }

    /// <summary>Unmaps the ring buffer. No lease may be open.</summary>
    public void Dispose()
    {
        _consumerPage.Dispose();
        _data.Dispose();
    }

    /// <summary>
    /// The record at <paramref name="position"/>, which moves behind it; discarded records are passed over.
    /// <paramref name="limit"/> is the producer position as last seen: the line it lies in is the writers', so it is read
    /// only when what is known of is used up.
    /// </summary>
    internal bool TryRead(scoped ref long position, scoped ref long limit, out ReadOnlySpan<byte> record)
    {
        if (position >= limit)
            limit = _data.Read64(0);
        while (position < limit)
        {
            long at = _pageSize + (position & _mask);
            uint header = _data.Read32(at);
            if ((header & BusyBit) != 0)
                break;
            int length = (int)(header & ~DiscardBit);
            position += (length + HeaderSize + 7) & ~7;
            if ((header & DiscardBit) != 0)
                continue;
            record = _data.Slice(at + HeaderSize, length);
            return true;
        }
        record = default;
        return false;
    }

    internal void Publish(long position) => _consumerPage.Write64(0, position);

    internal void EndLease(long position)
    {
        Publish(position);
        _isLeased = false;
    }
}
