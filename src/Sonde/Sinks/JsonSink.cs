using System.Collections.Immutable;
using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>
/// One JSON object per line, as docs/events.md promises. Made for half a million events a second: what an event's source
/// says is encoded once, numbers and texts go straight into the output buffer.
/// </summary>
public sealed class JsonSink : ISink
{
    private readonly Utf8Output _output;
    private readonly JsonValueWriter _values;
    private readonly Timestamps _times = new(timeOnly: false, TimeZoneInfo.Utc);
    private readonly Dictionary<EventSource, Encoded> _sources = new(ReferenceEqualityComparer.Instance);
    private EventSource? _lastSource;
    private Encoded _last;

    /// <summary>Writes to <paramref name="stream"/>, which stays open.</summary>
    public JsonSink(Stream stream, JsonSinkOptions? options = null)
    {
        _output = new Utf8Output(stream);
        _values = new JsonValueWriter(_output, options ?? new JsonSinkOptions());
    }

    /// <inheritdoc/>
    public void Attached(AttachedReport report)
    {
        _output.Raw("{\"attached\":{\"probes\":["u8);
        for (int i = 0; i < report.Probes.Length; i++)
        {
            _output.Raw(i == 0 ? "{\"probe\":"u8 : ",{\"probe\":"u8);
            JsonText.Write(_output, report.Probes[i].Probe);
            _output.Raw(",\"sites\":"u8);
            _output.Number(report.Probes[i].Sites);
            if (report.Probes[i].Inlined > 0)
                _output.Text($",\"inlined\":{report.Probes[i].Inlined}");
            _output.Byte((byte)'}');
        }

        _output.Raw("],\"ms\":"u8);
        _output.Number((long)Math.Round(report.Elapsed.TotalMilliseconds));
        _output.Raw("}}"u8);
        _output.EndLine();
        Flush();
    }

    /// <inheritdoc/>
    public void Event(CapturedEvent captured)
    {
        Encoded source = Encode(captured.Source);
        _output.Raw("{\"time\":\""u8);
        _times.Write(_output, captured.UnixNanoseconds);
        _output.Raw("Z\","u8);
        _output.Raw(source.Probe);
        _output.Number(captured.ProcessId);
        _output.Raw(",\"tid\":"u8);
        _output.Number(captured.ThreadId);
        if (captured.GoroutineId is { } goroutine)
        {
            _output.Raw(",\"goid\":"u8);
            _output.Number(goroutine);
        }

        _output.Raw(",\"comm\":"u8);
        JsonText.Write(_output, captured.Command);
        _output.Raw(",\"seq\":"u8);
        _output.Number(captured.Sequence);
        _output.Raw(source.Place);
        WriteGroups(captured);
        if (captured.Message is not null)
        {
            _output.Raw(",\"message\":"u8);
            JsonText.Write(_output, captured.Message);
        }

        if (captured.Stack is { } stack)
        {
            _output.Raw(",\"stack\":"u8);
            _values.WriteStack(stack);
        }

        if (captured.DurationNanoseconds is { } duration)
        {
            _output.Raw(",\"duration_ns\":"u8);
            _output.Number(duration);
        }

        if (captured.Outcome != CallOutcome.None)
        {
            _output.Raw(",\"outcome\":\""u8);
            _output.Text(ContractNames.Of(captured.Outcome));
            _output.Byte((byte)'"');
        }

        _output.Byte((byte)'}');
        _output.EndLine();
    }

    /// <inheritdoc/>
    public void Notice(SessionNotice notice)
    {
        _output.Raw("{\"notice\":{"u8);
        if (notice.Probe is not null)
        {
            _output.Raw("\"probe\":"u8);
            JsonText.Write(_output, notice.Probe);
            _output.Byte((byte)',');
        }

        _output.Raw("\"message\":"u8);
        JsonText.Write(_output, notice.Message);
        _output.Raw("}}"u8);
        _output.EndLine();
        Flush();
    }

    /// <inheritdoc/>
    public void Summary(SessionSummary summary)
    {
        _output.Raw("{\"summary\":{\"probes\":["u8);
        for (int i = 0; i < summary.Probes.Length; i++)
        {
            ProbeSummary probe = summary.Probes[i];
            _output.Raw(i == 0 ? "{\"probe\":"u8 : ",{\"probe\":"u8);
            JsonText.Write(_output, probe.Probe);
            _output.Text($",\"kind\":\"{ContractNames.Of(probe.Kind)}\",\"hits\":{probe.Hits},\"events\":{probe.Events},\"causes\":{{");
            bool first = true;
            foreach ((string name, ulong count) in probe.Causes.All)
            {
                _output.Text($"{(first ? "" : ",")}\"{name}\":{count}");
                first = false;
            }

            _output.Byte((byte)'}');
            if (probe.Off > TimeSpan.Zero)
                _output.Text($",\"off_ms\":{(long)probe.Off.TotalMilliseconds}");
            _output.Byte((byte)'}');
        }

        _output.Byte((byte)']');
        if (summary.ExitStatus is { } status)
            _output.Text($",\"exit_status\":{status}");
        if (summary.Signal is { } signal)
            _output.Text($",\"signal\":{signal}");
        _output.Raw("}}"u8);
        _output.EndLine();
        Flush();
    }

    /// <inheritdoc/>
    public void Flush() => _output.Flush();

    private void WriteGroups(CapturedEvent captured)
    {
        if (!captured.Captures.IsDefault)
            WriteGroup(",\"values\":"u8, captured.Captures, false);
        bool captures = !captured.Captures.IsDefault || captured.Message is not null;
        Specs.ProbeKind kind = captured.Source.Kind;
        if (!captured.Arguments.IsEmpty || (!captures && kind is Specs.ProbeKind.Entry or Specs.ProbeKind.Call))
            WriteGroup(",\"args\":"u8, captured.Arguments, true);
        // Results have names of Sonde's own ($0), which are not doubled.
        bool returned = kind == Specs.ProbeKind.Return || (kind == Specs.ProbeKind.Call && captured.Outcome != CallOutcome.DidNotReturn);
        if (!captured.Results.IsEmpty || (!captures && returned))
            WriteGroup(",\"results\":"u8, captured.Results, false);
        if (!captured.Variables.IsEmpty || (!captures && kind == Specs.ProbeKind.Line))
            WriteGroup(",\"vars\":"u8, captured.Variables, true);
    }

    private void WriteGroup(ReadOnlySpan<byte> name, ImmutableArray<NamedValue> values, bool doubleDollar)
    {
        _output.Raw(name);
        _values.WriteObject(values, doubleDollar);
    }

    private Encoded Encode(EventSource source)
    {
        if (ReferenceEquals(source, _lastSource))
            return _last;
        if (!_sources.TryGetValue(source, out _last))
            _sources.Add(source, _last = Encoded.Of(source));
        _lastSource = source;
        return _last;
    }

    /// <summary>The parts of a line that are the same for all events of a source.</summary>
    private readonly record struct Encoded(byte[] Probe, byte[] Place)
    {
        public static Encoded Of(EventSource source)
        {
            var output = new Utf8Output(Stream.Null);
            output.Raw("\"probe\":"u8);
            JsonText.Write(output, source.Probe);
            output.Text($",\"kind\":\"{ContractNames.Of(source.Kind)}\",\"pid\":");
            byte[] probe = output.Pending.ToArray();
            output.Flush();
            output.Raw(",\"function\":"u8);
            JsonText.Write(output, source.Function);
            if (source.File is not null)
            {
                output.Raw(",\"file\":"u8);
                JsonText.Write(output, source.File);
            }

            if (source.Line > 0)
                output.Text($",\"line\":{source.Line}");
            if (source.Inlined)
                output.Raw(",\"inlined\":true"u8);
            return new Encoded(probe, output.Pending.ToArray());
        }
    }
}
