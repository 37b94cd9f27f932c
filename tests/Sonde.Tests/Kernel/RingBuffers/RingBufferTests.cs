using System.Runtime.InteropServices;

using CsCheck;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.RingBuffers;
using Sonde.Kernel.Syscalls;

using Xunit;

namespace Sonde.Tests.Kernel.RingBuffers;

/// <summary>The reading side against a writer that follows kernel/bpf/ringbuf.c.</summary>
public sealed class RingBufferTests
{
    private const int Size = 4096;

    [Fact]
    public void A_busy_record_holds_up_what_follows()
    {
        using Writer writer = new();
        writer.Append(8, 0);
        long busy = writer.Append(16, Writer.Busy);
        writer.Append(24, 0);
        Assert.Equal([8], writer.ReadAll());
        writer.Commit(busy, 16);
        Assert.Equal([16, 24], writer.ReadAll());
        Assert.Equal(0, writer.Reader.PendingBytes);
    }

    [Fact]
    public void Positions_are_published_by_release_and_by_the_end_of_the_lease_only()
    {
        using Writer writer = new();
        writer.Append(8, 0);
        writer.Append(9, 0);
        RingLease lease = writer.Reader.Lease();
        Assert.True(lease.TryNext(out ReadOnlySpan<byte> first));
        Assert.Equal(8, first.Length);
        Assert.Equal(40, writer.Reader.PendingBytes);
        lease.Release();
        Assert.Equal(24, writer.Reader.PendingBytes);
        Assert.True(lease.TryNext(out _));
        Assert.False(lease.TryNext(out _));
        lease.Dispose();
        Assert.Equal(0, writer.Reader.PendingBytes);
    }

    [Fact]
    public void A_lease_that_ended_gives_nothing()
    {
        using Writer writer = new();
        writer.Append(8, 0);
        RingLease lease = writer.Reader.Lease();
        lease.Dispose();
        bool threw = false;
        try
        {
            lease.TryNext(out _);
        }
        catch (ObjectDisposedException)
        {
            threw = true;
        }
        Assert.True(threw);
    }

    [Fact]
    public void Any_mix_of_records_is_read_once_and_in_order()
    {
        Gen.Select(Gen.Int[0, 600], Gen.Int[0, 9]).List[0, 200].Sample(records =>
        {
            using Writer writer = new();
            List<int> expected = [];
            List<int> read = [];
            foreach ((int length, int choice) in records)
            {
                if (writer.Reader.PendingBytes + length + 16 > Size)
                    read.AddRange(writer.ReadAll());
                writer.Append(length, choice == 0 ? Writer.Discard : 0);
                if (choice != 0)
                    expected.Add(length);
                if (choice > 7)
                    read.AddRange(writer.ReadAll());
            }
            read.AddRange(writer.ReadAll());
            Assert.Equal(expected, read);
            Assert.Equal(0, writer.Reader.PendingBytes);
        });
    }

    /// <summary>Plays the kernel: two mappings, the data written to both copies.</summary>
    private sealed class Writer : IDisposable
    {
        public const uint Busy = 1u << 31;
        public const uint Discard = 1u << 30;
        private readonly Kernel _kernel = new();
        private readonly BpfMap _map;
        private long _producer;

        public Writer()
        {
            _map = BpfMap.Create(_kernel, MapBlueprint.RingBuffer("ring", Size));
            Reader = RingBuffer.Open(_kernel, _map);
        }

        public RingBuffer Reader { get; }

        public long Append(int length, uint bits)
        {
            long at = _producer;
            for (int i = 0; i < length; i++)
                Put(at + 8 + i, (byte)(length + i));
            Header(at, (uint)length | bits);
            _producer += (length + 15) & ~7;
            Marshal.WriteInt64(_kernel.Mappings[1], _producer);
            return at;
        }

        public void Commit(long at, int length) => Header(at, (uint)length);

        public List<int> ReadAll()
        {
            List<int> lengths = [];
            using RingLease lease = Reader.Lease();
            while (lease.TryNext(out ReadOnlySpan<byte> record))
            {
                for (int i = 0; i < record.Length; i++)
                    Assert.Equal((byte)(record.Length + i), record[i]);
                lengths.Add(record.Length);
            }
            return lengths;
        }

        public void Dispose()
        {
            Reader.Dispose();
            _map.Dispose();
            _kernel.Dispose();
        }

        private void Header(long at, uint word)
        {
            for (int i = 0; i < 4; i++)
                Put(at + i, (byte)(word >> (8 * i)));
        }

        private void Put(long position, byte value)
        {
            nint data = _kernel.Mappings[1] + Environment.SystemPageSize + (nint)(position % Size);
            Marshal.WriteByte(data, value);
            Marshal.WriteByte(data + Size, value);
        }
    }

    private sealed unsafe class Kernel : FakeKernel
    {
        public override long Bpf(BpfCommand command, void* attributes, int size) => 5;
    }
}
