using System.Text.Json;
using CsCheck;
using Sonde.Specs;
using Sonde.Specs.Files;
using Sonde.Tests.Documents;
using Xunit;

namespace Sonde.Tests.Specs.Files;

public sealed class ProbeFileTests
{
    private const string Good = """
        # what hurts at checkout
        limits: { items: 20 }
        redact: [pin]
        probes:
          - name: slow
            where: call:main.(*Store).Get
            capture: [key, 'n=len(items)', 'req.Header["Host"]']
            when: $duration > 10ms && key != "x"
            message: got {key:q} of {{all}}
            limits: { depth: 3, strings: 4K }
            rate: 100/s
            ttl: 30m
            redact: false
          - name: line
            where: "main.go:42"
            capture: { host: 'r.URL.Host', n: 1 }
          - { name: all, where: 'Cart::*', limits: full, redact: [iban] }
        """;

    [Fact]
    public void Reads()
    {
        var file = ProbeFile.Parse(Good);
        Assert.Equal(["slow", "line", "all"], file.Probes.Select(p => p.Probe.Label));
        var slow = file.Probes[0];
        Assert.Equal("call! name(main.(*Store).Get) {key,n=len(items),req.Header[\"Host\"]} \"'got '<key:Quoted>' of {all}'\" if $duration > 10ms && key != \"x\"",
            SpecParserTests.Show(slow.Probe));
        Assert.Equal(new CaptureLimits { Depth = 3, Items = 20, StringBytes = 4096 }, slow.Limits);
        Assert.Equal(100, slow.Rate!.PerSecond);
        Assert.Equal(TimeSpan.FromMinutes(30), slow.TimeToLive);
        Assert.False(slow.Redact);
        Assert.Equal(5, slow.Line);
        Assert.Equal("line line(main.go,42) {host=r.URL.Host,n=1}", SpecParserTests.Show(file.Probes[1].Probe));
        Assert.Equal(["pin"], file.Probes[1].RedactWords);
        Assert.Equal(["pin", "iban"], file.Probes[2].RedactWords);
        Assert.Equal(CaptureLimits.Full, file.Probes[2].Limits);
    }

    [Theory]
    [InlineData("", 1, 1, "empty")]
    [InlineData("probes: 1", 1, 9, "list")]
    [InlineData("probe: []", 1, 1, "did you mean probes")]
    [InlineData("probes:\n  - name: a\n    wher: f", 3, 5, "did you mean where")]
    [InlineData("probes:\n  - name: a", 2, 5, "no 'where'")]
    [InlineData("probes:\n  - where: a", 2, 5, "no 'name'")]
    [InlineData("probes:\n  - name: a\n    where: f\n    when: x = 1", 4, 13, "==")]
    [InlineData("probes:\n  - name: a\n    where: f\n    when: 'x = 1'", 4, 14, "==")]
    [InlineData("probes:\n  - name: a\n    where: f\n    message: a {x", 4, 16, "never closed")]
    [InlineData("probes:\n  - name: a\n    where: f { x }", 3, 14, "only a place")]
    [InlineData("probes:\n  - name: a\n    where: f\n    capture: [a, a]", 4, 18, "twice")]
    [InlineData("probes:\n  - name: a\n    where: f\n    capture: [a+]", 4, 17, "operand")]
    [InlineData("probes:\n  - name: a\n    where: f\n    limits: { dept: 1 }", 4, 15, "did you mean depth")]
    [InlineData("probes:\n  - name: a\n    where: f\n    limits: { depth: 100 }", 4, 22, "more than 64")]
    [InlineData("probes:\n  - name: a\n    where: f\n    rate: fast", 4, 11, "number")]
    [InlineData("probes:\n  - name: a\n    where: f\n    ttl: 10", 4, 10, "unit")]
    [InlineData("probes:\n  - name: a\n    where: f\n    redact: maybe", 4, 13, "true, false")]
    [InlineData("probes:\n  - name: a\n    where:", 3, 11, "missing")]
    [InlineData("probes:\n  - name: a\n    name: b", 3, 5, "twice")]
    [InlineData("probes:\n  - {name: a, where: f}\n  - {name: a, where: g}", 3, 5, "two probes")]
    [InlineData("a: &x [1]\nb: *x", 2, 4, "aliases")]
    [InlineData("probes: []\n---\nprobes: []", 2, 1, "one document")]
    [InlineData("probes: [", 1, 10, "not YAML")]
    [InlineData("probes: \"a", 1, 9, "not YAML")]
    public void Refuses(string yaml, int line, int column, string words)
    {
        var e = Assert.Throws<ProbeFileException>(() => ProbeFile.Parse(yaml));
        Assert.Contains(words, e.Message + " " + e.Hint);
        Assert.Equal((line, column), (e.Line, e.Column));
        Assert.StartsWith($"probes.yaml:{line}:{column}: ", e.Render("probes.yaml"));
    }

    [Fact]
    public void The_schema_knows_the_same_keys()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "probe-file.schema.json")));
        var root = schema.RootElement;
        var definitions = root.GetProperty("$defs");
        Assert.Equal(ProbeFileReader.FileKeys, Keys(root));
        Assert.Equal(ProbeFileReader.ProbeKeys, Keys(definitions.GetProperty("probe")));
        Assert.Equal(ProbeFileReader.LimitKeys, Keys(definitions.GetProperty("limits").GetProperty("oneOf")[1]));

        static IEnumerable<string> Keys(JsonElement e) => e.GetProperty("properties").EnumerateObject().Select(p => p.Name);
    }

    [Fact]
    public void Whatever_comes_in_only_its_own_error_comes_out() =>
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Int[0, 9], Pick.From("", ":", "- ", "{", "[", "'", "\"", "\n", "\t", "*a", "&a", "|", "!!x ", "#", "\0", "%", "? "), Gen.Int[0, Good.Length - 1])
            .Array[1, 4].Sample(
                edits =>
                {
                    string text = Good;
                    foreach (var (at, length, piece, _) in edits)
                    {
                        int start = Math.Min(at, text.Length);
                        text = text[..start] + piece + text[Math.Min(text.Length, start + length)..];
                    }

                    try
                    {
                        ProbeFile.Parse(text);
                    }
                    catch (ProbeFileException e)
                    {
                        Assert.NotEmpty(e.Render("x"));
                    }
                },
                iter: 3_000);

    [Theory]
    [InlineData("[")]
    [InlineData("- ")]
    [InlineData("{a: ")]
    [InlineData("? ")]
    [InlineData("a")]
    [InlineData("\"")]
    [InlineData("# x\n")]
    public void Deep_and_long_input_is_refused(string unit) =>
        Assert.Throws<ProbeFileException>(() => ProbeFile.Parse(string.Concat(Enumerable.Repeat(unit, 200_000 / unit.Length))));
}
