using System.Text;
using Sonde.Languages.Go;
using Sonde.Values;

using Xunit;

namespace Sonde.Tests.Languages.Go;

/// <summary>Library types of Go as a person means them, from their fields.</summary>
public sealed class GoValueTests
{
    private static readonly Value Nil = new NilValue("error");

    [Theory]
    [InlineData(2, "no such file or directory")]
    [InlineData(111, "connection refused")]
    [InlineData(9999, "errno 9999")]
    public void Error_numbers_have_texts(int number, string text) =>
        Assert.Equal(text, TextOf(new DynamicValue("error", "syscall.Errno", Number(number))));

    [Fact]
    public void A_path_error_names_operation_path_and_cause()
    {
        Value cause = GoErrors.Instance.Refine(new DynamicValue("error", "syscall.Errno", Number(2)))!;
        Assert.Equal("open /x: no such file or directory", TextOf(Error("*io/fs.PathError", ("Op", Text("open")), ("Path", Text("/x")), ("Err", cause))));
    }

    [Fact]
    public void A_text_that_lacks_a_part_is_no_text()
    {
        var unknown = new DynamicValue("error", "*main.Own", Nil);
        Assert.Null(TextOf(Error("*io/fs.PathError", ("Op", Text("open")), ("Path", Text("/x")), ("Err", unknown))));
        Assert.Null(TextOf(Error("*io/fs.PathError", ("Op", Text("open")), ("Path", new TextValue("string", "/long"u8.ToArray(), 500, true)), ("Err", Nil))));
        Assert.Null(TextOf(Error("*main.Own", ("Op", Text("open")))));
    }

    [Fact]
    public void Number_errors_quote_what_was_parsed() => Assert.Equal(
        "strconv.Atoi: parsing \"1\\n\": invalid syntax",
        TextOf(Error("*strconv.NumError", ("Func", Text("Atoi")), ("Num", Text("1\n")), ("Err", GoErrors.Instance.Refine(Error("*errors.errorString", ("s", Text("invalid syntax"))))!))));

    // 14:02:11.5 on 22 November 2026, counted from year 1, and with the bit of the monotonic clock, from 1885.
    [Fact]
    public void Times_are_counted_from_year_1_or_1885()
    {
        long unix = new DateTimeOffset(2026, 11, 22, 14, 2, 11, TimeSpan.Zero).ToUnixTimeSeconds();
        var plain = (TimeValue)new GoTime().Refine(Record(("wall", Number(500_000_000, false)), ("ext", Number(unix + 62_135_596_800)), ("loc", Nil)))!;
        ulong wall = (1UL << 63) | ((ulong)(unix + 62_135_596_800 - 59_453_308_800) << 30) | 500_000_000;
        var monotonic = (TimeValue)new GoTime().Refine(Record(("wall", Number((Int128)wall, false)), ("ext", Number(12345)), ("loc", Nil)))!;
        Assert.Equal(plain.Time, monotonic.Time);
        Assert.Equal(new DateTime(2026, 11, 22, 14, 2, 11, 500), plain.Time.UtcDateTime);
    }

    [Fact]
    public void Times_are_shown_in_the_zone_that_covers_them()
    {
        Value zone = Record(("start", Number(long.MinValue)), ("end", Number(long.MaxValue)), ("zone", Record(("offset", Number(7200)))));
        var time = (TimeValue)new GoTime().Refine(Record(("wall", Number(0, false)), ("ext", Number(62_135_596_800)), ("loc", zone)))!;
        Assert.Equal(TimeSpan.FromHours(2), time.Time.Offset);
        Assert.Equal(DateTime.UnixEpoch, time.Time.UtcDateTime);
    }

    [Fact]
    public void Garbage_is_left_as_it_is()
    {
        Assert.Null(new GoTime().Refine(Record(("wall", Number(Int128.MaxValue >> 64, false)), ("ext", Number(long.MaxValue)))));
        Assert.Null(new GoBigInt().Refine(Nil));
        Assert.Null(new GoIP().Refine(new BytesValue("net.IP", new byte[3], 3)));
    }

    [Theory]
    [InlineData("127.0.0.1", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1)]
    [InlineData("10.1.2.3", 10, 1, 2, 3)]
    [InlineData("::1", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)]
    public void Addresses_are_texts(string text, params int[] bytes) => Assert.Equal(text, GoIP.TextOf([.. bytes.Select(b => (byte)b)]));

    [Theory]
    [InlineData(0, 0, false, 0)]
    [InlineData(2, 0, false, 2)]
    [InlineData(-1073741824, 0, true, 0)]
    [InlineData(-1073741822, 2, false, 2)]
    public void A_lock_of_readers_is_locked_when_a_writer_waits_for_nobody(long count, int awaited, bool locked, int readers)
    {
        var shown = (RecordValue)new GoRwMutex().Refine(Record(("readerCount", Number(count)), ("readerWait", Number(awaited))))!;
        Assert.Equal([new("locked", new BooleanValue("bool", locked)), new("readers", new IntegerValue("int32", readers, 32, true))], shown.Fields);
    }

    [Theory]
    [InlineData(0x3_0000_0000, 3, 0)]
    [InlineData(0x1_8000_0002, 1, 2)]
    public void A_wait_group_counts_what_it_waits_for_and_who_waits(long state, int counter, int waiters)
    {
        var shown = (RecordValue)new GoWaitGroup().Refine(Record(("state", Number(state))))!;
        Assert.Equal([new("counter", new IntegerValue("int32", counter, 32, true)), new("waiters", new IntegerValue("uint32", waiters, 32, false))], shown.Fields);
        Assert.Null(new GoWaitGroup().Refine(Record(("state1", Nil))));
    }

    private static string? TextOf(Value value) => (GoErrors.Instance.Refine(value) as DynamicValue)?.Text;

    private static DynamicValue Error(string type, params (string Name, Value Value)[] fields) => new("error", type, new PointerValue(type, 0x1000, Record(fields)));

    private static RecordValue Record(params (string Name, Value Value)[] fields) => new("record", [.. fields.Select(f => new NamedValue(f.Name, f.Value))]);

    private static TextValue Text(string text) => new("string", Encoding.UTF8.GetBytes(text), text.Length, false);

    private static IntegerValue Number(Int128 number, bool signed = true) => new("int", number, 64, signed);
}
