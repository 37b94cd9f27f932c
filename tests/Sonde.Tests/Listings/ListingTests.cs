using System.Globalization;
using System.Text;
using System.Text.Json;
using Sonde.Listings;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Listings;

/// <summary>What <c>sonde ls</c> writes; nm is the oracle for the functions and their addresses.</summary>
public class ListingTests
{
    private const string CppSource = """
        namespace shop {
        struct Item { int price; const char *name; };
        struct Base { virtual ~Base() = default; char tag = 1; };
        class Cart : public Base {
        public:
            explicit Cart(int n);
            int add(const Item &item, int count = 1);
            int total() const;
            unsigned flags : 3; unsigned rest : 29;
            long sum = 0;
        };
        Cart::Cart(int n) : flags(1), rest(2), sum(n) {}
        __attribute__((noinline)) int Cart::add(const Item &item, int count) { sum += item.price * count; return (int)sum; }
        __attribute__((noinline)) int Cart::total() const { return (int)sum + (int)flags + (int)rest; }
        static inline __attribute__((always_inline)) int twice(int x) { volatile int v = x; return v * 2; }
        }
        extern "C" __attribute__((noinline)) int apply(int (*f)(int, const char *), int values[4], ...) { return f(values[0], "x"); }
        static int callback(int x, const char *s) { return x + s[0]; }
        int main(int argc, char **argv) { shop::Cart c(argc); shop::Item i{argc, argv[0]}; int v[4] = {argc}; return c.add(i) + c.total() + apply(callback, v) + shop::twice(argc); }
        """;

    private static string Cpp(string flags = "") => TestPrograms.Build(CppSource, ".cpp", $"g++ -g -O1{flags} -o {{out}} {{in}}");

    [Theory]
    [InlineData("shop::Cart::add", "int add(const shop::Item &item, int count)")]
    [InlineData("shop::Cart::total", "int total() const")]
    [InlineData("shop::Cart::Cart", "Cart(int n)")]
    [InlineData("main", "int main(int argc, char **argv)")]
    [InlineData("apply", "int apply(int (*f)(int, const char *), int *values, ...)")]
    public void Cpp_declarations(string name, string signature)
    {
        using JsonDocument function = JsonDocument.Parse(Assert.Single(List(Cpp(), new ListRequest { Pattern = name, Json = true, Probeable = true })));
        Assert.Equal((name, signature, "C++", true), (Text(function, "name"), Text(function, "signature"), Text(function, "language"), function.RootElement.GetProperty("probeable").GetBoolean()));
        Assert.EndsWith("program.cpp", Text(function, "file"));
    }

    [Fact]
    public void Inlined_functions_tell_how_often() =>
        Assert.Matches(@"^shop::twice  int twice\(int x\)  \S+program\.cpp:15  C\+\+  no code of its own  inlined at 1 site  cannot be probed: it has no code of its own$", Assert.Single(List(Cpp(), new ListRequest { Pattern = "shop::twice", Probeable = true })));

    [Theory]
    [InlineData("1.15")]
    [InlineData("1.26")]
    public void Go_declarations(string version)
    {
        string[] lines = List(TestPrograms.Go(version), new ListRequest { Pattern = "/^main\\./" });
        Assert.Contains(lines, l => l.StartsWith("main.(*Cart).Add  func (c *Cart) Add(it Item, n int) (total int, err error)  ", StringComparison.Ordinal) && l.Contains("program.go:29  Go  "));
        Assert.Contains(lines, l => l.StartsWith("main.apply  func apply(f func(int) int, v int, z complex128) (int, string)  ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("main.F", "main", "func F(m map[string]T, h http.Header) (n int, err error)")]
    [InlineData("net/http.(*conn).serve", "net/http", "func (c *conn) serve(w http.Header)")]
    [InlineData("gopkg.in/yaml.v2.Marshal", "x", "func Marshal()")]
    public void Go_names_stand_as_in_the_source_of_the_package(string name, string package, string expected)
    {
        List<GoParameter> parameters = package switch
        {
            "main" => [new("m", "map[string]main.T", false), new("h", "net/http.Header", false), new("n", "int", true), new("err", "error", true)],
            "net/http" => [new("c", "*net/http.conn", false), new("w", "other/http.Header", false)],
            _ => [],
        };
        Assert.Equal(expected, GoSignature.Write(name, parameters));
    }

    [Fact]
    public void Rust_declarations()
    {
        string program = TestPrograms.Build(
            """
            pub struct Cart { pub n: u32 }
            impl Cart { #[inline(never)] pub fn add(&mut self, m: u32, names: &[String]) -> Option<u32> { self.n += m; if names.is_empty() { None } else { Some(self.n) } } }
            fn main() { let mut c = Cart { n: 1 }; let v: Vec<String> = std::env::args().collect(); println!("{:?}", c.add(std::hint::black_box(2), &v)); }
            """,
            ".rs", "rustc --crate-name demo -g -C opt-level=1 -o {out} {in}");
        string line = Assert.Single(List(program, new ListRequest { Pattern = "demo::Cart::add" }));
        Assert.StartsWith("demo::Cart::add  fn add(&mut self, m: u32, names: &[alloc::string::String]) -> Option<u32>  ", line);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" -s -rdynamic")]
    [InlineData(" -gdwarf-4 -fdebug-types-section")]
    public void Every_function_symbol_is_listed_once(string flags)
    {
        string program = Cpp(flags);
        var listed = new HashSet<ulong>();
        var rows = new HashSet<(string, string?)>();
        foreach (string line in List(program, new ListRequest { Json = true }))
        {
            using JsonDocument function = JsonDocument.Parse(line);
            if (function.RootElement.TryGetProperty("address", out JsonElement address))
            {
                Assert.True(rows.Add((address.GetString()!, Text(function, "name"))), line);
                listed.Add(ulong.Parse(address.GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }
        }

        ulong[] expected = [.. ExternalTool.Lines("nm", flags == " -s -rdynamic" ? "-D" : "-a", program).Select(l => l.Split(' ', 3)).Where(w => w.Length == 3 && w[0].Length == 16 && w[1] is "t" or "T" or "W" or "w")
            .Where(w => !w[2].StartsWith('.') && !w[2].Contains(".cold") && w[2] != "data_start").Select(w => ulong.Parse(w[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).Where(a => a != 0)];
        Assert.Empty(expected.Except(listed).Select(a => a.ToString("x", CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" -gdwarf-4 -fdebug-types-section")]
    public void Layouts_have_offsets_sizes_bit_fields_and_padding(string flags)
    {
        string[] lines = List(Cpp(flags), new ListRequest { Layout = "shop::Cart" });
        Assert.Matches(@"^class shop::Cart: 24 bytes, \S+program\.cpp:4$", lines[0]);
        Assert.Equal(
            [
                "       0     16  shop::Base",
                "       9:0 3 bits  flags unsigned int",
                "      12:0 29 bits  rest unsigned int",
                "      16      8  sum long int",
            ],
            lines[1..]);
        Assert.Equal(lines, List(Cpp(flags), new ListRequest { Layout = "Cart" }));
        using JsonDocument item = JsonDocument.Parse(Assert.Single(List(Cpp(flags), new ListRequest { Layout = "shop::Item", Json = true })));
        Assert.Equal([0, 8], item.RootElement.GetProperty("members").EnumerateArray().Select(m => m.GetProperty("offset").GetInt32()));
        Assert.Contains("       4      4  (padding)", List(Cpp(flags), new ListRequest { Layout = "shop::Item" }));
    }

    [Fact]
    public void Every_name_of_a_function_is_listed()
    {
        string program = TestPrograms.Build(
            "#include <stddef.h>\n__attribute__((noinline)) void *real_alloc(size_t bytes) { return (void *)bytes; }\nvoid *alloc(size_t) __attribute__((alias(\"real_alloc\")));\nint main(int c, char **v) { return alloc(c) != 0; }",
            ".c", "gcc -g -O1 -o {out} {in}");
        Assert.StartsWith("alloc  void *alloc(size_t bytes)  ", Assert.Single(List(program, new ListRequest { Pattern = "alloc" })));
        string[] all = List(program, new ListRequest());
        Assert.Single(all, l => l.StartsWith("alloc  ", StringComparison.Ordinal));
        Assert.Single(all, l => l.StartsWith("real_alloc  ", StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_that_have_code_are_listed()
    {
        string[] lines = List(Cpp(), new ListRequest { Lines = "program.cpp" });
        Assert.Contains(lines, l => l.EndsWith("program.cpp:12", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.EndsWith("program.cpp:10", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SND3001", "shop::Cart::ad", null, null)]
    [InlineData("SND3010", null, "nosuch.cpp", null)]
    [InlineData("SND3011", null, null, "shop::Car")]
    [InlineData("SND1005", "program.cpp:12", null, null)]
    [InlineData("SND1001", "call:", null, null)]
    public void Bad_requests_have_one_line_each(string code, string? pattern, string? lines, string? layout)
    {
        Diagnostic diagnostic = Assert.Throws<SondeException>(() => List(Cpp(), new ListRequest { Pattern = pattern, Lines = lines, Layout = layout })).Diagnostic;
        Assert.Equal((code, DiagnosticKind.Request), (diagnostic.Code, diagnostic.Kind));
    }

    [Fact]
    public void Without_debug_information_lines_and_types_say_so() =>
        Assert.Equal("SND3012", Assert.Throws<SondeException>(() => List(Cpp(" -s"), new ListRequest { Layout = "X" })).Diagnostic.Code);

    private static string? Text(JsonDocument document, string property) => document.RootElement.GetProperty(property).GetString();

    private static string[] List(string program, ListRequest request)
    {
        using Target target = Target.OfFile(program);
        using var output = new MemoryStream();
        Lister.List(target, request, output);
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
