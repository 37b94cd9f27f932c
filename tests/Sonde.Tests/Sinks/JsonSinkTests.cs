using System.Text;
using System.Text.Json;
using Sonde.Sinks;
using Sonde.Specs;
using Sonde.Values;
using Xunit;
using static Sonde.Tests.Sinks.Samples;

namespace Sonde.Tests.Sinks;

public sealed class JsonSinkTests
{
    private static string Lines(Action<JsonSink> write, JsonSinkOptions? options = null)
    {
        using var stream = new MemoryStream();
        var sink = new JsonSink(stream, options);
        write(sink);
        sink.Flush();
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Json(Value value, JsonSinkOptions? options = null)
    {
        string line = Lines(s => s.Event(Event(Source(ProbeKind.Entry)) with { Arguments = Named(("v", value)) }), options);
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("args").GetProperty("v").GetRawText();
    }

    public static TheoryData<Value, string> Forms => new()
    {
        { Int(long.MinValue), "-9223372036854775808" },
        { new IntegerValue("uint64", ulong.MaxValue, 64, false), "18446744073709551615" },
        { new IntegerValue("u128", (Int128)UInt128.MaxValue, 128, false), "\"340282366920938463463374607431768211455\"" },
        { new IntegerValue("i128", 5, 128, true), "\"5\"" },
        { new EnumValue("E", 3, "A|B"), "\"A|B\"" },
        { new EnumValue("E", 3, null), "3" },
        { new BooleanValue("bool", false), "false" },
        { new FloatValue("float32", 0.1f, 32), "0.1" },
        { new FloatValue("float64", 0.1, 64), "0.1" },
        { new FloatValue("float64", 1e300, 64), "1e+300" },
        { new FloatValue("float64", -0.0, 64), "-0" },
        { new FloatValue("float64", double.NaN, 64), "\"NaN\"" },
        { new FloatValue("float64", double.PositiveInfinity, 64), "\"+Inf\"" },
        { new FloatValue("float64", double.NegativeInfinity, 64), "\"-Inf\"" },
        { new ComplexValue("complex128", 1, double.NaN, 64), "[1,\"NaN\"]" },
        { new CharacterValue("char", 'x', 8), "\"x\"" },
        { new CharacterValue("char", 0xE9, 8), "233" },
        { new CharacterValue("char", 0x1F600, 32), "\"😀\"" },
        { new CharacterValue("char16_t", 0xD800, 16), "55296" },
        { Text("a\"b\\c\n\t\u0001\u001b[31m\u009b\u202e\u007fé"), "\"a\\\"b\\\\c\\n\\t\\u0001\\u001b[31m\\u009b\\u202e\\u007fé\"" },
        { new TextValue("string", new byte[] { 0x61, 0xFF }, 2, false), "{\"$hex\":\"61ff\"}" },
        { new TextValue("string", new byte[] { 0x61, 0xFF }, 9, true), "{\"$len\":9,\"$hex\":\"61ff\"}" },
        { Cut("abc", 5000), "{\"$len\":5000,\"$prefix\":\"abc\"}" },
        { Cut("abc", null), "{\"$len\":null,\"$prefix\":\"abc\"}" },
        { Text("$x"), "\"$x\"" },
        { Bytes("616209620d0a"), "\"ab\\tb\\r\\n\"" },
        { Bytes("6100"), "{\"$hex\":\"6100\"}" },
        { Bytes("c285"), "{\"$hex\":\"c285\"}" },
        { Bytes("61c3", 10), "{\"$len\":10,\"$prefix\":\"a\"}" },
        { Bytes("ff", 10), "{\"$len\":10,\"$hex\":\"ff\"}" },
        { Bytes(""), "\"\"" },
        { Sequence("[]int", null), "[]" },
        { Sequence("[]int", null, Int(1), Int(2)), "[1,2]" },
        { Sequence("[]int", 900, Int(1)), "{\"$len\":900,\"$items\":[1]}" },
        { Tuple(Int(1), Text("a")), "[1,\"a\"]" },
        { Map("m", true, null, (Text("a"), Int(1)), (Text("$b"), Int(2))), "{\"a\":1,\"$$b\":2}" },
        { Map("m", true, null), "{}" },
        { Map("m", false, null), "{\"$entries\":[]}" },
        { Map("m", false, null, (Int(1), Int(2)), (Int(3), Int(4))), "{\"$entries\":[[1,2],[3,4]]}" },
        { Map("m", true, 9, (Text("a"), Int(1))), "{\"$len\":9,\"$entries\":[[\"a\",1]]}" },
        { Map("m", true, null, (Text("a"), Int(1)), (Text("a"), Int(2))), "{\"$entries\":[[\"a\",1],[\"a\",2]]}" },
        { Map("m", true, null, (Cut("a", 99), Int(1))), "{\"$entries\":[[{\"$len\":99,\"$prefix\":\"a\"},1]]}" },
        { Record("r", ("a", Int(1)), ("$b", new NilValue("x"))), "{\"a\":1,\"$$b\":null}" },
        { new PointerValue("*int", 1, Int(5)), "5" },
        { new AddressValue("void*", 0x7FFF00), "{\"$ptr\":\"0x7fff00\"}" },
        { new DynamicValue("any", "int", Int(5)), "{\"$type\":\"int\",\"$value\":5}" },
        { new DynamicValue("error", "*E", new NilValue("x"), "bad"), "{\"$type\":\"*E\",\"$value\":null,\"$text\":\"bad\"}" },
        { new VariantValue("O", "None", null), "\"None\"" },
        { new VariantValue("O", "Some", Int(5), true), "{\"Some\":5}" },
        { new VariantValue("O", "Pair", Tuple(Int(1), Int(2))), "{\"Pair\":[1,2]}" },
        { new FunctionValue("func()", "main.f", []), "{\"$func\":\"main.f\"}" },
        { new FunctionValue("func()", "main.f.func1", Named(("$n", Int(1)))), "{\"$func\":\"main.f.func1\",\"$captures\":{\"$$n\":1}}" },
        { new ChannelValue("chan int", "int", 2, 8, [Int(1)]), "{\"$chan\":\"int\",\"$len\":2,\"$cap\":8,\"$items\":[1]}" },
        { new TimeValue("t", new DateTimeOffset(2026, 11, 22, 14, 2, 11, TimeSpan.Zero), 0), "\"2026-11-22T14:02:11Z\"" },
        { new TimeValue("t", new DateTimeOffset(2026, 11, 22, 14, 2, 11, 482, TimeSpan.FromHours(-5)), 42), "\"2026-11-22T14:02:11.482000042-05:00\"" },
        { new DurationValue("d", 1500), "1500" },
        { new CycleValue("n", 2), "{\"$cycle\":2}" },
        { new StackValue([new StackFrame("f", "/a.go", 3, 0x10, true), new StackFrame(null, null, 0, 0x20, false)], MissingReason.DepthLimit), "[{\"function\":\"f\",\"file\":\"/a.go\",\"line\":3,\"address\":\"0x10\",\"inlined\":true},{\"function\":null,\"address\":\"0x20\",\"inlined\":false},{\"$missing\":\"depth-limit\"}]" },
        { new CallerValue(new StackFrame("f", "/a.go", 3, 0x10, false)), "{\"function\":\"f\",\"file\":\"/a.go\",\"line\":3,\"address\":\"0x10\",\"inlined\":false}" },
        { new MissingValue("f", MissingReason.FpRegister), "{\"$missing\":\"fp-register\"}" },
        { new MissingValue("f", MissingReason.Unsupported), "{\"$missing\":\"unsupported\",\"$type\":\"f\"}" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_of_the_contract(Value value, string expected) => Assert.Equal(expected, Json(value));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Types_wrap_any_value(Value value, string _)
    {
        string json = Json(value, new JsonSinkOptions { ShowTypes = true });
        Assert.Contains(value is DynamicValue or MissingValue ? "{\"$" : $"{{\"$type\":\"{value.TypeName}\",\"$value\":", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_numbers_become_strings_on_demand()
    {
        var options = new JsonSinkOptions { NumbersAsStrings = true };
        Assert.Equal("\"9007199254740993\"", Json(Int(9007199254740993), options));
        Assert.Equal("\"1\"", Json(Int(1), options));
        Assert.Equal("1", Json(new IntegerValue("int32", 1, 32, true), options));
        Assert.Equal("\"1500\"", Json(new DurationValue("d", 1500), options));
    }

    [Fact]
    public void Numbers_and_texts_come_back_as_they_went()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++)
        {
            long number = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            double real = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => new Rune(random.Next(4) == 0 ? random.Next(0xE000, 0x110000) : random.Next(0x300)).ToString()));
            Value value = Record("r", ("$n" + text, Int(number)), ("u", new IntegerValue("uint64", (Int128)(ulong)number, 64, false)),
                ("d", new FloatValue("f", real, 64)), ("t", new TextValue("string", Encoding.UTF8.GetBytes(text), text.Length, false)));
            using JsonDocument document = JsonDocument.Parse(Json(value));
            JsonElement back = document.RootElement;
            Assert.True(back.GetProperty("$$n" + text).GetInt64() == number, $"seed {seed}");
            Assert.Equal((ulong)number, back.GetProperty("u").GetUInt64());
            if (double.IsFinite(real))
                Assert.Equal(real, back.GetProperty("d").GetDouble());
            Assert.Equal(text, back.GetProperty("t").GetString());
        }
    }

    [Fact]
    public void A_call_in_the_order_of_the_contract()
    {
        CapturedEvent captured = Event(Source(ProbeKind.Call)) with
        {
            Arguments = Named(("iterations", Int(10)), ("$x", Int(1))),
            Results = Named(("$0", new MissingValue("float64", MissingReason.FpRegister))),
            DurationNanoseconds = 1204,
            Outcome = CallOutcome.Returned,
        };
        Assert.Equal(
            """
            {"time":"2026-11-22T14:02:11.482119873Z","probe":"main.f","kind":"call","pid":4242,"tid":4250,"goid":34,"comm":"app","seq":17,"function":"main.f","file":"/src/app.go","line":21,"args":{"iterations":10,"$$x":1},"results":{"$0":{"$missing":"fp-register"}},"duration_ns":1204,"outcome":"returned"}

            """,
            Lines(s => s.Event(captured)));
    }

    [Fact]
    public void What_does_not_apply_is_left_out()
    {
        CapturedEvent line = Event(new EventSource("a.c:3", ProbeKind.Line, "f", null, 0, Types.SourceLanguage.C, Inlined: true)) with { GoroutineId = null };
        string head = "{\"time\":\"2026-11-22T14:02:11.482119873Z\",\"probe\":\"a.c:3\",\"kind\":\"line\",\"pid\":4242,\"tid\":4250,\"comm\":\"app\",\"seq\":17,\"function\":\"f\",\"inlined\":true,";
        Assert.Equal(head + "\"vars\":{}}\n", Lines(s => s.Event(line)));
        Assert.Equal(
            head + "\"values\":{\"$goid\":1},\"message\":\"hi\"}\n",
            Lines(s => s.Event(line with { Captures = Named(("$goid", Int(1))), Message = "hi" })));
    }

    [Theory]
    [InlineData(ProbeKind.Entry, CallOutcome.None, "\"args\":{}}")]
    [InlineData(ProbeKind.Return, CallOutcome.None, "\"results\":{}}")]
    [InlineData(ProbeKind.Call, CallOutcome.Returned, "\"args\":{},\"results\":{},\"outcome\":\"returned\"}")]
    [InlineData(ProbeKind.Call, CallOutcome.DidNotReturn, "\"args\":{},\"outcome\":\"did-not-return\"}")]
    public void Groups_by_kind(ProbeKind kind, CallOutcome outcome, string expected) =>
        Assert.EndsWith("\"line\":21," + expected + "\n", Lines(s => s.Event(Event(Source(kind)) with { Outcome = outcome })), StringComparison.Ordinal);

    [Fact]
    public void First_and_last_line()
    {
        Assert.Equal(
            "{\"attached\":{\"probes\":[{\"probe\":\"a\",\"sites\":1},{\"probe\":\"b\\\"\",\"sites\":20}],\"ms\":41}}\n",
            Lines(s => s.Attached(new AttachedReport([new AttachedProbe("a", 1), new AttachedProbe("b\"", 20)], TimeSpan.FromMilliseconds(41.2)))));
        var causes = new LossCauses { Filtered = 5, InFlight = 1 };
        Assert.Equal(
            "{\"summary\":{\"probes\":[{\"probe\":\"a\",\"kind\":\"entry\",\"hits\":106,\"events\":100,\"causes\":{\"filtered\":5,\"condition-error\":0,"
            + "\"rate-limited\":0,\"over-budget\":0,\"ring-full\":0,\"read-fault\":0,\"unpaired\":0,\"in-flight\":1}}],\"exit_status\":3}}\n",
            Lines(s => s.Summary(new SessionSummary([new ProbeSummary("a", ProbeKind.Entry, 106, 100, causes)], ExitStatus: 3))));
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000000000Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999999999Z")]
    [InlineData(long.MaxValue, "2262-04-11T23:47:16.854775807Z")]
    [InlineData(long.MinValue, "1677-09-21T00:12:43.145224192Z")]
    public void Times(long nanoseconds, string expected) =>
        Assert.StartsWith($"{{\"time\":\"{expected}\"", Lines(s => s.Event(Event(Source(ProbeKind.Entry)) with { UnixNanoseconds = nanoseconds })), StringComparison.Ordinal);

    [Fact]
    public void Many_events_go_through_a_small_buffer_whole()
    {
        CapturedEvent captured = Event(Source(ProbeKind.Entry)) with { Arguments = Named(("s", Text(new string('x', 200_000)))) };
        string[] lines = Lines(s =>
        {
            for (int i = 0; i < 5; i++)
                s.Event(captured);
        }).Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.Single(lines[..5].Distinct());
    }
}
