using Sonde.Explaining;
using Sonde.Plans;
using Sonde.Sites;
using Xunit;

namespace Sonde.Tests.Explaining;

public sealed class OperandTextTests
{
    private static readonly Operand s_rsp = new RegisterOperand(GeneralRegister.Rsp);
    private static readonly Operand s_rdi = new RegisterOperand(GeneralRegister.Rdi);
    private static readonly OperandText s_text = new(s_rsp.Plus(8));

    [Fact]
    public void Places_on_the_stack_are_told_from_the_frame_address()
    {
        Assert.Equal("[cfa+8]", s_text.Of(new MemoryPlace(s_rsp, 16)));
        Assert.Equal("[cfa-16]", s_text.Of(new MemoryPlace(s_rsp.Plus(8), -16)));
        Assert.Equal("[rsp+16]", new OperandText(null).Of(new MemoryPlace(s_rsp, 16)));
        Assert.Equal("[u64[rdi+8]+4]", s_text.Of(new MemoryPlace(new LoadOperand(s_rdi, 8, 8), 4)));
    }

    [Fact]
    public void Pieces_are_told_one_by_one()
    {
        Piece low = new(0, 8, new RegisterPlace(GeneralRegister.Rax)), high = new(8, 8, new AbsentPlace(MissingReason.FpRegister));
        Assert.Equal("rax", s_text.Of(new Variable("v", default, [low]), 8));
        Assert.Equal("bytes 0-7 rax", s_text.Of(new Variable("v", default, [low]), 16));
        Assert.Equal("bytes 0-7 rax, bytes 8-15 <fp-register>", s_text.Of(new Variable("v", default, [low, high]), 16));
        Assert.Equal("not known here", s_text.Of(new Variable("v", default, []), 16));
    }

    /// <summary>Every kind of operand, place and condition has a text.</summary>
    [Fact]
    public void Nothing_is_forgotten()
    {
        var number = new ConstantOperand(-3);
        foreach (BinaryOperator binary in Enum.GetValues<BinaryOperator>())
            Assert.Matches(@"^\(rdi .{1,2} -3\):i32$", s_text.Of(new BinaryOperand(binary, s_rdi, number, 4)));
        Assert.Equal("u64[fsbase-8]", s_text.Of(new LoadOperand(new ThreadPointerOperand(4032), -8, 8)));
        Assert.Equal("rdi-3", s_text.Of(new BinaryOperand(BinaryOperator.Add, s_rdi, number)));
        Assert.Equal("-rdi", s_text.Of(new UnaryOperand(UnaryOperator.Negate, s_rdi)));
        Assert.Equal("~rdi:u16", s_text.Of(new UnaryOperand(UnaryOperator.Complement, s_rdi, 2, false)));
        Assert.Equal("bits 3-7 of frame+96:u8", s_text.Of(new BitFieldOperand(new FrameOperand(96, 1), 3, 5, false)));
        foreach (Comparison comparison in Enum.GetValues<Comparison>())
            Assert.Matches(@"^\(rdi .{1,2} -3\):unsigned$", s_text.Of(new ComparePredicate(comparison, s_rdi, number, false)));
        foreach (TextComparison comparison in Enum.GetValues<TextComparison>())
            Assert.EndsWith("\"a\\x22\")", s_text.Of(new TextPredicate(comparison, new TargetText(s_rdi, null), new LiteralText([(byte)'a', (byte)'"']))), StringComparison.Ordinal);
        Assert.Equal("(!true || (false && true))", s_text.Of(new OrPredicate(
            new NotPredicate(new ConstantPredicate(true)), new AndPredicate(new ConstantPredicate(false), new ConstantPredicate(true)))));
        Assert.Equal("computed: cfa", s_text.Of(new ComputedPlace(s_rsp.Plus(8))));
        Assert.Equal("constant 0x0102", s_text.Of(new ConstantPlace([1, 2])));
    }
}
