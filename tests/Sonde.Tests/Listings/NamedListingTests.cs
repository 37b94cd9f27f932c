using System.Text;
using Sonde.Listings;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Listings;

/// <summary>One name, found by its symbol, gives the same rows as a regular expression for which everything is read.</summary>
public sealed class NamedListingTests
{
    private const string CppSource = """
        #include <string>
        namespace shop {
        struct Item { int price; };
        struct Cart {
            __attribute__((noinline)) int add(Item const& item) { total += item.price; return total; }
            __attribute__((noinline)) int add(Item const& item, int count) { total += item.price * count; return total; }
            template <class T> __attribute__((noinline)) T twice(T value) { return value + value; }
            int total = 0;
        };
        inline int half(int x) { volatile int v = x; return v / 2; }
        int (*keep)(int) = half;
        }
        static inline __attribute__((always_inline)) int gone(int x) { volatile int v = x; return v * 3; }
        int main(int argc, char**) {
            shop::Cart cart; shop::Item item{argc};
            return cart.add(item) + cart.add(item, 2) + cart.twice(argc) + (int)cart.twice(1.5) + shop::half(argc) + shop::half(argc + 1) + gone(argc);
        }
        """;

    [Theory]
    [InlineData("shop::Cart::add", "^shop::Cart::add\\(", 2)]
    [InlineData("shop::Cart::twice", "shop::Cart::twice<", 2)]
    [InlineData("shop::half", "^shop::half\\(", 1)]
    [InlineData("gone", "^gone\\(|^gone$", 1)]
    [InlineData("main", "^main$", 1)]
    public void Cpp(string name, string regex, int count)
    {
        string program = TestPrograms.Build(CppSource, ".cpp", "g++ -g -O2 -o {out} {in}");
        string[] named = List(program, name);
        Assert.Equal(List(program, $"/{regex}/").Order(), named.Order());
        Assert.Equal(count, named.Length);
    }

    [Theory]
    [InlineData("1.15")]
    [InlineData("1.26")]
    public void Go(string version)
    {
        string program = TestPrograms.Go(version);
        foreach (string name in (string[])["main.main", "main.(*Cart).Add", "fmt.Fprintln", "errors.New", "sync.(*Mutex).Unlock", "runtime.mallocgc"])
        {
            string[] named = List(program, name);
            Assert.Equal(List(program, $"/^{System.Text.RegularExpressions.Regex.Escape(name)}$/").Order(), named.Order());
            Assert.Single(named);
        }
    }

    [Fact]
    public void Rust()
    {
        string program = TestPrograms.Rust("-g -O");
        string[] named = List(program, "program::describe");
        Assert.Equal(List(program, "/^program::describe(::h[0-9a-f]+)?$/").Order(), named.Order());
        Assert.Single(named);
    }

    private static string[] List(string program, string pattern)
    {
        using Target target = Target.OfFile(program);
        using var output = new MemoryStream();
        Lister.List(target, new ListRequest { Pattern = pattern, Json = true }, output);
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
