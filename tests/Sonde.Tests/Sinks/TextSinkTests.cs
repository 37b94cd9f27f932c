using System.Text;
using Sonde.Sinks;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;
using Xunit;
using static Sonde.Tests.Sinks.Samples;

namespace Sonde.Tests.Sinks;

public sealed class TextSinkTests
{
    private const string Head = "14:02:11.482119 app[4242] g34 ";

    private static (string Events, string Notices) Write(Action<TextSink> write, TextSinkOptions? options = null)
    {
        using MemoryStream events = new(), notices = new();
        var sink = new TextSink(events, notices, (options ?? new TextSinkOptions()) with { TimeZone = TimeZoneInfo.Utc });
        write(sink);
        sink.Flush();
        return (Encoding.UTF8.GetString(events.ToArray()), Encoding.UTF8.GetString(notices.ToArray()));
    }

    private static string Line(CapturedEvent captured, TextSinkOptions? options = null) => Write(s => s.Event(captured), options).Events.TrimEnd('\n');

    private static string Text(Value value, SourceLanguage language)
    {
        string line = Line(Event(Source(ProbeKind.Entry, language)) with { Arguments = Named(("v", value)) });
        Assert.StartsWith(Head + "main.f(v=", line, StringComparison.Ordinal);
        return line[(Head.Length + "main.f(v=".Length)..^1];
    }

    private static RecordValue User(string type) => Record(type, ("id", Int(7)), ("name", Samples.Text("al\u001b[2J")));

    public static TheoryData<Value, SourceLanguage, string> Forms => new()
    {
        { User("example.com/shop/main.User"), SourceLanguage.Go, "main.User{id:7, name:\"al\\x1b[2J\"}" },
        { User("shop::User"), SourceLanguage.Cpp, "shop::User{id=7, name=\"al\\x1b[2J\"}" },
        { User("user"), SourceLanguage.C, "{id=7, name=\"al\\x1b[2J\"}" },
        { User("app::User<alloc::String>"), SourceLanguage.Rust, "User { id: 7, name: \"al\\u{1b}[2J\" }" },
        { Record("main.Empty"), SourceLanguage.Go, "main.Empty{}" },
        { Record("app::Empty"), SourceLanguage.Rust, "Empty" },
        { new PointerValue("*main.P", 1, Record("main.P", ("X", Int(1)))), SourceLanguage.Go, "&main.P{X:1}" },
        { new PointerValue("P*", 1, Record("P", ("x", Int(1)))), SourceLanguage.Cpp, "&P{x=1}" },
        { new PointerValue("P const&", 1, Record("P", ("x", Int(1)))), SourceLanguage.Cpp, "P{x=1}" },
        { new PointerValue("&app::P", 1, Record("app::P", ("x", Int(1)))), SourceLanguage.Rust, "P { x: 1 }" },
        { new NilValue("x"), SourceLanguage.Go, "nil" },
        { new NilValue("x"), SourceLanguage.Cpp, "nullptr" },
        { new NilValue("x"), SourceLanguage.C, "NULL" },
        { Sequence("[]string", null, Samples.Text("a"), Samples.Text("b")), SourceLanguage.Go, "[]string{\"a\",\"b\"}" },
        { Sequence("std::vector<int>", null, Int(1), Int(2)), SourceLanguage.Cpp, "{1, 2}" },
        { Sequence("Vec<i32>", null, Int(1), Int(2)), SourceLanguage.Rust, "[1, 2]" },
        { Sequence("[]int", 900, Int(1), Int(2)), SourceLanguage.Go, "[]int{1,2,…}(900)" },
        { Sequence("[]int", 900), SourceLanguage.Go, "[]int{…}(900)" },
        { Sequence("Vec<i32>", 900, Int(1)), SourceLanguage.Rust, "[1, …](900)" },
        { Sequence("[]main.P", null, Record("main.P", ("X", Int(1)))), SourceLanguage.Go, "[]main.P{{X:1}}" },
        { Sequence("[][]int", null, Sequence("[]int", null, Int(1))), SourceLanguage.Go, "[][]int{{1}}" },
        { Tuple(Int(1), Samples.Text("a")), SourceLanguage.Rust, "(1, \"a\")" },
        { Map("map[string]int", true, null, (Samples.Text("a"), Int(1)), (Samples.Text("b"), Int(2))), SourceLanguage.Go, "map[string]int{\"a\":1,\"b\":2}" },
        { Map("HashMap<i32, i32>", false, 9, (Int(1), Int(2))), SourceLanguage.Rust, "{1: 2, …}(9)" },
        { Cut("abc", 5000), SourceLanguage.Go, "\"abc…\"(5000)" },
        { Cut("abc", null), SourceLanguage.C, "\"abc…\"" },
        { new TextValue("string", new byte[] { 0x61, 0xFF, 0xC3 }, 3, false), SourceLanguage.Go, "\"a\\xff\\xc3\"" },
        { Samples.Text("é😀\u202e\u009b\u0000"), SourceLanguage.Go, "\"é😀\\u202e\\u009b\\x00\"" },
        { Bytes("00ff"), SourceLanguage.Go, "0x00ff" },
        { Bytes("00ff", 900), SourceLanguage.Go, "0x00ff…(900)" },
        { Bytes("6162", 900), SourceLanguage.Go, "\"ab…\"(900)" },
        { new AddressValue("void*", 0x7fff), SourceLanguage.C, "0x7fff" },
        { new DynamicValue("any", "int", Int(5)), SourceLanguage.Go, "int(5)" },
        { new DynamicValue("main.Animal", "*main.Cat", new PointerValue("*main.Cat", 1, Record("main.Cat", ("Lives", Int(9))))), SourceLanguage.Go, "*main.Cat{Lives:9}" },
        { new DynamicValue("error", "*fs.PathError", new NilValue("x"), "open x: \u001b"), SourceLanguage.Go, "*fs.PathError(\"open x: \\x1b\")" },
        { new VariantValue("Option<i32>", "None", null), SourceLanguage.Rust, "None" },
        { new VariantValue("Option<i32>", "Some", Int(5), true), SourceLanguage.Rust, "Some(5)" },
        { new VariantValue("Option<(A, B)>", "Some", Tuple(Int(1), Int(2)), true), SourceLanguage.Rust, "Some((1, 2))" },
        { new VariantValue("E", "Pair", Tuple(Int(1), Int(2))), SourceLanguage.Rust, "Pair(1, 2)" },
        { new VariantValue("E", "Move", Record("E::Move", ("x", Int(1)))), SourceLanguage.Rust, "Move { x: 1 }" },
        { new VariantValue("E", "Some", Record("app::P", ("x", Int(1))), true), SourceLanguage.Rust, "Some(P { x: 1 })" },
        { new EnumValue("Color", 2, "Red"), SourceLanguage.Cpp, "Red" },
        { new CharacterValue("char", 'x', 8), SourceLanguage.C, "'x'" },
        { new CharacterValue("char", 0xE9, 8), SourceLanguage.C, "'\\xe9'" },
        { new CharacterValue("char", '\'', 8), SourceLanguage.C, "'\\''" },
        { new CharacterValue("char", 0, 8), SourceLanguage.C, "'\\x00'" },
        { new CharacterValue("char16_t", 0xD800, 16), SourceLanguage.Cpp, "'\\ud800'" },
        { new FloatValue("f64", 5, 64), SourceLanguage.Rust, "5.0" },
        { new FloatValue("f64", 5, 64), SourceLanguage.Go, "5" },
        { new FloatValue("f64", double.PositiveInfinity, 64), SourceLanguage.Go, "+Inf" },
        { new ComplexValue("complex128", 1, 2, 64), SourceLanguage.Go, "(1+2i)" },
        { new ComplexValue("complex128", 1, -0.5, 64), SourceLanguage.Go, "(1-0.5i)" },
        { new ComplexValue("complex128", 1, double.PositiveInfinity, 64), SourceLanguage.Go, "(1+Infi)" },
        { new ComplexValue("complex128", 1, double.NaN, 64), SourceLanguage.Go, "(1+NaNi)" },
        { new FunctionValue("func()", "main.f.func1", Named(("n", Int(1)))), SourceLanguage.Go, "main.f.func1{n:1}" },
        { new ChannelValue("chan int", "int", 2, 8, [Int(1), Int(2)]), SourceLanguage.Go, "chan int{1,2}(2/8)" },
        { new DurationValue("time.Duration", 1_500_000_000), SourceLanguage.Go, "1.5s" },
        { new CycleValue("n", 2), SourceLanguage.Go, "<cycle 2>" },
        { new StackValue([new StackFrame("f", "/a.go", 3, 0x10, true), new StackFrame(null, null, 0, 0x20, false)], MissingReason.DepthLimit), SourceLanguage.Go, "f (a.go:3) < 0x20 < <depth-limit>" },
        { new MissingValue("float64", MissingReason.OptimizedOut), SourceLanguage.Go, "<optimized-out>" },
        { new MissingValue("main.Odd", MissingReason.Unsupported), SourceLanguage.Go, "<unsupported main.Odd>" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Values_in_their_language(Value value, SourceLanguage language, string expected) => Assert.Equal(expected, Text(value, language));

    [Fact]
    public void Kinds_of_events()
    {
        var arguments = Named(("s", Int(1)), ("key", Samples.Text("user:7")));
        CapturedEvent call = Event(Source(ProbeKind.Call)) with { Arguments = arguments, DurationNanoseconds = 1204, Outcome = CallOutcome.Returned };
        Assert.Equal(Head + "main.f(s=1, key=\"user:7\")", Line(Event(Source(ProbeKind.Entry)) with { Arguments = arguments }));
        Assert.Equal(Head + "main.f(s=1, key=\"user:7\")  (1.2µs)", Line(call));
        Assert.Equal(Head + "main.f(s=1, key=\"user:7\") = 5  (1.2µs)", Line(call with { Results = Named(("$0", Int(5))) }));
        Assert.Equal(
            Head + "main.f(s=1, key=\"user:7\") = (5, nil)  (1.2µs)", Line(call with { Results = Named(("$0", Int(5)), ("$1", new NilValue("error"))) }));
        Assert.Equal(Head + "main.f(s=1, key=\"user:7\") = (n=5)  (1.2µs)", Line(call with { Results = Named(("n", Int(5))) }));
        Assert.Equal(
            Head + "main.f(s=1, key=\"user:7\") did not return  (1.2µs)", Line(call with { Outcome = CallOutcome.DidNotReturn }));
        Assert.Equal(Head + "main.f = 5", Line(Event(Source(ProbeKind.Return)) with { Results = Named(("$0", Int(5))) }));
        Assert.Equal(Head + "main.f returned", Line(Event(Source(ProbeKind.Return))));
        Assert.Equal(Head + "main.f (app.go:21) {n=5}", Line(Event(Source(ProbeKind.Line)) with { Variables = Named(("n", Int(5))) }));
        Assert.Equal(Head + "main.f {user.Name=5}", Line(Event(Source(ProbeKind.Entry)) with { Captures = Named(("user.Name", Int(5))) }));
        Assert.Equal(Head + "main.f: hi\\u001b", Line(Event(Source(ProbeKind.Entry)) with { Message = "hi\u001b" }));
        Assert.Equal("14:02:11.482119 ev\\u001bil[4242] main.f()", Line(Event(Source(ProbeKind.Entry)) with { GoroutineId = null, Command = "ev\u001bil" }));
    }

    [Fact]
    public void Pretty_takes_a_line_per_member()
    {
        Value items = Sequence("[]main.P", null, Record("main.P", ("X", Int(1))), Record("main.P", ("X", Int(2))));
        Value user = new PointerValue("*main.User", 1, Record("main.User", ("ID", Int(7)), ("Tags", Sequence("[]int", null, Int(1), Int(2))), ("Items", items)));
        string text = Line(Event(Source(ProbeKind.Entry)) with { Arguments = Named(("u", user)) }, new TextSinkOptions { Pretty = true });
        Assert.Equal(
            Head + """
            main.f(
                u=&main.User{
                    ID: 7,
                    Tags: []int{1,2},
                    Items: []main.P{
                        {
                            X: 1
                        },
                        {
                            X: 2
                        }
                    }
                }
            )
            """,
            text);
    }

    [Fact]
    public void Colours_and_types_on_demand()
    {
        CapturedEvent captured = Event(Source(ProbeKind.Entry)) with { Arguments = Named(("n", Int(5))) };
        Assert.Equal("\e[2m14:02:11.482119\e[0m app[4242] g34 \e[1;36mmain.f\e[0m(\e[34mn\e[0m=5)", Line(captured, new TextSinkOptions { Colour = true }));
        Assert.Equal(Head + "main.f(n(int)=5)", Line(captured, new TextSinkOptions { ShowTypes = true }));
    }

    [Fact]
    public void Notices_go_to_the_other_stream()
    {
        (string events, string notices) = Write(s =>
        {
            s.Attached(new AttachedReport([new AttachedProbe("main.f", 1), new AttachedProbe("main.*", 12)], TimeSpan.FromMilliseconds(41)));
            s.Summary(new SessionSummary([new ProbeSummary("main.f", ProbeKind.Call, 7, 5, new LossCauses { RingFull = 2 })], ExitStatus: 0));
        });
        Assert.Empty(events);
        Assert.Equal(
            "sonde: attached main.f, main.* (12 sites) in 41 ms\nsonde: main.f: 7 hits, 5 events, 2 ring-full\nsonde: the command ended with status 0\n", notices);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "1ns")]
    [InlineData(1500, "1.5µs")]
    [InlineData(-2_000_000, "-2ms")]
    [InlineData(61_000_000_001, "1m1.000000001s")]
    [InlineData(3_600_000_000_000, "1h0m0s")]
    public void Durations_as_go_writes_them(long nanoseconds, string expected) => Assert.Equal(expected, TimeText.Exact(nanoseconds));

    [Theory]
    [InlineData(0, "0ns")]
    [InlineData(999, "999ns")]
    [InlineData(1204, "1.2µs")]
    [InlineData(35_012, "35µs")]
    [InlineData(123_456, "123µs")]
    [InlineData(999_600, "1ms")]
    [InlineData(12_345_678_901, "12.3s")]
    public void Durations_for_reading(long nanoseconds, string expected) => Assert.Equal(expected, TimeText.Rounded(nanoseconds));

    [Theory]
    [InlineData("map[string]*example.com/shop/cart.Item[github.com/a/b.T,int]", "map[string]*cart.Item[b.T,int]")]
    [InlineData("main.User", "main.User")]
    [InlineData("func(a/b.C) (d/e.F, error)", "func(b.C) (e.F, error)")]
    public void Go_names_lose_import_paths(string name, string expected) => Assert.Equal(expected, Sonde.Languages.Go.GoSyntax.ShortName(name));
}
