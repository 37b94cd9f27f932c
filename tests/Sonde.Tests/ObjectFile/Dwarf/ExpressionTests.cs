using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;
using static Sonde.ObjectFile.Dwarf.DW_AT;
using static Sonde.ObjectFile.Dwarf.DW_FORM;
using static Sonde.ObjectFile.Dwarf.DW_TAG;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>Expressions to pieces and terms, one row per kind of operation.</summary>
public sealed class ExpressionTests
{
    private static readonly FileAddress s_pc = new(0x1010);

    private static Die Function(params (DW_AT, DW_FORM, object)[] more)
    {
        var info = new DwarfBuilder()
            .Die(DW_TAG_compile_unit, true, null, (DW_AT_low_pc, DW_FORM_addr, 0x1000ul), (DW_AT_high_pc, DW_FORM_data4, 0x100))
            .Die(DW_TAG_base_type, false, "int", (DW_AT_name, DW_FORM_string, "int"), (DW_AT_byte_size, DW_FORM_data1, 4), (DW_AT_encoding, DW_FORM_data1, 5))
            .Die(DW_TAG_subprogram, true, null, [(DW_AT_name, DW_FORM_string, "f"), (DW_AT_low_pc, DW_FORM_addr, 0x1000ul), (DW_AT_high_pc, DW_FORM_data4, 0x20), .. more])
            .Build();
        return Assert.Single(info.FindFunctions(s_pc));
    }

    private static string Evaluate(string hex, Die function, Term? initial = null) =>
        string.Join(" | ", ExpressionEvaluator.Evaluate(new Expression(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), function.Exists ? function.Unit : null), function, s_pc, initial));

    [Theory]
    [InlineData("", "optimized out")]
    [InlineData("55", "rdi")] // reg5
    [InlineData("90 11", "xmm0")] // regx 17
    [InlineData("77 10", "[rsp+16]")] // breg7 16
    [InlineData("92 06 70", "[rbp-16]")] // bregx rbp -16
    [InlineData("91 68", "[cfa-24]")] // fbreg -24
    [InlineData("9c", "[cfa]")]
    [InlineData("9c 23 08", "[cfa+8]")]
    [InlineData("03 0020000000000000", "[0x2000]")]
    [InlineData("03 0020000000000000 06 23 04", "[[0x2000]+4]")]
    [InlineData("77 08 06 06", "[[[rsp+8]]]")]
    [InlineData("77 08 94 04", "[[rsp+8]:4]")]
    [InlineData("30 9f", "= 0")]
    [InlineData("4f 9f", "= 31")]
    [InlineData("09 ff 9f", "= -1")]
    [InlineData("0b ffff 9f", "= -1")]
    [InlineData("0a ffff 9f", "= 65535")]
    [InlineData("10 8001 9f", "= 128")]
    [InlineData("11 7f 9f", "= -1")]
    [InlineData("0e 0000000000000080 9f", "= -9223372036854775808")]
    [InlineData("9e 04 01020304", "bytes 01020304")]
    [InlineData("75 00 9f", "= rdi")]
    [InlineData("75 01 1f 9f", "= neg(rdi+1)")]
    [InlineData("75 00 74 00 22 9f", "= (rdi plus rsi)")]
    [InlineData("75 00 33 24 9f", "= (rdi shl 3)")]
    [InlineData("75 00 33 1c 9f", "= rdi-3")]
    [InlineData("38 33 1b 9f", "= 2")] // 8 / 3
    [InlineData("09 f8 33 1b 9f", "= -2")]
    [InlineData("38 33 1d 9f", "= 2")]
    [InlineData("38 33 16 1c 9f", "= -5")] // swap
    [InlineData("31 32 33 17 9f", "= 2")] // rot: 1 2 3 -> 3 1 2
    [InlineData("31 32 14 9f", "= 1")] // over
    [InlineData("31 32 33 15 02 9f", "= 1")] // pick 2
    [InlineData("31 32 13 9f", "= 1")] // drop
    [InlineData("31 12 22 9f", "= 2")] // dup plus
    [InlineData("31 2f 0100 32 9f", "= 1")] // skip over lit2
    [InlineData("31 31 28 0100 32 9f", "= 1")] // branch taken
    [InlineData("31 30 28 0100 32 9f", "= 2")] // branch not taken
    [InlineData("75 00 28 0100 32 9f", "unsupported: branch on run-time data")]
    [InlineData("55 93 08 54 93 08", "rdi (64 bits) | rsi (64 bits)")]
    [InlineData("55 93 04 93 04 91 00 93 08", "rdi (32 bits) | optimized out (32 bits) | [cfa] (64 bits)")]
    [InlineData("55 9d 05 03", "rdi (5 bits from 3)")]
    [InlineData("31 9f 93 08", "= 1 (64 bits)")]
    [InlineData("55 93 00 54 93 08", "rsi (64 bits)")] // a piece of no size
    [InlineData("55 93 00", "optimized out")]
    [InlineData("a3 01 55 9f", "= entry(rdi)")]
    [InlineData("f3 01 55 23 04 9f", "= entry(rdi)+4")]
    [InlineData("a3 02 75 08 9f", "= entry(rdi+8)")]
    [InlineData("a3 03 75 00 06 9f", "= entry([rdi])")]
    [InlineData("0e 1000000000000000 e0", "[tls(16)]")]
    [InlineData("0e 1000000000000000 9b", "[tls(16)]")]
    [InlineData("97 23 08", "[object+8]")]
    [InlineData("96 55", "rdi")] // nop
    [InlineData("55 f0", "rdi")] // GNU_uninit
    public void Pieces(string hex, string expected) => Assert.Equal(expected, Evaluate(hex, Function((DW_AT_frame_base, DW_FORM_exprloc, new byte[] { 0x9c }))));

    [Fact]
    public void Typed_operations()
    {
        var function = Function();
        var type = function.Unit.Root.Children.ToList()[0].Offset.Value;
        Assert.Equal("= convert(rdi)", Evaluate($"75 00 a8 {type:x2} 9f", function));
        Assert.Equal("= xmm0", Evaluate($"a5 11 {type:x2} 9f", function));
        Assert.Equal("= [rdi]:4", Evaluate($"75 00 a6 04 {type:x2} 9f", function));
        Assert.Equal("= 0x01000000", Evaluate($"a4 {type:x2} 04 01000000 9f", function));
        Assert.Equal("= reinterpret(rdi)", Evaluate($"75 00 a9 {type:x2} 9f", function));
        var piece = Assert.Single(ExpressionEvaluator.Evaluate(new Expression(new byte[] { 0xa0, (byte)type, 0, 0, 0, 4 }, function.Unit), function, s_pc));
        Assert.Equal((PieceKind.ImplicitPointer, type, 4L), (piece.Kind, piece.Target.Value, piece.TargetOffset));
        Assert.True(Assert.Single(ExpressionEvaluator.Evaluate(new Expression(new byte[] { 0x55, 0xf0 }, function.Unit), function, s_pc)).IsUninitialized);
    }

    [Fact]
    public void Frame_bases()
    {
        Assert.Equal("[rbp-16]", Evaluate("91 70", Function((DW_AT_frame_base, DW_FORM_exprloc, new byte[] { 0x56 }))));
        Assert.Equal("[rsp+8]", Evaluate("91 00", Function((DW_AT_frame_base, DW_FORM_exprloc, new byte[] { 0x77, 8 }))));
        Assert.Equal("unsupported: function has no frame base here", Evaluate("91 00", Function()));
    }

    [Fact]
    public void An_initial_value_is_what_member_expressions_start_from() =>
        // Offset of a virtual base, from the vtable: object + *(*object - 24).
        Assert.Equal("[(object plus [[object]-24])]", Evaluate("12 06 48 1c 06 22", Function(), Term.Object));

    [Theory]
    [InlineData("06")] // deref of nothing
    [InlineData("22")]
    [InlineData("31 15 05")]
    [InlineData("08")] // truncated
    [InlineData("31 30 1b")] // division by zero
    [InlineData("2f fdff")] // endless
    [InlineData("31 2f 0200 0a 0000")] // into an operation
    [InlineData("75 00 94 00")] // size 0
    [InlineData("9e ffffffff7f")]
    [InlineData("f3 02 f3 01")]
    public void Malformed_ones_are_refused(string hex) => Assert.Throws<BinaryFormatException>(() => Evaluate(hex, Function()));

    [Fact]
    public void Calls_run_the_expression_of_another_entry_and_end()
    {
        var builder = new DwarfBuilder(4)
            .Die(DW_TAG_compile_unit, true)
            .Die(DW_TAG_dwarf_procedure, false, "p", (DW_AT_location, DW_FORM_exprloc, new byte[] { 0x23, 8 }))
            .Die(DW_TAG_dwarf_procedure, false, "loop", (DW_AT_location, DW_FORM_exprloc, new byte[] { 0x98, 0, 0 }));
        int p = builder.Info.At("p"), loop = builder.Info.At("loop");
        var info = builder.Build();
        var unit = info.Unit(info.Units[0]);
        string Run(params byte[] bytes) => string.Join(" | ", ExpressionEvaluator.Evaluate(new Expression(bytes, unit), default, s_pc));
        Assert.Equal("[rsp+8]", Run(0x77, 0, 0x98, (byte)p, 0));
        Assert.Equal("[rsp+8]", Run(0x77, 0, 0x99, (byte)p, 0, 0, 0));
        Assert.Equal("[rsp+8]", Run(0x77, 0, 0x9a, (byte)p, 0, 0, 0));
        Assert.NotEqual(0, loop);
    }

    [Fact]
    public void Deep_terms_and_long_loops_hit_a_budget()
    {
        Assert.Throws<BinaryFormatException>(() => Evaluate("75 00" + string.Concat(Enumerable.Repeat("06", 200)), Function()));
        Assert.Throws<BinaryFormatException>(() => Evaluate(string.Concat(Enumerable.Repeat("31", 300)), Function()));
        Assert.Throws<BinaryFormatException>(() => Evaluate("31 28 fcff", Function()));
        var nested = "55";
        for (var i = 0; i < 12; i++) nested = $"a3 {nested.Replace(" ", "", StringComparison.Ordinal).Length / 2:x2} {nested}";
        Assert.Throws<BinaryFormatException>(() => Evaluate(nested, Function()));
    }
}
