using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.RingBuffers;
using Sonde.Kernel.Syscalls;
using Sonde.KernelTests.Targets;
using Xunit;
using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests.RingBuffers;

/// <summary>Records from a live target, end to end.</summary>
public sealed class RingBufferTests
{
    private const int RecordSize = 40;
    private static readonly MapBlueprint Ring = MapBlueprint.RingBuffer("events", 1 << 16);
    private static readonly MapBlueprint Lost = MapBlueprint.SharedArray("lost", 8, 1);

    [Fact]
    public void Every_record_arrives_in_order_across_many_wraps()
    {
        using Session session = Session.Start();
        const int Calls = 50_000;
        Task run = Task.Run(() => session.Target.Run("first", Calls), TestContext.Current.CancellationToken);
        long expected = 0;
        while (!run.IsCompleted || session.Reader.PendingBytes > 0)
        {
            session.Waiter.Wait(TimeSpan.FromMilliseconds(20));
            using RingLease lease = session.Reader.Lease();
            while (lease.TryNext(out ReadOnlySpan<byte> record))
            {
                Assert.Equal(RecordSize, record.Length);
                long argument = BinaryPrimitives.ReadInt64LittleEndian(record);
                Assert.True(argument >= expected, $"{argument} after {expected - 1}");
                session.Missing += argument - expected;
                expected = argument + 1;
                Assert.Equal("hello, probe", Encoding.ASCII.GetString(record.Slice(16, 12)));
                lease.Release();
            }
        }
        Assert.Equal(Calls, expected + (session.LostCount - session.Missing));
        Assert.Equal(0, session.Reader.PendingBytes);
    }

    [Fact]
    public void A_full_ring_loses_and_counts_and_goes_on()
    {
        using Session session = Session.Start();
        int fits = (int)(session.Reader.Size / (RecordSize + 8));
        session.Target.Run("first", 3000);
        Assert.InRange(session.LostCount, 3000 - fits, 3000 - fits + 1);
        Assert.Equal(3000 - session.LostCount, session.Drain());
        session.Target.Run("first", 10);
        Assert.Equal(10, session.Drain());
    }

    [Fact]
    public void Waiting_ends_by_record_by_time_and_by_wake()
    {
        using Session session = Session.Start();
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal(WaitOutcome.TimedOut, session.Waiter.Wait(TimeSpan.FromMilliseconds(30)));
        Assert.InRange(watch.ElapsedMilliseconds, 29, 5000);
        using Timer timer = new(_ => session.Waiter.Wake(), null, 30, Timeout.Infinite);
        Assert.Equal(WaitOutcome.Woken, session.Waiter.Wait(TimeSpan.FromSeconds(-1)));
        Assert.Equal(WaitOutcome.TimedOut, session.Waiter.Wait(TimeSpan.Zero));
        session.Target.Run("first", 1);
        Assert.Equal(WaitOutcome.Ready, session.Waiter.Wait(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Records_stay_until_the_lease_ends_and_only_one_lease_is_open()
    {
        using Session session = Session.Start();
        session.Target.Run("first", 2);
        Assert.Equal(2 * (RecordSize + 8), session.Reader.PendingBytes);
        using (RingLease lease = session.Reader.Lease())
        {
            Assert.Throws<InvalidOperationException>(() => session.Reader.Lease().Dispose());
            Assert.True(lease.TryNext(out _));
            Assert.Equal(2 * (RecordSize + 8), session.Reader.PendingBytes);
        }
        Assert.Equal(RecordSize + 8, session.Reader.PendingBytes);
        Assert.Equal(1, session.Drain());
    }

    [Fact]
    public void Discarded_records_are_passed_over()
    {
        using Session session = Session.Start(discardOdd: true);
        session.Target.Run("first", 10);
        Assert.Equal(5, session.Drain());
        Assert.Equal(0, session.Reader.PendingBytes);
    }

    /// <summary>Reserves a record of the argument, a zero and 24 bytes of the text; counts what does not fit.</summary>
    private static Instruction[] Program(bool discardOdd)
    {
        Label full = new("full");
        Label end = new("end");
        Label submit = new("submit");
        Instruction[] discard =
        [
            Load(DW, R1, R6, Blueprints.Di),
            AndImm(R1, 1),
            JumpIfImm(R1, Condition.Equal, 0, submit),
            Mov(R1, R7),
            MovImm(R2, 0),
            Call(Helper.BPF_FUNC_ringbuf_discard),
            Jump(end),
        ];
        return
        [
            Mov(R6, R1),
            LoadMapFd(R1, Ring),
            MovImm(R2, RecordSize),
            MovImm(R3, 0),
            Call(Helper.BPF_FUNC_ringbuf_reserve),
            JumpIfImm(R0, Condition.Equal, 0, full),
            Mov(R7, R0),
            Load(DW, R1, R6, Blueprints.Di),
            Store(DW, R7, 0, R1),
            StoreImm(DW, R7, 8, 0),
            Mov(R1, R7),
            AddImm(R1, 16),
            MovImm(R2, 24),
            Load(DW, R3, R6, 104),
            Call(Helper.BPF_FUNC_probe_read_user_str),
            .. discardOdd ? discard : [],
            Mark(submit),
            Mov(R1, R7),
            MovImm(R2, 0),
            Call(Helper.BPF_FUNC_ringbuf_submit),
            Jump(end),
            Mark(full),
            LoadMapValue(R1, Lost),
            MovImm(R2, 1),
            AtomicAdd(DW, R1, 0, R2),
            Mark(end),
            MovImm(R0, 0),
            Exit(),
        ];
    }

    private sealed class Session : IDisposable
    {
        private readonly Stack<IDisposable> _owned = new();
        private KernelMapping _lost = null!;

        public CompiledTarget Target { get; private set; } = null!;

        public RingBuffer Reader { get; private set; } = null!;

        public RingWaiter Waiter { get; private set; } = null!;

        public long Missing { get; set; }

        public long LostCount => _lost.Read64(0);

        public static Session Start(bool discardOdd = false)
        {
            LinuxKernel kernel = Require.Kernel();
            AttachType attachType = KernelFeatures.Current.Has(KernelFeature.UprobeMulti) ? AttachType.BPF_TRACE_UPROBE_MULTI : AttachType.None;
            Session session = new();
            session.Target = session.Own(CompiledTarget.Start());
            ProgramBlueprint blueprint = new() { Name = "ring", AttachType = attachType, Code = Assembler.Assemble(Program(discardOdd)) };
            MapSet maps = session.Own(MapSet.Create(kernel, [Ring, Lost]));
            BpfProgram program = session.Own(BpfProgram.Load(kernel, blueprint, maps));
            session._lost = session.Own(maps[Lost].MapValues());
            session.Reader = session.Own(RingBuffer.Open(kernel, maps[Ring]));
            session.Waiter = session.Own(new RingWaiter(kernel, maps[Ring]));
            session.Own(UprobeAttachment.Attach(kernel, program, session.Target.Executable, [new(session.Target["first"])], session.Target.Pid));
            return session;
        }

        public int Drain()
        {
            int count = 0;
            using RingLease lease = Reader.Lease();
            while (lease.TryNext(out _))
                count++;
            return count;
        }

        public void Dispose()
        {
            while (_owned.TryPop(out IDisposable? owned))
                owned.Dispose();
        }

        private T Own<T>(T owned)
            where T : IDisposable
        {
            _owned.Push(owned);
            return owned;
        }
    }
}
