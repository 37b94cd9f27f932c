using Sonde.Specs;
using Xunit;

namespace Sonde.Tests.Specs;

public sealed class SpecParserTests
{
    /// <summary>The places of DESIGN.md 1.1 and their neighbours.</summary>
    [Theory]
    [InlineData("main.computeE", "entry name(main.computeE)")]
    [InlineData("call:main.computeE", "call! name(main.computeE)")]
    [InlineData("return:net/http.(*conn).serve", "return! name(net/http.(*conn).serve)")]
    [InlineData("entry: main.f", "entry! name(main.f)")]
    [InlineData("call::f", "entry name(call::f)")]
    [InlineData("calls:f", "entry name(calls:f)")]
    [InlineData("entry", "entry name(entry)")]
    [InlineData("main.go:42", "line line(main.go,42)")]
    [InlineData("line:main.go:42", "line! line(main.go,42)")]
    [InlineData("/src/a b/main.go:42", "line line(/src/a b/main.go,42)")]
    [InlineData("main.go:*", "line file(main.go)")]
    [InlineData("a::b:42", "entry name(a::b:42)")]
    [InlineData("Cart::*", "entry glob(Cart::*)")]
    [InlineData("type:*", "entry glob(type:*)")]
    [InlineData("tokio::runtime::*::block_on", "entry glob(tokio::runtime::*::block_on)")]
    [InlineData("main.(*T).*", "entry glob(main.(*T).*)")]
    [InlineData(@"main.\*x", "entry name(main.*x)")]
    [InlineData("f(char*)", "entry name(f(char*))")]
    [InlineData("a::f::<fn(u8) -> *const u8>", "entry name(a::f::<fn(u8) -> *const u8>)")]
    [InlineData("A::operator*", "entry name(A::operator*)")]
    [InlineData("A::operator char const*", "entry name(A::operator char const*)")]
    [InlineData("Cart::add(Item const&)", "entry name(Cart::add(Item const&))")]
    [InlineData("libc.so.6!malloc { size } if size > 1 << 20", "entry lib(libc.so.6) name(malloc) {size} if size > 1 << 20")]
    [InlineData("/usr/lib/libfoo.so!Cart::*", "entry lib(/usr/lib/libfoo.so) glob(Cart::*)")]
    [InlineData("call:libx.so.1!f+3", "error")]
    [InlineData("libx.so.1!f+3", "line lib(libx.so.1) name(f)+3")]
    [InlineData("libx.so.1!x.c:3", "line lib(libx.so.1) line(x.c,3)")]
    [InlineData("libx.so!/^f/", "entry lib(libx.so) regex(^f)")]
    [InlineData("`/opt/my lib/x.so`!`a b`", "entry lib(/opt/my lib/x.so) verbatim(a b)")]
    [InlineData("operator!", "entry name(operator!)")]
    [InlineData("operator!=(A, B)", "entry name(operator!=(A, B))")]
    [InlineData("<! as core::fmt::Debug>::fmt", "entry name(<! as core::fmt::Debug>::fmt)")]
    [InlineData("github.com/!burnt!sushi/toml@v1/x.go:42", "line line(github.com/!burnt!sushi/toml@v1/x.go,42)")]
    [InlineData("github.com/foo!bar/toml@v1/x.go:42", "line line(github.com/foo!bar/toml@v1/x.go,42)")]
    [InlineData("main.handle+3", "line name(main.handle)+3")]
    [InlineData("line:main.handle+0 { x }", "line! name(main.handle)+0 {x}")]
    [InlineData("operator+3", "entry name(operator+3)")]
    [InlineData("operator+()+3", "line name(operator+())+3")]
    [InlineData("`operator+`+3", "line verbatim(operator+)+3")]
    [InlineData("store.c:init", "entry in(store.c) name(init)")]
    [InlineData("src/a.cpp:ns::init(int)", "entry in(src/a.cpp) name(ns::init(int))")]
    [InlineData("store.c:`a b`", "entry in(store.c) verbatim(a b)")]
    [InlineData("type:.eq.main.T", "entry name(type:.eq.main.T)")]
    [InlineData("/^main\\.(foo|bar)$/", @"entry regex(^main\.(foo|bar)$)")]
    [InlineData("/net/http.*/ { r } if r.x == 1", "entry regex(net/http.*) {r} if r.x == 1")]
    [InlineData("/operator\\(/", @"entry regex(operator\()")]
    [InlineData("/src/main.go:42", "line line(/src/main.go,42)")]
    [InlineData("`type:.eq.[2]interface {}`", "entry verbatim(type:.eq.[2]interface {})")]
    [InlineData("`a``b` { x }", "entry verbatim(a`b) {x}")]
    [InlineData("`my file.c`:42", "line line(my file.c,42)")]
    [InlineData("`my file.c`:*", "line file(my file.c)")]
    [InlineData("`my file.c`:f", "entry in(my file.c) name(f)")]
    [InlineData("A::operator new { n }", "entry name(A::operator new) {n}")]
    [InlineData("operator< { a }", "entry name(operator<) {a}")]
    [InlineData("operator\"\" _ms \"x\"", "entry name(operator\"\" _ms) \"x\"")]
    [InlineData("main::{lambda(int)#1}::operator()(int) const { x }", "entry name(main::{lambda(int)#1}::operator()(int) const) {x}")]
    [InlineData("std::istream& std::istream::read<bool>(bool&) if x", "entry name(std::istream& std::istream::read<bool>(bool&)) if x")]
    [InlineData("main.F[go.shape.struct { A string \"json\" }] { x }", "entry name(main.F[go.shape.struct { A string \"json\" }]) {x}")]
    [InlineData("a if b if c", "error")]
    [InlineData("f if(x)", "entry name(f) if (x)")]
    [InlineData("main.handle { id, user.Name, n=len(items), req.Header[\"Host\"] }", "entry name(main.handle) {id,user.Name,n=len(items),req.Header[\"Host\"]}")]
    [InlineData("main.go:42 \"serving {r.URL.Path} to {user.Name:q}\" if len(items) > 100 && user.Name == \"bob\"",
        "line line(main.go,42) \"'serving '<r.URL.Path>' to '<user.Name:Quoted>\" if len(items) > 100 && user.Name == \"bob\"")]
    [InlineData("f \"{m[\"k\"]} {{x}} \\\"q\\\" {a::b:x} {v[1:2]:p}\"",
        "entry name(f) \"<m[\"k\"]>' {x} \"q\" '<a::b:Hex>' '<v[1:2]:Pretty>\"")]
    [InlineData("f { x } \"m\" if x", "entry name(f) {x} \"'m'\" if x")]
    [InlineData("  f  ", "entry name(f)")]
    public void Reads(string text, string expected)
    {
        if (expected == "error")
            Assert.Throws<ProbeSyntaxException>(() => ProbeSpec.Parse(text));
        else
            Assert.Equal(expected.Replace("operator\"\" _ms) \"x\"", "operator\"\" _ms) \"'x'\""), Show(ProbeSpec.Parse(text)));
    }

    /// <summary>Column, from 1, of what is wrong; then words of message or hint.</summary>
    [Theory]
    [InlineData("", 1, "names no function")]
    [InlineData("   ", 4, "names no function")]
    [InlineData("{ x }", 1, "names no function")]
    [InlineData("call:", 6, "names no function")]
    [InlineData("line:main.f", 1, "needs a line")]
    [InlineData("call:main.go:42", 1, "needs a function")]
    [InlineData("main.go:0", 9, "no such line")]
    [InlineData("f {}", 4, "empty")]
    [InlineData("type:.eq.[2]interface {}", 24, "backquotes")]
    [InlineData("f { x", 6, "not closed")]
    [InlineData("f { x y }", 7, "','")]
    [InlineData("f { x, }", 8, "operand")]
    [InlineData("f { x, x }", 8, "twice")]
    [InlineData("f { a=x, a=y }", 10, "twice")]
    [InlineData("f { user. }", 11, "field")]
    [InlineData("f \"abc", 3, "never closed")]
    [InlineData("f \"a {x\"", 8, "'}'")]
    [InlineData("f \"a } b\"", 6, "}}")]
    [InlineData("f \"{}\"", 4, "{{")]
    [InlineData("f \"{x:?}\"", 7, "formats")]
    [InlineData("f if", 5, "operand")]
    [InlineData("f if x = 1", 8, "==")]
    [InlineData("f if x { y }", 8, "condition ends here")]
    [InlineData("f(int { x }", 2, "never closed")]
    [InlineData("f) { x }", 2, "nothing opens")]
    [InlineData("`abc", 1, "never closed")]
    [InlineData("`a`b", 4, "backquote")]
    [InlineData("/(/", 1, "regular expression")]
    [InlineData("/(a)\\1/", 1, "backtracking")]
    [InlineData("libc.so.6! { x }", 10, "LIB!FUNCTION")]
    public void Refuses(string text, int column, string words)
    {
        var e = Assert.Throws<ProbeSyntaxException>(() => ProbeSpec.Parse(text));
        Assert.Equal(column, e.Column);
        Assert.Contains(words, e.Message + " " + e.Hint);
        Assert.DoesNotContain('\n', e.Message);
        string[] lines = e.Render().Split('\n');
        Assert.Equal(column - 1, lines[1].IndexOf('^'));
    }

    [Fact]
    public void A_long_probe_is_shown_around_the_place()
    {
        var e = Assert.Throws<ProbeSyntaxException>(() => ProbeSpec.Parse(new string('a', 500) + " if x = 1 && " + new string('b', 500)));
        string[] lines = e.Render(60).Split('\n');
        Assert.Equal('=', lines[0][lines[1].IndexOf('^')]);
        Assert.InRange(lines[0].Length, 20, 62);
    }

    internal static string Show(ProbeSpec p)
    {
        string text = p.Kind.ToString().ToLowerInvariant() + (p.KindIsExplicit ? "! " : " ");
        text += p.Where.Library is { } library ? $"lib({library}) " : "";
        text += p.Where switch
        {
            Where.Function f => Show(f),
            Where.FunctionLine f => $"{Show(f.Of)}+{f.Offset}",
            Where.Line l => $"line({l.File},{l.Number})",
            Where.WholeFile f => $"file({f.Path})",
            _ => throw new InvalidOperationException(),
        };
        text += p.Captures.Count > 0 ? " {" + string.Join(',', p.Captures.Select(c => c.Alias is null ? c.Text : $"{c.Alias}={c.Text}")) + "}" : "";
        text += p.Template is { } t ? " \"" + string.Concat(t.Parts.Select(Show)) + "\"" : "";
        return text + (p.ConditionText is null ? "" : " if " + p.ConditionText);
    }

    private static string Show(Where.Function f) => (f.File is null ? "" : $"in({f.File}) ") + $"{f.Syntax.ToString().ToLowerInvariant()}({f.Name})";

    private static string Show(TemplatePart part) => part switch
    {
        TemplatePart.Literal l => $"'{l.Text}'",
        TemplatePart.Value { Format: TemplateFormat.Default } v => $"<{v.Text}>",
        TemplatePart.Value v => $"<{v.Text}:{v.Format}>",
        _ => throw new InvalidOperationException(),
    };
}
