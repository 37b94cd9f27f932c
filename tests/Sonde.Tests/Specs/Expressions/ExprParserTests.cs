using Sonde.Specs;
using Sonde.Specs.Expressions;
using Xunit;

namespace Sonde.Tests.Specs.Expressions;

public sealed class ExprParserTests
{
    /// <summary>Fully parenthesised.</summary>
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a::b::c", "a::b::c")]
    [InlineData("::g", "::g")]
    [InlineData("x#2", "x#2")]
    [InlineData("r#type", "type")]
    [InlineData("`Foo<int>::n`", "Foo<int>::n")]
    [InlineData("a.b->c.0.1", "((((a.b).c).0).1)")]
    [InlineData("a[1][\"k\"]", "a[1][\"k\"]")]
    [InlineData("a[1:2]", "a[1:2]")]
    [InlineData("a[:2]", "a[:2]")]
    [InlineData("a[1:]", "a[1:]")]
    [InlineData("a[:]", "a[:]")]
    [InlineData("a[1..n]", "a[1:n]")]
    [InlineData("a[..n.0]", "a[:(n.0)]")]
    [InlineData("a[b::c]", "a[b::c]")]
    [InlineData("*p.x", "*(p.x)")]
    [InlineData("(*p).x", "(*p.x)")]
    [InlineData("&v", "&v")]
    [InlineData("-x*y", "(-x * y)")]
    [InlineData("!a && b", "(!a && b)")]
    [InlineData("- -x", "--x")]
    [InlineData("^x", "~x")]
    [InlineData("a &^ b", "(a & ~b)")]
    [InlineData("a || b && c", "(a || (b && c))")]
    [InlineData("a & 1 == 0", "((a & 1) == 0)")]
    [InlineData("a + b * c - d", "((a + (b * c)) - d)")]
    [InlineData("a - b - c", "((a - b) - c)")]
    [InlineData("size > 1 << 20", "(size > (1 << 20))")]
    [InlineData("a << 1 | b", "((a << 1) | b)")]
    [InlineData("a | (b + c)", "(a | (b + c))")]
    [InlineData("a<-1", "(a < -1)")]
    [InlineData("a>b&&c<d", "((a > b) && (c < d))")]
    [InlineData("(a<b)&&(c>d)", "((a < b) && (c > d))")]
    [InlineData("$pid == 1", "($pid == 1)")]
    [InlineData("$ret", "$ret")]
    [InlineData("$ret0", "$ret")]
    [InlineData("$ret1.x", "($ret1.x)")]
    [InlineData("$0", "$ret")]
    [InlineData("$reg.rax & 0xff", "($reg.rax & 255)")]
    [InlineData("$duration > 10ms", "($duration > 10000000ns)")]
    [InlineData("$duration > 1.5us", "($duration > 1500ns)")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("0b1010", "10")]
    [InlineData("1_000_000", "1000000")]
    [InlineData("5u", "5u")]
    [InlineData("5UL", "5ul")]
    [InlineData("5llu", "5ul")]
    [InlineData("0xffu8", "255u8")]
    [InlineData("7_i64", "7i64")]
    [InlineData("340282366920938463463374607431768211455", "340282366920938463463374607431768211455")]
    [InlineData("1.5", "1.5")]
    [InlineData("1e3", "1000.0")]
    [InlineData("2f32", "2.0f32")]
    [InlineData("'x'", "'x'")]
    [InlineData("'\\n'", "'\\u{a}'")]
    [InlineData("'\\x41'", "'A'")]
    [InlineData("'\\''", "'\\''")]
    [InlineData("b'x'", "'x'")]
    [InlineData("\"a\\tb\\xff\"", "\"a\\x09b\\xff\"")]
    [InlineData("\"\\u00e9\\u{1F600}\\U0001F600\"", "\"é😀😀\"")]
    [InlineData("true == false", "(true == false)")]
    [InlineData("p != nil && q != nullptr", "((p != nil) && (q != nullptr))")]
    [InlineData("x == None", "(x == None)")]
    [InlineData("len(a.b)", "len((a.b))")]
    [InlineData("contains(s, \"x\")", "contains(s,\"x\")")]
    [InlineData("len == 3", "(len == 3)")]
    [InlineData("err is *fs.PathError", "(err is [*fs.PathError])")]
    [InlineData("e is Some && x", "((e is [Some]) && x)")]
    [InlineData("e is []byte", "(e is [[]byte])")]
    [InlineData("e is *net/http.Request || y", "((e is [*net/http.Request]) || y)")]
    [InlineData("e is Foo<int, B<2>>* && y", "((e is [Foo<int,B<2>>*]) && y)")]
    [InlineData("e is map[string]*main.T", "(e is [map[string]*main.T])")]
    [InlineData("e is `weird name`", "(e is [`weird name`])")]
    [InlineData("e is dyn Foo", "(e is [dyn Foo])")]
    [InlineData("(T*)e", "([T*] e)")]
    [InlineData("(const char *)e", "([const char*] e)")]
    [InlineData("(T)e", "([T] e)")]
    [InlineData("(T)(e)", "([T] e)")]
    [InlineData("(*T)(e)", "([*T] e)")]
    [InlineData("(unsigned long)-1", "([unsigned long] -1)")]
    [InlineData("(x)-1", "(x - 1)")]
    [InlineData("(x)*y", "(x * y)")]
    [InlineData("(x)&y", "(x & y)")]
    [InlineData("(a-b)*c", "((a - b) * c)")]
    [InlineData("(a/b) != c", "((a / b) != c)")]
    [InlineData("(ns::T<int>*)e.f", "([ns::T<int>*] (e.f))")]
    [InlineData("e as u8 + 1", "(([u8] e) + 1)")]
    [InlineData("-e as i64 * 2", "(([i64] -e) * 2)")]
    [InlineData("((struct foo *)p)->next", "(([struct foo*] p).next)")]
    [InlineData("(n[\"a]I)\".r == true])", "n[((\"a]I)\".r) == true)]")]
    public void Reads(string text, string expected)
    {
        var e = SpecParser.ParseExpression(text);
        Assert.Equal(expected, Show(e));
        Assert.Equal(e, SpecParser.ParseExpression(e.ToString()));
        Assert.Equal(text.Length, e.Span.End);
    }

    [Theory]
    [InlineData("", 1, "operand")]
    [InlineData("a +", 4, "operand")]
    [InlineData("a b", 3, "ends here")]
    [InlineData("a == b == c", 8, "chained")]
    [InlineData("a < b < c", 7, "chained")]
    [InlineData("a | b + c", 3, "parentheses")]
    [InlineData("a << 1 + 2", 3, "parentheses")]
    [InlineData("a & 1 << 3", 3, "parentheses")]
    [InlineData("a * b << 1 & c", 0, "")]
    [InlineData("x and y", 3, "&&")]
    [InlineData("not x", 1, "!")]
    [InlineData("x = 1", 3, "==")]
    [InlineData("x ? 1 : 2", 3, "choice")]
    [InlineData("s.len()", 1, "len(x)")]
    [InlineData("foo(x)", 1, "cannot be called")]
    [InlineData("length(x)", 1, "cannot be called")]
    [InlineData("lenn(x)", 1, "did you mean len")]
    [InlineData("len()", 1, "one argument")]
    [InlineData("contains(x)", 1, "two arguments")]
    [InlineData("$godi", 1, "did you mean $goid")]
    [InlineData("$reg.eax", 6, "registers")]
    [InlineData("017", 1, "octal")]
    [InlineData("1q", 2, "suffixes")]
    [InlineData("0b12", 1, "base 2")]
    [InlineData("340282366920938463463374607431768211456", 1, "128 bits")]
    [InlineData("1e999", 1, "too large")]
    [InlineData("0.5ns", 1, "shorter")]
    [InlineData("'ab'", 1, "one character")]
    [InlineData("''", 1, "one character")]
    [InlineData("'a", 1, "never closed")]
    [InlineData("\"a", 1, "never closed")]
    [InlineData("\"\\q\"", 2, "no escape")]
    [InlineData("\"\\x1\"", 2, "hexadecimal")]
    [InlineData("a[", 3, "operand")]
    [InlineData("a[]", 3, "no index")]
    [InlineData("a[1", 2, "never closed")]
    [InlineData("(a", 1, "never closed")]
    [InlineData("a.", 3, "field")]
    [InlineData("a::", 4, "name after")]
    [InlineData("x is", 5, "type")]
    [InlineData("`a", 1, "never closed")]
    public void Refuses(string text, int column, string words)
    {
        if (column == 0)
        {
            Assert.NotNull(SpecParser.ParseExpression(text));
            return;
        }

        var e = Assert.Throws<ProbeSyntaxException>(() => SpecParser.ParseExpression(text));
        Assert.Equal(column, e.Column);
        Assert.Contains(words, e.Message + " " + e.Hint);
    }

    [Theory]
    [InlineData("(", 100_000)]
    [InlineData("-", 100_000)]
    [InlineData("a[", 50_000)]
    [InlineData("a+", 50_000)]
    [InlineData("len(", 50_000)]
    [InlineData("(a<", 50_000)]
    [InlineData("x is *", 30_000)]
    [InlineData("x is [", 30_000)]
    [InlineData("a.", 100_000)]
    public void Deep_and_long_input_is_refused(string unit, int times) =>
        Assert.Throws<ProbeSyntaxException>(() => SpecParser.ParseExpression(string.Concat(Enumerable.Repeat(unit, times))));

    private static string Show(Expr? e) => e switch
    {
        null => "",
        UnaryExpr u => Operators.Symbol(u.Operator) + Show(u.Operand),
        BinaryExpr b => $"({Show(b.Left)} {Operators.Symbol(b.Operator)} {Show(b.Right)})",
        MemberExpr m => $"({Show(m.Target)}.{m.Name})",
        IndexExpr i => $"{Show(i.Target)}[{Show(i.Index)}]",
        SliceExpr s => $"{Show(s.Target)}[{Show(s.Low)}:{Show(s.High)}]",
        CallExpr c => $"{ExprParser.NameOf(c.Function)}({string.Join(',', c.Arguments.Select(Show))})",
        IsExpr i => $"({Show(i.Operand)} is [{i.Type.Text}])",
        CastExpr c => $"([{c.Type.Text}] {Show(c.Operand)})",
        NameExpr n => n.Name,
        _ => e.ToString(),
    };
}
