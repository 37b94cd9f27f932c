using Sonde.Specs.Names;
using Xunit;

namespace Sonde.Tests.Specs.Names;

public sealed class SuggestionsTests
{
    private static readonly string[] Functions =
    [
        "main.computeE", "main.main", "main.(*Store).Get", "main.(*Store).Set", "net/http.(*conn).serve", "Cart::add(Item const&)", "Cart::remove(int) const", "std::vector<int>::push_back(int&&)", "main.Map[go.shape.int]",
    ];

    [Theory]
    [InlineData("main.computE", "main.computeE")]
    [InlineData("main.comptueE", "main.computeE")]
    [InlineData("main.computee", "main.computeE")]
    [InlineData("mian.computeE", "main.computeE")]
    [InlineData("computeE", "main.computeE")]
    [InlineData("add", "Cart::add(Item const&)")]
    [InlineData("Cart.add", "Cart::add(Item const&)")]
    [InlineData("Cart::remov", "Cart::remove(int) const")]
    [InlineData("http.conn.server", "net/http.(*conn).serve")]
    [InlineData("push_bakc", "std::vector<int>::push_back(int&&)")]
    [InlineData("main.map", "main.Map[go.shape.int]")]
    [InlineData("main.(*Store).Gett", "main.(*Store).Get")]
    [InlineData("compute", "main.computeE")]
    [InlineData("somethingElse", null)]
    [InlineData("", null)]
    public void Nearest(string name, string? expected) => Assert.Equal(expected, Suggestions.Find(name, Functions, 3) is [var first, ..] ? first : null);

    [Fact]
    public void At_most_as_many_as_asked_for_and_each_once() =>
        Assert.Equal(["a.foo", "b.foo"], Suggestions.Find("foo", ["b.foo", "c.foo", "a.foo", "a.foo"], 2));

    [Theory]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "ABC", 0)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("abc", "xyz", 3)]
    public void Distance(string a, string b, int distance) => Assert.Equal(distance, Suggestions.Distance(a, b, 5));
}
