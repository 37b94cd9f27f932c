using System.Buffers.Binary;
using System.Diagnostics;
using Sonde.Attaching;
using Sonde.Kernel.RingBuffers;
using Sonde.Plans;
using Sonde.Sinks;
using Sonde.Specs;
using Sonde.Stacks;
using Sonde.Symbols;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Events;

/// <summary>Reads frames from the ring, decodes them where they lie and hands the events on. For one thread.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly Attachment _attachment;
    private readonly RingBuffer _ring;
    private readonly EventDecoder _decoder = new();
    private readonly FrameDecoder[] _frames;
    private readonly EventSource[] _sources;
    private readonly MessageComposer?[] _messages;
    private readonly StackResolver? _stacks;
    private readonly ulong[] _delivered;
    private readonly UnwrittenMemory? _memory;
    private (int Process, uint Site) _noted;
    private long _clockRead;

    /// <summary>Opens the ring of an attachment.</summary>
    public EventReader(Kernel.Syscalls.IKernel kernel, Attachment attachment, TypeGraph types, int probes, DynamicTypeResolver? dynamicTypes = null, StackResolver? stacks = null, UnwrittenMemory? memory = null)
    {
        _attachment = attachment;
        _ring = RingBuffer.Open(kernel, attachment.Events);
        UnchangedMemory? unchanged = memory is null ? null : memory.Read;
        _frames = [.. attachment.Sites.Select(s => new FrameDecoder(
            s.Planned.Plan, types, dynamicTypes, s.Probe.Spec.Settings.Redaction is { } rules ? new Redactor(rules) : null, unchanged))];
        _memory = memory;
        _sources = [.. attachment.Sites.Select(SourceOf)];
        _messages = [.. attachment.Sites.Select(s => s.Probe.Spec.Template is { } template
            ? new MessageComposer(template, s.Planned.Site.Function.Language)
            : null)];
        _stacks = attachment.Sites.Any(s => StackResolver.IsNeeded(s.Planned.Plan)) ? stacks : null;
        _stacks?.Prepare();
        _delivered = new ulong[probes];
    }

    /// <summary>How many events of a probe have been handed on.</summary>
    public ulong Delivered(int probe) => _delivered[probe];

    /// <summary>Hands on what is in the ring, at most <paramref name="limit"/> events; returns how many.</summary>
    public long Drain(ISink sink, long limit)
    {
        AlignClock();
        long count = 0;
        using RingLease lease = _ring.Lease();
        while (count < limit && lease.TryNext(out ReadOnlySpan<byte> frame))
        {
            if (Decode(frame) is not { } captured)
                continue;
            sink.Event(captured);
            if ((++count & 0xff) == 0)
                lease.Release();
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring.Dispose();
        _stacks?.Dispose();
    }

    private CapturedEvent? Decode(ReadOnlySpan<byte> frame)
    {
        if (EventDecoder.SiteOf(frame) is not { } site || site >= _sources.Length || EventDecoder.ProbeOf(frame) is not { } probe || probe >= _delivered.Length)
            return null;
        var outcome = (FrameOutcome)BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)FrameHeader.Outcome..]);

        // What a call's frame holds is known by where it returned: other ways out have results elsewhere, or none.
        uint layout = outcome == FrameOutcome.Returned ? BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)FrameHeader.ReturnSite..]) : site;
        if (layout >= _frames.Length)
            return null;
        NotePlace(frame, site);
        CapturedEvent? captured = _decoder.Decode(frame, _frames[layout], _sources[site]);
        if (captured is null)
            return null;
        _delivered[probe]++;
        if (_stacks is not null)
            captured = _stacks.Resolve(captured, _attachment.Sites[(int)site].Planned.Site);
        return _messages[site] is { } message ? message.Compose(captured) : captured;
    }

    // A process that has ended does not tell any more where its program was.
    private void NotePlace(ReadOnlySpan<byte> frame, uint number)
    {
        if (_memory is null || !EventDecoder.TryGetAddress(frame, out int process, out ulong address) || _noted == (process, number))
            return;
        _noted = (process, number);
        Sites.ProbeSite site = _attachment.Sites[(int)number].Planned.Site;
        if (site.Use != Sites.SiteUse.ReturnProbe)
            _memory.Note(process, site.Function.Image, unchecked(address - site.Address.Value));
    }

    // The two clocks drift apart as the wall clock is corrected.
    private void AlignClock()
    {
        long now = Stopwatch.GetTimestamp();
        if (_clockRead != 0 && now - _clockRead < Stopwatch.Frequency)
            return;
        _clockRead = now;

        // Stopwatch is CLOCK_MONOTONIC, as bpf_ktime_get_ns is. The smallest of a few differences is the least disturbed.
        long best = long.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            long before = Stopwatch.GetTimestamp();
            long wall = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
            long after = Stopwatch.GetTimestamp();
            if (after - before >= best)
                continue;
            best = after - before;
            _decoder.ClockOffset = wall - ((before + after) / 2);
        }
    }

    private static EventSource SourceOf(SiteRecord site)
    {
        Symbols.Function function = site.Planned.Site.Function;
        ProbeSpec spec = site.Probe.Spec;
        return site.Planned.Site.Shown is { } shown
            ? new EventSource(spec.Label, spec.Kind, shown.Name, shown.File, shown.Line, function.Language, shown.Inlined)
            : new EventSource(spec.Label, spec.Kind, function.Name, function.File, function.Line, function.Language);
    }
}
