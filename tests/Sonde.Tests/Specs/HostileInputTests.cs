using CsCheck;
using Sonde.Specs;
using Sonde.Specs.Names;
using Xunit;

namespace Sonde.Tests.Specs;

/// <summary>Whatever comes in, the parser ends, and complains in its own words only.</summary>
public sealed class HostileInputTests
{
    private static readonly string[] Seeds =
    [
        "main.go:42 \"serving {r.URL.Path} to {user.Name:q}\" if len(items) > 100 && user.Name == \"bob\"",
        "call:libc.so.6!malloc { size, n=$ret0.x[1:2], (T*)p->next } if size > 1 << 20 || e is *fs.PathError",
        "std::__cxx11::basic_string<char>::operator()(int) const::{lambda()#1}::operator<< <char>(char*)+12 { a.0.1 }",
        "`a``b`:3 { 'x', '\\u{41}', \"\\xff\", 0x1fu8, 1.5e3, 10ms }",
        "/net/http\\..*/ \"{{{x[\"k\"]}}}\" if !(a & 1 == 0) && contains(s, \"x\")",
        "store.c:init { `weird name`::x as u8, -$reg.rax, ~v &^ w }",
        "<app::W<fn(&str) -> !> as app::T>::go::<{const}>+1 if x is map[string]*[4]T",
    ];

    private static readonly string[] Pieces =
        ["{", "}", "(", ")", "[", "]", "<", ">", "\"", "'", "`", "``", "\\", "*", ":", "::", ".", "..", "->", "!", " ", "  ", "if ", " is ", " as ", "operator", "$", "0x", "\0", "\uD800", "é", "/", "+1", "=", ",", "call:", "$reg."];

    private static readonly Gen<string> Mutated =
        Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 3], Gen.Int[0, Pieces.Length - 1]).Array[1, 6]).Select((seed, edits) =>
        {
            string text = Seeds[seed];
            foreach (var (place, kind, piece) in edits)
            {
                int at = place % (text.Length + 1);
                int end = Math.Min(text.Length, at + 1 + place % 5);
                text = kind switch
                {
                    0 => text.Insert(at, Pieces[piece]),
                    1 => text.Remove(at, end - at),
                    2 => text[..at] + Pieces[piece] + text[end..],
                    _ => text[..at] + text[(place % 7 * text.Length / 7)..],
                };
            }

            return text;
        });

    [Fact]
    public void Seeds_are_probes() => Assert.All(Seeds, seed => ProbeSpec.Parse(seed));

    [Fact]
    public void Mutated_probes() => Mutated.Sample(Check, iter: 6_000);

    [Fact]
    public void Random_pieces() => Pick.From(Pieces).Array[0, 30].Select(string.Concat).Sample(Check, iter: 6_000);

    [Fact]
    public void Random_text() => Gen.String[0, 60].Sample(Check, iter: 3_000);

    [Fact]
    public void Each_name_has_a_way_to_be_written() =>
        Gen.OneOf(Mutated, Gen.String[1, 40], Pick.From(Pieces).Array[1, 8].Select(string.Concat)).Where(name => name.Length > 0).Sample(
            name =>
            {
                var f = Assert.IsType<Where.Function>(ProbeSpec.Parse(ProbeText.Quote(name)).Where);
                Assert.Equal(name, f.Name);
                Assert.Null(f.Library);
                Assert.Equal(MatchRank.Source, new NamePattern(f).Match(new NameForms(NameLanguage.C, name)));
            },
            iter: 4_000);

    [Fact]
    public void Names_are_taken_apart_without_fail() =>
        Gen.OneOf(Mutated, Pick.From(Pieces).Array[0, 30].Select(string.Concat)).Sample(
            name =>
            {
                FunctionName.Split(name);
                QualifiedName.FromCpp(name);
                QualifiedName.FromRust(name);
                GoName.ReplaceTypeArguments(GoName.Unescape(name), "[...]");
                CompilerMade.IsCompilerMade(name, NameLanguage.Cpp);
                Suggestions.Find(name, Seeds, 3);
            },
            iter: 4_000);

    [Theory]
    [InlineData("<", ")")]
    [InlineData("{", "}")]
    [InlineData("(<", ")")]
    [InlineData(" ", "x")]
    [InlineData("operator ", "")]
    [InlineData("::", "")]
    [InlineData("a<b,", ">")]
    [InlineData("const ", "")]
    [InlineData("[abi:", "")]
    [InlineData("/ ", "x")]
    [InlineData("`", "")]
    public async Task Long_input_ends_soon(string open, string close)
    {
        string text = "f" + string.Concat(Enumerable.Repeat(open, 200_000 / open.Length)) + string.Concat(Enumerable.Repeat(close, 50_000));
        var work = Task.Run(
            () =>
            {
                Check(text);
                Check("/" + text);
                Check("`" + text);
                QualifiedName.FromCpp(text[..65_536]);
                QualifiedName.FromRust(text[..65_536]);
            },
            TestContext.Current.CancellationToken);
        await work.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private static void Check(string text)
    {
        try
        {
            ProbeSpec.Parse(text);
        }
        catch (ProbeSyntaxException e)
        {
            Assert.NotEmpty(e.Message);
            Assert.NotEmpty(e.Render());
        }
    }
}
