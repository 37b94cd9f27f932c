using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sonde.Listings;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Listings;

/// <summary>What <c>sonde ls --layout</c> tells of types; pahole and the compilers' own offsets are the oracles.</summary>
public sealed partial class LayoutTests
{
    private const string RustSource = """
        use std::mem::{offset_of, size_of};
        pub struct Cart<T> { pub items: Vec<T>, pub flag: bool, pub total: u64, pub note: Option<Box<u8>>, pub small: u16 }
        #[repr(u8)] pub enum Shape { Circle { r: f64, id: u8 } = 3, Square(f32), Nothing = 9 }
        pub struct Pair(pub u8, pub u32);
        fn main() {
            println!("{} {} {} {} {} {}", size_of::<Cart<u16>>(), offset_of!(Cart<u16>, items), offset_of!(Cart<u16>, flag), offset_of!(Cart<u16>, total), offset_of!(Cart<u16>, note), offset_of!(Cart<u16>, small));
            let c = Cart::<u16> { items: vec![1], flag: true, total: 1, note: None, small: 2 };
            let d = Cart::<String> { items: vec![], flag: true, total: 1, note: None, small: 2 };
            let s = [Shape::Circle { r: 1.0, id: 1 }, Shape::Square(2.0), Shape::Nothing];
            let p = Pair(1, 2);
            std::hint::black_box((&c, &d, &s, &p));
        }
        """;

    private static string Cpp(string flags) => TestPrograms.Build(File.ReadAllText(Path.Combine(TestPrograms.Root, "tests", "Sonde.Tests", "ObjectFile", "Programs", "layout.cpp")), ".cpp", $"{flags} -o {{out}} {{in}}");

    [Theory]
    [InlineData("g++ -g")]
    [InlineData("g++ -g -gdwarf-4 -gstrict-dwarf -O2")]
    [InlineData("clang++ -g -gdwarf-4")]
    public void Agrees_with_pahole(string command)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/pahole"), "pahole is not installed (package dwarves)");
        string program = Cpp(command);
        AgreeWithPahole(program, "Bits", "Packed", "Aligned", "Union", "Flexible");
    }

    /// <summary>Of C++ and of clang it prints nested types as if they were members too.</summary>
    [Theory]
    [InlineData("gcc -g")]
    [InlineData("gcc -g -gdwarf-2 -gstrict-dwarf")]
    public void Agrees_with_pahole_on_nested_ones_of_C(string command)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/pahole"), "pahole is not installed (package dwarves)");
        AgreeWithPahole(
            TestPrograms.Build(
                """
                struct outer { char tag; union { int i; float f; struct { char a; short b; }; }; struct { long x : 40; int y; } named; int rows[2][3]; char *last; };
                typedef struct { short s; struct outer *next; } alone;
                int main(void) { struct outer o = { .i = 1 }; alone a = { 1, &o }; return a.next->i; }
                """,
                ".c", $"{command} -o {{out}} {{in}}"),
            "outer", "alone");
    }

    private static void AgreeWithPahole(string program, params string[] types)
    {
        int compared = 0;
        foreach (string type in types)
        {
            var expected = new SortedSet<string>(StringComparer.Ordinal);
            foreach (string line in ExternalTool.Lines("pahole", "-C", type, program))
            {
                // "	unsigned int               b:13;                 /*     0: 3  4 */": bits count from the start of the storage unit.
                if (Member().Match(line) is not { Success: true } match)
                    continue;
                ulong offset = ulong.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture), size = ulong.Parse(match.Groups[5].Value, CultureInfo.InvariantCulture);
                string bits = match.Groups[2].Value;
                expected.Add(bits.Length > 0
                    ? $"{match.Groups[1].Value} bit {offset * 8 + ulong.Parse(match.Groups[4].Value, CultureInfo.InvariantCulture)}, {bits} bits"
                    : $"{match.Groups[1].Value} at {offset}, {size} bytes");
            }

            if (expected.Count == 0)
                continue; // It prints nothing of some types of clang.
            compared++;
            using JsonDocument layout = JsonDocument.Parse(Assert.Single(List(program, type, json: true)));
            SortedSet<string> actual = new(layout.RootElement.GetProperty("members").EnumerateArray().Where(m => m.GetProperty("name").GetString() is { Length: > 0 } name && name[0] != '_').Select(Text), StringComparer.Ordinal);
            Assert.Equal(expected, actual);
        }

        Assert.True(compared > types.Length / 2);

        static string Text(JsonElement member) => member.TryGetProperty("bit_size", out JsonElement bits)
            ? $"{member.GetProperty("name").GetString()} bit {member.GetProperty("bit_offset").GetInt32()}, {bits.GetInt32()} bits"
            : $"{member.GetProperty("name").GetString()} at {member.GetProperty("offset").GetInt32()}, {member.GetProperty("size").GetInt32()} bytes";
    }

    [Theory]
    [InlineData("g++ -g")]
    [InlineData("clang++ -g -gdwarf-4")]
    public void Virtual_bases_have_no_place_and_what_is_not_covered_may_be_theirs(string command)
    {
        string program = Cpp(command);
        Assert.Equal(["       ?     16  Base (virtual base)", "       8      4  l int"], List(program, "Left")[1..].Where(l => !l.Contains("_vptr", StringComparison.Ordinal)));
        Assert.Equal(["       0     32  Left", "      16     32  Right", "      32      1  d char"], List(program, "Diamond")[1..]);
        Assert.Contains("     112      8  member int Inner::*", List(program, "Multi"));
        Assert.Contains("     120     16  method int () Base::*", List(program, "Multi"));
    }

    [Fact]
    public void Members_of_types_without_a_name_stand_below_them() => Assert.Equal(
        [
            "       0      4  tag int",
            "       4      4  Anonymous::(anonymous union)",
            "         4      4  i int",
            "         4      4  f float",
            "         4      2  Anonymous::(anonymous union)::(anonymous struct)",
            "           4      1  a char",
            "           5      1  b char",
            "       8      8  named Anonymous::(anonymous struct)",
            "         8      8  x long int",
        ],
        List(Cpp("g++ -g"), "Anonymous")[1..]);

    [Theory]
    [InlineData("Box<short, 3>", 1)]
    [InlineData("Box<short int,3>", 1)]
    [InlineData("Box", 1)]
    [InlineData("struct Inner", 1)]
    [InlineData("Inner::Deep", 1)]
    [InlineData("Deep", 1)]
    [InlineData("std::pair", 2)]
    public void Names_may_leave_out_what_the_source_may(string name, int atLeast)
    {
        string[] found = [.. List(Cpp("g++ -g"), name).Where(l => l[0] != ' ')];
        Assert.True(atLeast == 1 ? found.Length == 1 : found.Length >= atLeast, string.Join('\n', found));
    }

    [Fact]
    public void Near_misses_are_told()
    {
        Diagnostic diagnostic = Assert.Throws<SondeException>(() => List(Cpp("g++ -g"), "Diamnod")).Diagnostic;
        Assert.Equal("SND3011", diagnostic.Code);
        Assert.Contains("Diamond", diagnostic.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Rust_types_lie_where_the_compiler_says()
    {
        string program = TestPrograms.Build(RustSource, ".rs", "rustc --crate-name demo -g -o {out} {in}");
        int[] said = [.. ExternalTool.Output(program, []).Trim().Split(' ').Select(w => int.Parse(w, CultureInfo.InvariantCulture))];
        string[] both = List(program, "Cart", json: true);
        Assert.Equal(2, both.Length);
        using JsonDocument cart = JsonDocument.Parse(Assert.Single(List(program, "Cart<u16>", json: true)));
        Assert.Equal("demo::Cart<u16>", cart.RootElement.GetProperty("type").GetString());
        Assert.Equal(said[0], cart.RootElement.GetProperty("size").GetInt32());
        Dictionary<string, int> offsets = cart.RootElement.GetProperty("members").EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!, m => m.GetProperty("offset").GetInt32());
        Assert.Equal(said[1..], (int[])[offsets["items"], offsets["flag"], offsets["total"], offsets["note"], offsets["small"]]);
        Assert.Equal(
            [
                "enum demo::Shape: 24 bytes",
                "       0      1  (discriminant) u8",
                "         0     24  Circle (discriminant 3)",
                "           8      8  r f64",
                "          16      1  id u8",
                "         0     24  Square (discriminant 4)",
                "           4      4  __0 f32",
                "         0     24  Nothing (discriminant 9)",
            ],
            List(program, "demo::Shape").Select(l => Regex.Replace(Regex.Replace(l, ", .*:[0-9]+$", ""), @"^( +\d+ +\d+  \w+) demo::Shape::\w+", "$1")));
    }

    [Theory]
    [InlineData("1.15")]
    [InlineData("1.26")]
    public void Go_types_are_found_by_the_end_of_their_package(string version)
    {
        string program = TestPrograms.Go(version);
        string[] whole = List(program, "internal/poll.FD");
        Assert.Equal(whole, List(program, "poll.FD"));
        Assert.Matches("^ +0 +\\d+  fdmu internal/poll.fdMutex$", whole[1]);
    }

    [GeneratedRegex(@"^\t+[^/]*?(\w+)(?:\[[\d\]\[]*\])?(?::(\d+))?;\s+/\*\s+(\d+)(?::\s*(\d+))?\s+(\d+) \*/$")]
    private static partial Regex Member();

    private static string[] List(string program, string type, bool json = false)
    {
        using Target target = Target.OfFile(program);
        using var output = new MemoryStream();
        Lister.List(target, new ListRequest { Layout = type, Json = json }, output);
        return System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
