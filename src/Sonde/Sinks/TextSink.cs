using Sonde.Languages;
using Sonde.Specs;
using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>
/// One line per event for people: <c>14:02:11.482119 app[4242] g34 main.computeE(iterations=10) = 2.718  (1.2µs)</c>. What
/// is no event goes to a second stream. Nothing that a target says reaches the terminal as a control character.
/// </summary>
public sealed class TextSink : ISink
{
    private readonly Utf8Output _output;
    private readonly Utf8Output _notices;
    private readonly TextPen _pen;
    private readonly TextPen _noticePen;
    private readonly TextValueWriter _values;
    private readonly Timestamps _times;
    private readonly bool _pretty;

    /// <summary>Writes events to <paramref name="events"/>, the rest to <paramref name="notices"/>; both stay open.</summary>
    public TextSink(Stream events, Stream notices, TextSinkOptions? options = null)
    {
        options ??= new TextSinkOptions();
        _output = new Utf8Output(events);
        _notices = new Utf8Output(notices);
        _pen = new TextPen(_output, options.Colour);
        _noticePen = new TextPen(_notices, colour: false);
        _values = new TextValueWriter(_output, _pen, options);
        _times = new Timestamps(timeOnly: true, options.TimeZone);
        _pretty = options.Pretty;
    }

    /// <inheritdoc/>
    public void Attached(AttachedReport report)
    {
        _noticePen.Own("sonde: attached ");
        for (int i = 0; i < report.Probes.Length; i++)
        {
            if (i > 0)
                _noticePen.Own(", ");
            _noticePen.Foreign(report.Probes[i].Probe);
            _noticePen.Own(SitesOf(report.Probes[i]));
        }

        _noticePen.Own($" in {Math.Round(report.Elapsed.TotalMilliseconds)} ms");
        _notices.EndLine();
        _notices.Flush();
    }

    /// <inheritdoc/>
    public void Event(CapturedEvent captured)
    {
        EventSource source = captured.Source;
        _values.Syntax = ValueSyntax.Of(source.Syntax);
        _pen.Begin(Ink.Faint);
        _times.Write(_output, captured.UnixNanoseconds);
        _pen.End();
        _pen.Own(" ");
        _pen.Foreign(captured.Command);
        _pen.Own("[");
        _output.Number(captured.ProcessId);
        _pen.Own(captured.GoroutineId is null ? "] " : "] g");
        if (captured.GoroutineId is { } goroutine)
        {
            _output.Number(goroutine);
            _pen.Own(" ");
        }

        _pen.Begin(Ink.Function);
        _pen.Foreign(source.Function);
        _pen.End();
        if (source.Kind == ProbeKind.Line)
            WritePlace(source);
        if (captured.Message is not null)
        {
            _pen.Own(": ");
            _pen.Foreign(captured.Message);
        }
        else
        {
            WriteValues(captured);
        }

        if (captured.Outcome == CallOutcome.DidNotReturn)
            _pen.Own(" did not return");
        if (captured.DurationNanoseconds is { } duration)
        {
            _pen.Begin(Ink.Faint);
            _pen.Own($"  ({TimeText.Rounded(duration)})");
            _pen.End();
        }

        _output.EndLine();
        if (captured.Stack is { } stack)
            WriteStack(stack);
    }

    /// <inheritdoc/>
    public void Notice(SessionNotice notice)
    {
        Flush();
        _noticePen.Own("sonde: ");
        if (notice.Probe is not null)
        {
            _noticePen.Foreign(notice.Probe);
            _noticePen.Own(": ");
        }

        _noticePen.Foreign(notice.Message);
        _notices.EndLine();
        _notices.Flush();
    }

    /// <inheritdoc/>
    public void Summary(SessionSummary summary)
    {
        Flush();
        foreach (ProbeSummary probe in summary.Probes)
        {
            _noticePen.Own("sonde: ");
            _noticePen.Foreign(probe.Probe);
            _noticePen.Own($": {probe.Hits} hits, {probe.Events} events");
            foreach ((string name, ulong count) in probe.Causes.All)
            {
                if (count > 0)
                    _noticePen.Own($", {count} {name}");
            }

            if (probe.Off > TimeSpan.Zero)
                _noticePen.Own($", not in place for {probe.Off.TotalSeconds:0.0} s");

            _notices.EndLine();
        }

        if (summary.Signal is { } signal)
            _noticePen.Own($"sonde: the command was ended by signal {signal}\n");
        else if (summary.ExitStatus is { } status)
            _noticePen.Own($"sonde: the command ended with status {status}\n");
        _notices.Flush();
    }

    /// <inheritdoc/>
    public void Flush() => _output.Flush();

    private static string SitesOf(AttachedProbe probe)
    {
        string inlined = $"{probe.Inlined} inlined site{(probe.Inlined == 1 ? "" : "s")}";
        return (probe.Sites - probe.Inlined, probe.Inlined) switch
        {
            (1, 0) => "",
            (_, 0) => $" ({probe.Sites} sites)",
            (0, _) => $" ({inlined})",
            (1, _) => $" (out of line + {inlined})",
            (var own, _) => $" ({own} sites out of line + {inlined})",
        };
    }

    // The function itself is in the line above.
    private void WriteStack(StackValue stack)
    {
        foreach (StackFrame frame in stack.Frames.Skip(1))
        {
            _pen.Own("    at ");
            _values.WriteFrame(frame);
            _output.EndLine();
        }

        if (stack.End is { } reason)
        {
            _pen.Own($"    at <{ContractNames.Of(reason)}>");
            _output.EndLine();
        }
    }

    private void WritePlace(EventSource source)
    {
        if (source.File is null)
            return;
        _pen.Own(" (");
        _pen.Foreign(Path.GetFileName(source.File));
        _pen.Own($":{source.Line})");
    }

    private void WriteValues(CapturedEvent captured)
    {
        if (!captured.Captures.IsDefault)
        {
            _pen.Own(" ");
            WriteList(captured.Captures, "{", "}");
            return;
        }

        switch (captured.Source.Kind)
        {
            case ProbeKind.Entry:
                WriteList(captured.Arguments, "(", ")");
                break;
            case ProbeKind.Call:
                WriteList(captured.Arguments, "(", ")");
                WriteResults(captured);
                break;
            case ProbeKind.Return:
                if (captured.Results.IsEmpty && captured.Outcome != CallOutcome.DidNotReturn)
                    _pen.Own(" returned");
                else
                    WriteResults(captured);
                break;
            case ProbeKind.Line:
                _pen.Own(" ");
                WriteList(captured.Variables, "{", "}");
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void WriteList(System.Collections.Immutable.ImmutableArray<NamedValue> values, string open, string close)
    {
        _pen.Own(open);
        if (_pretty && !values.IsEmpty)
        {
            foreach (NamedValue value in values)
            {
                _pen.Own("\n    ");
                _values.WriteNamed(value, "=");
            }

            _pen.Own("\n");
        }
        else
        {
            _values.WriteNamed(values, "=", ", ");
        }

        _pen.Own(close);
    }

    /// <summary><c> = v</c>, <c> = (v, nil)</c>; results that have names of their own keep them.</summary>
    private void WriteResults(CapturedEvent captured)
    {
        if (captured.Results.IsEmpty)
            return;
        bool named = captured.Results.Any(r => !r.Name.StartsWith('$'));
        bool around = named || captured.Results.Length > 1;
        _pen.Own(around ? " = (" : " = ");
        for (int i = 0; i < captured.Results.Length; i++)
        {
            if (i > 0)
                _pen.Own(", ");
            NamedValue result = captured.Results[i];
            if (result.Name.StartsWith('$'))
                _values.Write(result.Value);
            else
                _values.WriteNamed(result, "=");
        }

        if (around)
            _pen.Own(")");
    }
}
