using System.Collections.Immutable;
using System.Text;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Tests.Sinks;

/// <summary>Values and events to write.</summary>
internal static class Samples
{
    public static IntegerValue Int(long number, string type = "int") => new(type, number, 64, true);

    public static TextValue Text(string text, string type = "string") => new(type, Encoding.UTF8.GetBytes(text), text.Length, false);

    public static TextValue Cut(string text, long? length) => new("string", Encoding.UTF8.GetBytes(text), length, true);

    public static BytesValue Bytes(string hex, long? length = null) =>
        new("[]uint8", Convert.FromHexString(hex), length ?? hex.Length / 2);

    public static RecordValue Record(string type, params (string Name, Value Value)[] fields) =>
        new(type, [.. fields.Select(f => new NamedValue(f.Name, f.Value))]);

    public static SequenceValue Sequence(string type, long? length, params Value[] items) => new(type, [.. items], length ?? items.Length);

    public static SequenceValue Tuple(params Value[] items) => new("(A, B)", [.. items], items.Length, IsTuple: true);

    public static MapValue Map(string type, bool textKeys, long? length, params (Value Key, Value Value)[] entries) =>
        new(type, [.. entries.Select(e => KeyValuePair.Create(e.Key, e.Value))], length ?? entries.Length, textKeys);

    /// <summary>One of each kind, so that a new kind that a sink forgets is found.</summary>
    public static ImmutableArray<Value> OneOfEachKind { get; } =
    [
        Int(-5), new EnumValue("Color", 2, "Red"), new EnumValue("Color", 9, null), new BooleanValue("bool", true), new FloatValue("float64", 1.5, 64),
        new ComplexValue("complex128", 1, -2, 64), new CharacterValue("char", 'x', 8), Text("abc"), Cut("abc", 5000), Cut("abc", null),
        Bytes("616263"), Bytes("00ff"), Sequence("[]int", null, Int(1), Int(2)), Sequence("[]int", 900, Int(1)), Tuple(Int(1), Text("a")),
        Map("map[string]int", true, null, (Text("a"), Int(1))), Map("map[int]int", false, 9, (Int(1), Int(2))), Record("main.User", ("ID", Int(7))),
        new PointerValue("*main.User", 0xc000010000, Record("main.User", ("ID", Int(7)))), new AddressValue("unsafe.Pointer", 0x7fff12345678),
        new NilValue("*int"), new DynamicValue("main.Animal", "*main.Cat", new PointerValue("*main.Cat", 1, Record("main.Cat", ("Lives", Int(9))))),
        new DynamicValue("error", "*fs.PathError", new NilValue("x"), "open x: no such file"), new VariantValue("Option<i32>", "None", null),
        new VariantValue("Option<i32>", "Some", Int(5, "i32"), IsNewtype: true), new FunctionValue("func()", "main.(*T).run-fm", [new NamedValue("t", Int(1))]),
        new FunctionValue("func()", "main.f", []), new ChannelValue("chan int", "int", 2, 8, [Int(1), Int(2)]),
        new TimeValue("time.Time", new DateTimeOffset(2026, 11, 22, 14, 2, 11, 482, TimeSpan.FromHours(1)), 42),
        new DurationValue("time.Duration", 1_500_000_000), new CycleValue("*main.Node", 1),
        new StackValue([new StackFrame("main.f", "/src/main.go", 3, 0x401000, true), new StackFrame(null, null, 0, 0x402000, false)], MissingReason.OptimizedOut),
        new CallerValue(new StackFrame("main.g", "/src/main.go", 7, 0x403000, false)), new MissingValue("float64", MissingReason.FpRegister),
        new MissingValue("main.Odd", MissingReason.Unsupported),
    ];

    public static EventSource Source(ProbeKind kind, SourceLanguage language = SourceLanguage.Go, string? file = "/src/app.go") =>
        new("main.f", kind, "main.f", file, 21, language);

    public static CapturedEvent Event(EventSource source) => new()
    {
        Source = source,
        UnixNanoseconds = 1_795_356_131_482_119_873,
        ProcessId = 4242,
        ThreadId = 4250,
        GoroutineId = 34,
        Command = "app",
        Sequence = 17,
    };

    public static ImmutableArray<NamedValue> Named(params (string Name, Value Value)[] values) => [.. values.Select(v => new NamedValue(v.Name, v.Value))];
}
