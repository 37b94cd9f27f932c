using System.Text.Json;
using Sonde.EndToEnd.Cases;
using Sonde.EndToEnd.Expectations;
using Sonde.EndToEnd.Targets;
using Xunit;

namespace Sonde.EndToEnd;

/// <summary>The runner itself: what it reads, and that it can say no.</summary>
public sealed class CaseFileTests
{
    [Fact]
    public void Reads_a_case()
    {
        Case item = Assert.Single(CaseFile.Read("x.case", [
            "# a comment", "NAME two words", "TARGET go/ints", "NEEDS root go>=1.17", "", "RUN trace 'a b'", "EXIT 2", "STOP interrupt",
            "EXPECT stderr ~ no such", "EXPECT {\"a\":1}"]));
        Assert.Equal("two words", item.Name);
        Assert.Equal("x.case:2", item.Where);
        Assert.Equal(["root", "go>=1.17"], item.Needs);
        Assert.Equal(2, item.Exit);
        Assert.Equal(Stop.Interrupt, item.Stop);
        Assert.Equal(2, item.Expect.Count);
    }

    [Theory]
    [InlineData("RUN first")]
    [InlineData("NAME a\nRNU b")]
    [InlineData("NAME a without a run")]
    public void Refuses_what_it_does_not_know(string text) =>
        Assert.Throws<FormatException>(() => CaseFile.Read("x.case", text.Split('\n')).ToList());

    [Theory]
    [InlineData("a  b", new[] { "a", "b" })]
    [InlineData("'a b' c\"d e\"", new[] { "a b", "cd e" })]
    [InlineData("\"a\\\"b\" ''", new[] { "a\"b", "" })]
    public void Splits_words(string line, string[] words) => Assert.Equal(words, ShellWords.Split(line));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", true)]
    [InlineData("""{"a":1}""", """{"a":2}""", false)]
    [InlineData("""{"a":1}""", """{"b":1}""", false)]
    [InlineData("""{"a":9007199254740993}""", """{"a":9007199254740992}""", false)]
    [InlineData("""{"a":1e300}""", """{"a":1E+300}""", true)]
    [InlineData("""{"a":[1,{"b":2}]}""", """{"a":[1,{"b":2,"c":3}]}""", true)]
    [InlineData("""{"a":[1]}""", """{"a":[1,2]}""", false)]
    [InlineData("""{"a":null}""", """{"a":0}""", false)]
    [InlineData("""{"a":"1"}""", """{"a":1}""", false)]
    [InlineData("""{"a":{"$match":"^0x"}}""", """{"a":"0x1"}""", true)]
    [InlineData("""{"a":{"$match":"^0x"}}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":{"$absent":true}}""", """{"b":1}""", true)]
    [InlineData("""{"a":{"$absent":true}}""", """{"a":1}""", false)]
    [InlineData("""{"a":{"$near":0.3}}""", """{"a":0.30000000000000004}""", true)]
    [InlineData("""{"a":{"$near":0.3}}""", """{"a":0.4}""", false)]
    public void Compares_json(string expected, string actual, bool same) =>
        Assert.Equal(same, JsonSubset.Difference(JsonDocument.Parse(expected).RootElement, JsonDocument.Parse(actual).RootElement) is null);

    [Theory]
    [InlineData("""{"a":1}""", true)]
    [InlineData("""2 {"a":1}""", true)]
    [InlineData("""1 {"a":1}""", false)]
    [InlineData("""none {"a":1}""", false)]
    [InlineData("""none {"a":3}""", true)]
    [InlineData("stderr ~ hint: .*x", true)]
    [InlineData("stderr !~ hint", false)]
    [InlineData("stdout ~ nothing", false)]
    public void Checks_an_expectation(string line, bool holds) =>
        Assert.Equal(holds, Expectation.Check(line, ["""{"a":1}""", """{"a":1,"b":2}""", """{"a":2}"""], ["hint: take x"]) is null);

    [Theory]
    [InlineData("""{"hits":2,"events":1,"causes":{"filtered":1}}""", 0)]
    [InlineData("""{"hits":3,"events":1,"causes":{"filtered":1}}""", 1)]
    [InlineData("""{"hits":2,"events":2,"causes":{}}""", 1)]
    public void Checks_the_accounts(string numbers, int wrong) => Assert.Equal(wrong, Accounts.Check([
        """{"attached":{}}""", """{"probe":"p","seq":1}""", $$$"""{"summary":{"probes":[{"probe":"p",{{{numbers[1..]}}}]}}"""]).Count());

    [Fact]
    public void Misses_a_summary() => Assert.Contains("there is no summary", Accounts.Check(["""{"attached":{}}"""]));

    [Theory]
    [InlineData("", true)]
    [InlineData("go1.19*", true)]
    [InlineData("*-noopt", false)]
    [InlineData("!*-noopt", true)]
    [InlineData("go* !go1.19-opt", false)]
    public void Chooses_variants(string patterns, bool taken) => Assert.Equal(taken, new Variant("go", "go1.19-opt", "1.19", [])
        .IsTakenBy(patterns.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData("go>=1.9", true)]
    [InlineData("go>=1.20", false)]
    [InlineData("go<1.20", true)]
    [InlineData("root", true)]
    public void Compares_versions_as_numbers(string need, bool holds) =>
        Assert.Equal(holds, new Variant("go", "go1.19-opt", "1.19", []).Satisfies(need));
}
