using Sonde.Plans;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;
using Xunit;

namespace Sonde.Tests.Values;

public sealed class EventDecoderTests
{
    private static readonly EventSource Source = new("main.f", ProbeKind.Call, "main.f", "/src/app.go", 21, SourceLanguage.Go);

    private static FrameBuilder Call() => new FrameBuilder()
        .Header(FrameHeader.Probe, 3 | 9UL << 32).Header(FrameHeader.Time, 1000).Header(FrameHeader.ProcessAndThread, 42UL << 32 | 43)
        .Header(FrameHeader.Sequence, 17).Header(FrameHeader.Goroutine, 34).Header(FrameHeader.End, 2500)
        .Command("worker-é").Outcome(FrameOutcome.Returned);

    [Fact]
    public void The_header_becomes_the_event()
    {
        FrameBuilder frame = Call();
        var decoder = new EventDecoder((pid, tid) => (pid - 41, tid - 41)) { ClockOffset = 1_000_000 };
        CapturedEvent captured = decoder.Decode(frame.Frame, frame.Decoder(), Source)!;
        Assert.Equal((1_001_000L, 1, 2, 34L, "worker-é", 17UL), (captured.UnixNanoseconds, captured.ProcessId, captured.ThreadId, captured.GoroutineId!.Value,
            captured.Command, captured.Sequence));
        Assert.Equal((1500L, CallOutcome.Returned), (captured.DurationNanoseconds!.Value, captured.Outcome));
        Assert.Equal((3u, 9u), (EventDecoder.ProbeOf(frame.Frame)!.Value, EventDecoder.SiteOf(frame.Frame)!.Value));
        Assert.Same(Source, captured.Source);
        Assert.Empty(captured.Arguments);
        Assert.True(captured.Captures.IsDefault);
    }

    [Fact]
    public void What_is_not_known_is_null()
    {
        FrameBuilder frame = Call().Header(FrameHeader.Goroutine, 0).Outcome(FrameOutcome.Single).Command("sixteen-byte-cmd");
        CapturedEvent captured = new EventDecoder().Decode(frame.Frame, frame.Decoder(), Source)!;
        Assert.Null(captured.GoroutineId);
        Assert.Null(captured.DurationNanoseconds);
        Assert.Equal((42, 43, CallOutcome.None, "sixteen-byte-cmd"), (captured.ProcessId, captured.ThreadId, captured.Outcome, captured.Command));
        Assert.Null(new EventDecoder().Decode(frame.Frame.AsSpan(0, 87), frame.Decoder(), Source));
        Assert.Null(EventDecoder.ProbeOf([]));
    }

    [Fact]
    public void Two_threads_names_do_not_mix()
    {
        var decoder = new EventDecoder();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 300; i++)
            {
                FrameBuilder frame = Call().Command($"t{i}");
                Assert.Equal($"t{i}", decoder.Decode(frame.Frame, frame.Decoder(), Source)!.Command);
            }
        }
    }
}
