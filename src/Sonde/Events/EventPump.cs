using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Sonde.Sinks;

namespace Sonde.Events;

/// <summary>
/// Takes events from the ring to the sink, on a thread of its own: a sink that does not take any more holds up nothing but
/// this thread. The ring is the queue; when it is full the kernel counts what it drops, and the target never waits.
/// </summary>
internal sealed class EventPump(EventReader reader, ISink sink, long limit) : IDisposable
{
    /// <summary>Events between two looks at whether to stop.</summary>
    private const int Portion = 4096;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(16);

    private readonly ManualResetEventSlim _wake = new(false, 0);
    private readonly ManualResetEventSlim _done = new(false, 0);
    private readonly ConcurrentQueue<SessionNotice> _notices = [];
    private ExceptionDispatchInfo? _failure;
    private volatile bool _ending;
    private volatile bool _hurried;

    /// <summary>Whether the last event has been handed on: the limit is reached, everything is there, or the sink has failed.</summary>
    public bool IsDone => _done.IsSet;

    /// <summary>Whether who was to read the events has gone (EPIPE).</summary>
    public bool OutputIsClosed => _failure?.SourceException is IOException { HResult: 32 };

    /// <summary>Begins.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "sonde-events" }.Start();

    /// <summary>Waits until it is done, at most for a time.</summary>
    public bool Wait(TimeSpan time) => _done.Wait(time);

    /// <summary>Hands a notice to the sink, between events. From any thread.</summary>
    public void Post(SessionNotice notice) => _notices.Enqueue(notice);

    /// <summary>Nothing new comes into the ring: to be done when it is empty.</summary>
    public void End()
    {
        _ending = true;
        _wake.Set();
    }

    /// <summary>Leaves in the ring what is still there.</summary>
    public void Hurry()
    {
        _hurried = true;
        End();
    }

    /// <summary>Throws what the sink has thrown, a closed output aside.</summary>
    public void ThrowFailure()
    {
        if (!OutputIsClosed)
            _failure?.Throw();
    }

    /// <summary>Frees what it waits with. It must be done.</summary>
    public void Dispose()
    {
        _wake.Dispose();
        _done.Dispose();
    }

    private void Run()
    {
        try
        {
            Pump();
        }
#pragma warning disable CA1031 // It is thrown on by the thread that waits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }

        _done.Set();
    }

    private void Pump()
    {
        long left = limit;
        TimeSpan pause = ShortestPause;
        while (left > 0 && !_hurried)
        {
            // Asked before the ring: what comes in before the end is not missed.
            bool last = _ending;
            while (_notices.TryDequeue(out SessionNotice? notice))
                sink.Notice(notice);
            long got = reader.Drain(sink, Math.Min(left, Portion));
            left -= got;
            if (got > 0)
            {
                pause = ShortestPause;
                continue;
            }

            sink.Flush();
            if (last)
                return;
            _wake.Wait(pause);
            pause = pause + pause < LongestPause ? pause + pause : LongestPause;
        }

        sink.Flush();
    }
}
