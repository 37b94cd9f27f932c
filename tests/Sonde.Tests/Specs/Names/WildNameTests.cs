using Sonde.Specs;
using Sonde.Specs.Names;
using Xunit;

namespace Sonde.Tests.Specs.Names;

/// <summary>Names out of libstdc++, libLLVM, rustc and Go programs, and the worst we could think of.</summary>
public sealed class WildNameTests
{
    public static TheoryData<string, string> Names()
    {
        var rows = new TheoryData<string, string>();
        using var reader = new StreamReader(typeof(WildNameTests).Assembly.GetManifestResourceStream("wild-names.txt")!);
        while (reader.ReadLine() is { } line)
            rows.Add(line[..line.IndexOf('\t')], line[(line.IndexOf('\t') + 1)..]);
        return rows;
    }

    [Fact]
    public void There_are_enough() => Assert.True(Names().Count >= 150);

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_written_read_back_and_found(string language, string name)
    {
        string quoted = ProbeText.Quote(name);
        var probe = ProbeSpec.Parse($"call:{quoted} {{ x }} if x == \"}}\"");
        var f = Assert.IsType<Where.Function>(probe.Where);
        Assert.Equal(name, f.Name);
        Assert.Single(probe.Captures);

        // Spelled by the debug info, by the demangler, by the symbol table: each finds the function.
        var style = Enum.Parse<NameLanguage>(language);
        var pattern = new NamePattern(f);
        Assert.Equal(3, pattern.Match(new NameForms(style, name)).Tier());
        Assert.Equal(3, pattern.Match(new NameForms(style, "_Zmangled", name)).Tier());
        Assert.Equal(3, pattern.Match(new NameForms(style, "_Zmangled", null, name)).Tier());
        Assert.Equal(MatchRank.None, pattern.Match(new NameForms(style, "_Zother", "some::other(int)", "some::other")));
        if (pattern.RequiredFragment is { } fragment)
            Assert.Contains(fragment, name);

        // Matching by parts agrees with itself when blanks change.
        if (style is NameLanguage.Cpp or NameLanguage.Rust && name.Contains(", ") && !name.Contains("','") && !CompilerMade.IsCompilerMade(name, style))
        {
            var squeezed = new NamePattern(new Where.Function(name.Replace(", ", ","), PatternSyntax.Name));
            Assert.Equal(3, squeezed.Match(new NameForms(style, "_Zmangled", name)).Tier());
        }
    }

    /// <summary>Most names need no quotes: that is what the rules of WHERE are for.</summary>
    [Theory]
    [InlineData("std::function<void (int)>::operator()(int) const", true)]
    [InlineData("main.(*T).Get", true)]
    [InlineData("main::{lambda(int)#1}::operator()(int) const", true)]
    [InlineData("operator<(A const&, A const&)", true)]
    [InlineData("<app::W<fn(&str) -> !> as app::T>::go", true)]
    [InlineData("Tok<'('>::take()", true)]
    [InlineData("main.F[go.shape.<-chan int]", true)]
    [InlineData("type:.eq.[2]interface {}", false)]
    [InlineData("go:struct { F uintptr; X0 *int }", false)]
    [InlineData("a if", false)]
    [InlineData("x.c:f", false)]
    [InlineData("lib.so!f", false)]
    public void Quotes_only_where_needed(string name, bool verbatim) => Assert.Equal(verbatim, ProbeText.Quote(name) == name);

    [Fact]
    public void One_star_is_escaped() => Assert.Equal(@"a\*b", ProbeText.Quote("a*b"));
}
