using Sonde.Specs;
using Xunit;

namespace Sonde.Tests.Specs;

public sealed class QuantitiesTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("500ms", 500)]
    [InlineData("2m", 120_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData(" 7s ", 7_000)]
    public void Durations(string text, double milliseconds) => Assert.Equal(milliseconds, Quantities.ParseDuration(text).TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("0s")]
    [InlineData("1w")]
    [InlineData("1.2.3s")]
    [InlineData("99999999999999d")]
    [InlineData("40000d")]
    public void No_durations(string text) => Assert.Throws<ProbeSyntaxException>(() => Quantities.ParseDuration(text));

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("4K", 4096)]
    [InlineData("64KB", 65536)]
    [InlineData("1MiB", 1 << 20)]
    [InlineData("1_000", 1000)]
    public void Bytes(string text, long bytes) => Assert.Equal(bytes, Quantities.ParseBytes(text));

    [Theory]
    [InlineData("x")]
    [InlineData("4X")]
    [InlineData("0")]
    [InlineData("-4")]
    [InlineData("99999999999999999999")]
    [InlineData("9999999999G")]
    public void No_bytes(string text) => Assert.Throws<ProbeSyntaxException>(() => Quantities.ParseBytes(text));

    [Theory]
    [InlineData("100", 100)]
    [InlineData("100/s", 100)]
    [InlineData("60/m", 1)]
    [InlineData("5/10s", 0.5)]
    [InlineData("10k/s", 10_000)]
    public void Rates(string text, double perSecond) => Assert.Equal(perSecond, Quantities.ParseRate(text).PerSecond);

    [Fact]
    public void Shares()
    {
        Assert.Equal(100, Quantities.ParseSample("1/100"));
        Assert.Throws<ProbeSyntaxException>(() => Quantities.ParseSample("2/100"));
        Assert.Throws<ProbeSyntaxException>(() => Quantities.ParseSample("1/0"));
        Assert.Equal(0.5, Quantities.ParsePercent("0.5%"));
        Assert.Throws<ProbeSyntaxException>(() => Quantities.ParsePercent("101"));
    }
}
