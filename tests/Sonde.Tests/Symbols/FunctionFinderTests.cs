using System.Globalization;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Sonde.Types;
using Xunit;

namespace Sonde.Tests.Symbols;

/// <summary>Names of every language to the functions they mean; nm is the oracle for addresses.</summary>
public class FunctionFinderTests
{
    private const string Cpp = """
        #include <cstdio>
        #include <string>
        namespace shop {
        struct Item { int price; };
        struct Base { virtual ~Base(); int b = 1; };
        Base::~Base() { std::puts("base"); }
        struct Cart : virtual Base {
            Cart();
            explicit Cart(int n);
            ~Cart() override;
            __attribute__((noinline)) int add(Item const& item) { total += item.price; return total; }
            __attribute__((noinline)) int add(Item const& item, int count) { total += item.price * count; return total; }
            template <class T> __attribute__((noinline)) T twice(T value) { return value + value; }
            int total = 0;
        };
        Cart::Cart() { total = 1; }
        Cart::Cart(int n) { total = n; }
        Cart::~Cart() { std::puts("cart"); }
        inline namespace v2 { __attribute__((noinline)) int price(Item const& i) { return i.price; } }
        }
        namespace { __attribute__((noinline)) int hidden(int x) { std::puts("h"); return x + 1; } }
        extern "C" __attribute__((noinline)) int plain_c(int x) { std::puts("p"); return x * 2; }
        extern "C" __attribute__((alias("plain_c"))) int other_name(int);
        namespace wrapped { extern "C" __attribute__((noinline)) int in_namespace(int x) { std::puts("n"); return x; } }
        int main(int argc, char**) {
            shop::Cart cart; shop::Item item{argc};
            shop::Base* dynamic = new shop::Cart(2); delete dynamic;
            return cart.add(item) + cart.add(item, 2) + cart.twice(argc) + (int)cart.twice(1.5) + shop::price(item) + hidden(argc) + plain_c(argc) + wrapped::in_namespace(argc);
        }
        """;

    private static string CppProgram => TestPrograms.Build(Cpp, ".cpp", "g++ -g -O1 -o {out} {in}");

    [Theory]
    [InlineData("shop::Cart::add", 2)]
    [InlineData("shop::Cart::add(Item const&)", 0)]
    [InlineData("shop::Cart::add(shop::Item const&)", 1)]
    [InlineData("shop::Cart::add(const shop::Item &)", 1)]
    [InlineData("shop::Cart::add(shop::Item const&, int)", 1)]
    [InlineData("_ZN4shop4Cart3addERKNS_4ItemE", 1)]
    [InlineData("shop::Cart::twice", 2)]
    [InlineData("shop::Cart::twice<int>", 1)]
    [InlineData("shop::Cart::twice<int>(int)", 1)]
    [InlineData("shop::price", 1)]
    [InlineData("shop::v2::price", 1)]
    [InlineData("(anonymous namespace)::hidden", 1)]
    [InlineData("hidden", 1)]
    [InlineData("plain_c", 1)]
    [InlineData("other_name", 1)]
    [InlineData("in_namespace", 1)]
    [InlineData("main", 1)]
    [InlineData("shop::Cart::*", 7)]
    [InlineData("/^shop::Cart::add/", 2)]
    [InlineData("puts", 0)]
    public void Cpp_spellings_find_their_functions(string probe, int count)
    {
        IReadOnlyList<Function> functions = Find.In(CppProgram, probe);
        if (probe == "shop::Cart::*")
            Assert.True(functions.Count >= count, $"{functions.Count}");
        else
            Assert.Equal(count, functions.Count);
        Assert.All(functions, f => Assert.Equal(AddressOf(CppProgram, f.Symbol), f.Address.Value));
        Assert.All(functions, f => Assert.True(f.Size > 0 && f.Entry.Exists && f.Language == SourceLanguage.Cpp && f.Line > 0 && f.File is not null));
    }

    [Fact]
    public void A_name_is_shown_without_parameters_and_result()
    {
        Assert.Equal(["shop::Cart::add", "shop::Cart::add"], Find.Names(CppProgram, "shop::Cart::add"));
        Assert.Equal(["shop::Cart::twice<int>"], Find.Names(CppProgram, "shop::Cart::twice<int>(int)"));
        Assert.Equal(["(anonymous namespace)::hidden"], Find.Names(CppProgram, "(anonymous namespace)::hidden"));
        Assert.Equal(["wrapped::in_namespace"], Find.Names(CppProgram, "in_namespace"));
    }

    [Fact]
    public void Names_of_one_address_are_one_function()
    {
        Function function = Assert.Single(Find.In(CppProgram, "other_name"));
        Assert.Equal("other_name", function.Symbol);
        Assert.Contains("plain_c", function.OtherNames);
        Assert.Single(Find.In(CppProgram, "/^(plain_c|other_name)$/"));
    }

    [Fact]
    public void A_destructor_that_only_calls_another_is_left_out()
    {
        // The deleting destructor calls the complete one, which with a virtual base calls or contains the base one.
        IReadOnlyList<Function> found = Find.In(CppProgram, "shop::Cart::~Cart");
        Assert.NotEmpty(found);
        Assert.DoesNotContain(found, f => f.Symbol.EndsWith("D0Ev", StringComparison.Ordinal) && f.OtherNames.Count == 0);
        Assert.Contains(AllSymbols(CppProgram), s => s.Name == "_ZN4shop4CartD0Ev");

        // Whoever wants that very function can have it.
        Assert.Single(Find.In(CppProgram, "_ZN4shop4CartD0Ev"), f => f.Symbol == "_ZN4shop4CartD0Ev");
    }

    [Fact]
    public void Constructors_of_one_name_are_all_meant() =>
        Assert.Equal(
            ["_ZN4shop4CartC1Ei", "_ZN4shop4CartC1Ev"],
            Find.In(CppProgram, "shop::Cart::Cart").SelectMany(f => f.OtherNames.Append(f.Symbol)).Where(n => n.Contains("C1E")).Order());

    [Fact]
    public void Namesakes_are_all_meant_and_a_file_chooses_one()
    {
        string program = TestPrograms.Build(
            """
            #ifdef ONE
            # 1 "/src/one/store.c"
            static __attribute__((noinline)) int init(int x) { __asm__ volatile(""); return x + 1; }
            int first(int x) { return init(x); }
            int second(int);
            int main(int argc, char **argv) { return first(argc) + second(argc); }
            #else
            # 1 "/src/two/cache.c"
            static __attribute__((noinline)) int init(int x) { __asm__ volatile(""); return x * 3; }
            int second(int x) { return init(x); }
            #endif
            """,
            ".c", "gcc -g -O1 -DONE -c -o {dir}/a.o {in} && gcc -g -O1 -c -o {dir}/b.o {in} && gcc -o {out} {dir}/a.o {dir}/b.o");
        Assert.Equal(2, Find.In(program, "init").Count);
        Assert.EndsWith("cache.c", Assert.Single(Find.In(program, "cache.c:init")).File);
        Assert.EndsWith("store.c", Assert.Single(Find.In(program, "one/store.c:init")).File);
        Assert.Empty(Find.In(program, "tore.c:init"));
    }

    [Fact]
    public void Split_off_parts_are_no_functions_of_their_own()
    {
        string program = TestPrograms.Build(
            """
            #include <stdio.h>
            #include <stdlib.h>
            __attribute__((cold, noinline)) void fail(const char *s) { puts(s); exit(1); }
            __attribute__((noinline)) int work(int x) { if (__builtin_expect(x > 100, 0)) { printf("%d\n", x); fail("big"); } return x + rand(); }
            int main(int argc, char **argv) { return work(argc); }
            """,
            ".c", "gcc -g -O2 -o {out} {in}");
        Assert.Contains(AllSymbols(program), s => s.Name.StartsWith("work.", StringComparison.Ordinal) || s.Name == "work");
        Assert.Equal("work", Assert.Single(Find.In(program, "work")).Symbol);
    }

    [Theory]
    [InlineData("1.15")]
    [InlineData("1.26")]
    public void Go_names_are_found_with_symbols_without_them_and_without_DWARF(string version)
    {
        string whole = TestPrograms.Go(version), stripped = TestPrograms.Go(version, "-ldflags=-s"), bare = TestPrograms.Go(version, "-ldflags=-w");
        Function function = Assert.Single(Find.In(whole, "main.main"));
        Assert.Equal(SourceLanguage.Go, function.Language);
        Assert.Equal(AddressOf(whole, "main.main"), function.Address.Value);
        foreach (string program in (string[])[stripped, bare])
        {
            Function same = Assert.Single(Find.In(program, "main.main"));
            Assert.Equal((function.Name, SourceLanguage.Go, Path.GetFileName(function.File)), (same.Name, same.Language, Path.GetFileName(same.File)));
            Assert.InRange(same.Size, 1u, function.Size + 32);
        }

        Assert.Empty(AllSymbols(stripped));
    }

    [Fact]
    public void Rust_names_are_found_without_their_hash()
    {
        string program = TestPrograms.Build(
            """
            mod cart { pub struct Cart { pub n: u32 } impl Cart { #[inline(never)] pub fn add(&mut self, m: u32) -> u32 { self.n += m; self.n } } }
            #[inline(never)] fn pick<T: Copy>(v: &[T]) -> T { v[0] }
            #[no_mangle] #[inline(never)] pub extern "C" fn exported(x: i32) -> i32 { x + 1 }
            fn main() { let mut c = cart::Cart { n: std::env::args().count() as u32 }; println!("{} {} {} {}", c.add(2), pick(std::hint::black_box(&[1u8, 2])), pick(std::hint::black_box(&[1.5f64])), exported(1)); }
            """,
            ".rs", "rustc --crate-name demo -g -C opt-level=1 -o {out} {in}");
        Assert.Equal(["demo::cart::Cart::add"], Find.Names(program, "demo::cart::Cart::add"));
        Assert.Equal(2, Find.In(program, "demo::pick").Count);
        Assert.Equal("demo::exported", Assert.Single(Find.In(program, "exported")).Name);
        Assert.Equal(SourceLanguage.Rust, Assert.Single(Find.In(program, "demo::exported")).Language);
    }

    [Fact]
    public void Misses_are_explained()
    {
        Assert.Contains("shop::Cart::add", Find.WhyNot(CppProgram, "shop::Cart::ad").Hint);
        Diagnostic imported = Find.WhyNot(CppProgram, "puts");
        Assert.Contains("shared library", imported.Message);
        string program = TestPrograms.Build(
            """
            static inline __attribute__((always_inline)) int tiny(int x) { return x * 7 + 1; }
            static int pick_fast(int x) { return x; }
            static void *choose(void) { return pick_fast; }
            int chosen(int x) __attribute__((ifunc("choose")));
            int main(int argc, char **argv) { return tiny(argc) + tiny(argc + 1) + chosen(argc); }
            """,
            ".c", "gcc -g -O2 -o {out} {in}");
        Diagnostic inlined = Find.WhyNot(program, "tiny");
        Assert.Equal("SND3009", inlined.Code);
        Assert.Contains("inlined at ", inlined.Message);
        Assert.Equal("SND3008", Find.WhyNot(program, "chosen").Code);
    }

    private static ulong AddressOf(string program, string symbol) => AllSymbols(program).First(s => s.Name == symbol).Address;

    private static List<(string Name, ulong Address)> AllSymbols(string program) =>
    [
        .. ExternalTool.Lines("nm", program).Select(l => l.Split(' ', 3)).Where(w => w.Length == 3 && w[0].Length == 16)
            .Select(w => (w[2], ulong.Parse(w[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture))),
    ];
}
