using System.Buffers.Binary;
using System.Text;
using Sonde.Plans;

namespace Sonde.Values;

/// <summary>Ids of a thread in Sonde's pid namespace from those of the kernel's first one, which frames carry.</summary>
internal delegate (int ProcessId, int ThreadId) ThreadIdMapping(int processId, int threadId);

/// <summary>Makes events of frames: the header, the site they come from, and the values. For one thread at a time.</summary>
internal sealed class EventDecoder
{
    private readonly ThreadIdMapping? _threadIds;
    private readonly CommandNames _commands = new();

    /// <param name="threadIds">How process and thread ids are mapped; null when Sonde runs in the first pid namespace.</param>
    public EventDecoder(ThreadIdMapping? threadIds = null) => _threadIds = threadIds;

    /// <summary>Added to the kernel's monotonic clock it gives nanoseconds since 1970; may be corrected at any time.</summary>
    public long ClockOffset { get; set; }

    /// <summary>Which probe of the session a frame belongs to, null when it is too short to say.</summary>
    public static uint? ProbeOf(ReadOnlySpan<byte> frame) => Field(frame, FrameHeader.Probe);

    /// <summary>Which site of the session a frame comes from, null when it is too short to say.</summary>
    public static uint? SiteOf(ReadOnlySpan<byte> frame) => Field(frame, FrameHeader.Site);

    /// <summary>
    /// The process of a frame and the address in its memory of the instruction that fired; false where a frame does not tell.
    /// </summary>
    public static bool TryGetAddress(ReadOnlySpan<byte> frame, out int process, out ulong address)
    {
        (process, address) = (0, 0);
        if (frame.Length < FrameHeader.Size || BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)FrameHeader.Outcome..]) != (uint)FrameOutcome.Single)
            return false;
        (process, address) = ((int)(Word(frame, FrameHeader.ProcessAndThread) >> 32), Word(frame, FrameHeader.End));
        return address != 0;
    }

    /// <summary>The event of a frame; null when it is shorter than its header.</summary>
    public CapturedEvent? Decode(ReadOnlySpan<byte> frame, FrameDecoder decoder, EventSource source)
    {
        if (frame.Length < FrameHeader.Size)
            return null;
        DecodedFrame values = decoder.Decode(frame);
        ulong started = Word(frame, FrameHeader.Time);
        ulong ended = Word(frame, FrameHeader.End);
        ulong ids = Word(frame, FrameHeader.ProcessAndThread);
        ulong goroutine = Word(frame, FrameHeader.Goroutine);
        var outcome = (FrameOutcome)BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)FrameHeader.Outcome..]);
        (int processId, int threadId) = ((int)(ids >> 32), (int)ids);
        if (_threadIds is not null)
            (processId, threadId) = _threadIds(processId, threadId);
        return new CapturedEvent
        {
            Source = source,
            UnixNanoseconds = unchecked((long)started + ClockOffset),
            ProcessId = processId,
            ThreadId = threadId,
            GoroutineId = goroutine == 0 ? null : (long)goroutine,
            Command = _commands.Get(frame.Slice((int)FrameHeader.Command, (int)FrameHeader.CommandSize)),
            Sequence = Word(frame, FrameHeader.Sequence),
            Arguments = values.Arguments,
            Results = values.Results,
            Variables = values.Variables,
            Captures = values.Captures,
            Walked = values.Stack as WalkedStack,
            DurationNanoseconds = outcome != FrameOutcome.Single && ended >= started && ended != 0 ? (long)(ended - started) : null,
            Outcome = source.Kind != Specs.ProbeKind.Call ? CallOutcome.None : outcome switch
            {
                FrameOutcome.Returned => CallOutcome.Returned,
                FrameOutcome.DidNotReturn => CallOutcome.DidNotReturn,
                _ => CallOutcome.None,
            },
        };
    }

    private static uint? Field(ReadOnlySpan<byte> frame, uint offset) =>
        frame.Length >= FrameHeader.Size ? BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)offset..]) : null;

    private static ulong Word(ReadOnlySpan<byte> frame, uint offset) => BinaryPrimitives.ReadUInt64LittleEndian(frame[(int)offset..]);

    /// <summary>Thread names as strings: the same few come again and again.</summary>
    private sealed class CommandNames
    {
        private readonly (ulong Low, ulong High, string? Name)[] _recent = new (ulong, ulong, string?)[64];

        public string Get(ReadOnlySpan<byte> bytes)
        {
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(bytes), high = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
            ref (ulong Low, ulong High, string? Name) entry = ref _recent[(int)((low * 31 + high) * 0x9E3779B97F4A7C15 >> 58)];
            if (entry.Name is null || entry.Low != low || entry.High != high)
            {
                int zero = bytes.IndexOf((byte)0);
                entry = (low, high, Encoding.UTF8.GetString(zero < 0 ? bytes : bytes[..zero]));
            }

            return entry.Name!;
        }
    }
}
