using Sonde.Specs;
using Sonde.Specs.Names;
using Xunit;

namespace Sonde.Tests.Specs.Names;

public sealed class NamePatternTests
{
    private const string StdString = "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";

    [Theory]
    [InlineData("Cart::add", "Cart::add(Item const&)", 3)]
    [InlineData("Cart::add", "Cart::add()", 3)]
    [InlineData("Cart::add", "Shop::Cart::add()", 0)]
    [InlineData("add", "Cart::add()", 0)]
    [InlineData("Cart::add(Item const&)", "Cart::add(Item const&)", 3)]
    [InlineData("Cart::add( const Item & )", "Cart::add(Item const&)", 3)]
    [InlineData("Cart::add(Item&)", "Cart::add(Item const&)", 0)]
    [InlineData("Cart::add()", "Cart::add(Item const&)", 0)]
    [InlineData("Cart::add(void)", "Cart::add()", 3)]
    [InlineData("int Cart::add(int)", "Cart::add(int)", 3)]
    [InlineData("pick(int)", "void pick<int>(int)", 3)]
    [InlineData("pick<int>", "void pick<int>(int)", 3)]
    [InlineData("pick<char>", "void pick<int>(int)", 0)]
    [InlineData("choose", "void (*choose<int>(int))(char)", 3)]
    [InlineData("V<int>::at", "V<int>::at(unsigned long) const", 3)]
    [InlineData("V::at", "V<int>::at(unsigned long) const", 3)]
    [InlineData("V<char>::at", "V<int>::at(unsigned long) const", 0)]
    [InlineData("V::at(size_t)", "V<int>::at(unsigned long) const", 2)]
    [InlineData("V::at(std::size_t) const", "V<int>::at(unsigned long) const", 3)]
    [InlineData("V::at(uint64_t) const", "V<int>::at(unsigned long) const", 3)]
    [InlineData("V::at(long unsigned int) const", "V<int>::at(unsigned long) const", 3)]
    [InlineData("V::at(unsigned int) const", "V<int>::at(unsigned long) const", 0)]
    [InlineData("greet(std::string const&)", "greet(" + StdString + " const&)", 3)]
    [InlineData("greet(const std::string&)", "greet(" + StdString + " const&)", 3)]
    [InlineData("greet(std::string)", "greet(" + StdString + " const&)", 0)]
    [InlineData("std::basic_string::append", StdString + "::append(char const*)", 3)]
    [InlineData("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::append", StdString + "::append(char const*)", 3)]
    [InlineData("std::vector<int>::push_back", "std::vector<int, std::allocator<int> >::push_back(int&&)", 3)]
    [InlineData("std::vector<int>::push_back", "std::__1::vector<int, std::__1::allocator<int>>::push_back(int&&)", 3)]
    [InlineData("std::vector<std::string>::push_back", "std::vector<" + StdString + ", std::allocator<" + StdString + " > >::push_back(int)", 3)]
    [InlineData("sum(std::map<int,std::string> const&)", "sum(std::map<int, " + StdString + ", std::less<int>, std::allocator<std::pair<int const, " + StdString + " > > > const&)", 3)]
    [InlineData("f", "f[abi:cxx11](int)", 3)]
    [InlineData("f(int)", "f[abi:cxx11](int)", 3)]
    [InlineData("f", "f() [clone .isra.0]", 3)]
    [InlineData("f", "f() [clone .cold]", 0)]
    [InlineData("A::operator()", "A::operator()(int) const", 3)]
    [InlineData("A::operator ()", "A::operator()(int) const", 3)]
    [InlineData("operator<<", "std::ostream& operator<< <char>(std::ostream&, char)", 3)]
    [InlineData("operator<", "operator<<(A, B)", 0)]
    [InlineData("A::operator bool", "A::operator bool() const", 3)]
    [InlineData("(anonymous namespace)::f", "(anonymous namespace)::f(int)", 3)]
    [InlineData("f(struct stat*)", "f(stat*)", 3)]
    [InlineData("f(char const * const *)", "f(char const* const*)", 3)]
    [InlineData("f(void (*)(int))", "f(void (*)(int))", 3)]
    [InlineData("f(std::function<void(int)>)", "f(std::function<void (int)>)", 3)]
    [InlineData("Cart::*", "Cart::add(Item const&)", 1)]
    [InlineData("Cart::a*", "Cart::add(Item const&)", 1)]
    [InlineData("*::add", "Cart::add(Item const&)", 1)]
    [InlineData("Cart::*", "virtual thunk to Cart::add()", 0)]
    [InlineData("std::vector*::push_back", "std::__1::vector<int, std::__1::allocator<int>>::push_back(int&&)", 1)]
    [InlineData("*add(const Item&)", "Cart::add(Item const&)", 1)]
    [InlineData("/^Cart::(add|sub)\\(/", "Cart::add(Item const&)", 1)]
    [InlineData("/add$/", "Cart::add(Item const&)", 0)]
    public void Cpp(string pattern, string demangled, int tier) => Check(NameLanguage.Cpp, pattern, "_ZNx" + demangled.Length, demangled, tier);

    [Theory]
    [InlineData("app::Foo::new", "app::Foo::new::h0123456789abcdef", 3)]
    [InlineData("app::Foo::new", "<app[79d0130c2732d367]::Foo>::new", 3)]
    [InlineData("core::fmt::write", "core[c1f1a4ba060b9bfa]::fmt::write", 3)]
    [InlineData("alloc::vec::Vec::push", "<alloc::vec::Vec<u8>>::push", 3)]
    [InlineData("alloc::vec::Vec<u8>::push", "<alloc::vec::Vec<u8>>::push", 3)]
    [InlineData("alloc::vec::Vec<u16>::push", "<alloc::vec::Vec<u8>>::push", 0)]
    [InlineData("app::id", "app::id::<u8>", 3)]
    [InlineData("app::id<u8>", "app::id::<u8>", 3)]
    [InlineData("app::id::<u16>", "app::id::<u8>", 0)]
    [InlineData("<app::Foo as core::fmt::Debug>::fmt", "<app[79d0130c2732d367]::Foo as core[c1f1a4ba060b9bfa]::fmt::Debug>::fmt", 3)]
    [InlineData("app::Foo::fmt", "<app::Foo as core::fmt::Debug>::fmt", 2)]
    [InlineData("core::fmt::Debug::fmt", "<app::Foo as core::fmt::Debug>::fmt", 2)]
    [InlineData("app::run::{{closure}}", "app::run::{closure#1}", 3)]
    [InlineData("app::run::{closure#0}", "app::run::{closure#1}", 0)]
    [InlineData("app::run::{closure#1}", "app::run::{closure#1}", 3)]
    [InlineData("app::run", "app::run::{closure#1}", 0)]
    [InlineData("app::*", "app::run::h0123456789abcdef", 1)]
    [InlineData("*::block_on", "tokio::runtime::Runtime::block_on::<app::main::{closure#0}>", 1)]
    [InlineData("core::ptr::*", "core::ptr::drop_in_place<alloc::string::String>", 0)]
    [InlineData("core::ptr::drop_in_place", "core::ptr::drop_in_place<alloc::string::String>", 3)]
    public void Rust(string pattern, string demangled, int tier) => Check(NameLanguage.Rust, pattern, "_RNx" + demangled.Length, demangled, tier);

    [Theory]
    [InlineData("main.Map", "main.Map[go.shape.int,go.shape.string]", 3)]
    [InlineData("main.Map[...]", "main.Map[go.shape.int,go.shape.string]", 3)]
    [InlineData("main.Map[int,string]", "main.Map[go.shape.int,go.shape.string]", 3)]
    [InlineData("main.Map[int, string]", "main.Map[go.shape.int,go.shape.string]", 3)]
    [InlineData("main.Map[int]", "main.Map[go.shape.int,go.shape.string]", 0)]
    [InlineData("main.(*Set).Add", "main.(*Set[go.shape.string]).Add", 3)]
    [InlineData("main.Set.Add", "main.(*Set[...]).Add", 2)]
    [InlineData("main.Store.Get", "main.(*Store).Get", 2)]
    [InlineData("main.(*Store).Get", "main.Store.Get", 0)]
    [InlineData("http.(*conn).serve", "net/http.(*conn).serve", 2)]
    [InlineData("http.conn.serve", "net/http.(*conn).serve", 2)]
    [InlineData("net/http.(*conn).serve", "net/http.(*conn).serve", 3)]
    [InlineData("gopkg.in/yaml.v2.Unmarshal", "gopkg.in/yaml%2ev2.Unmarshal", 3)]
    [InlineData("gopkg.in/yaml.v2.*", "gopkg.in/yaml%2ev2.Unmarshal", 1)]
    [InlineData("runtime.memmove", "runtime.memmove.abi0", 3)]
    [InlineData("main.*", "main.(*T).Get-fm", 0)]
    [InlineData("main.*", "main.main.gowrap2", 0)]
    [InlineData("main.*", "main.gowrapper", 1)]
    [InlineData("*", "type:.eq.main.T", 0)]
    [InlineData("type:.eq.main.T", "type:.eq.main.T", 3)]
    [InlineData("main.(*T).*", "main.(*T).Get", 1)]
    [InlineData("main.(*T).*", "main.(U).Get", 0)]
    public void Go(string pattern, string symbol, int tier) => Check(NameLanguage.Go, pattern, symbol, null, tier);

    [Theory]
    [InlineData("foo", "foo", 3)]
    [InlineData("foo", "foo.constprop.0", 3)]
    [InlineData("foo", "foo.isra.0.constprop.1", 3)]
    [InlineData("foo", "foo.cold", 0)]
    [InlineData("foo", "foo.part.0", 0)]
    [InlineData("foo.part.0", "foo.part.0", 3)]
    [InlineData("memcpy", "memcpy@@GLIBC_2.14", 3)]
    [InlineData("f*", "foo.cold", 0)]
    [InlineData("f*", "foo.lto_priv.3", 1)]
    [InlineData("foo", "food", 0)]
    public void C(string pattern, string symbol, int tier) => Check(NameLanguage.C, pattern, symbol, null, tier);

    [Theory]
    [InlineData("Cart::add", "add")]
    [InlineData("Cart::add(Item const&)", "add")]
    [InlineData("main.computeE", "computeE")]
    [InlineData("std::string::string", null)]
    [InlineData("std::string::basic_string", null)]
    [InlineData("A::A", null)]
    [InlineData("A::~A", null)]
    [InlineData("operator<", null)]
    [InlineData("tokio::runtime::*::block_on", "block_on")]
    [InlineData("std::string::*", null)]
    [InlineData("/x/", null)]
    public void Fragment_that_every_spelling_contains(string pattern, string? fragment) => Assert.Equal(fragment, Pattern(pattern).RequiredFragment);

    private static void Check(NameLanguage language, string text, string symbol, string? demangled, int tier)
    {
        var pattern = Pattern(text);
        Assert.Equal(tier, pattern.Match(new NameForms(language, symbol, demangled)).Tier());
        if (tier > 0 && pattern.RequiredFragment is { } fragment)
            Assert.Contains(fragment, demangled ?? symbol);
    }

    private static NamePattern Pattern(string text) => new(Assert.IsType<Where.Function>(ProbeSpec.Parse(text).Where));
}
