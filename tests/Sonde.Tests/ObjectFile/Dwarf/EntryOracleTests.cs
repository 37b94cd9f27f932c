using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>Every entry, attribute, range and location list equals what llvm-dwarfdump prints.</summary>
public sealed class EntryOracleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("gcc", "-g -O0 -gdwarf-5")]
    [InlineData("gcc", "-g -O2 -gdwarf-5")]
    [InlineData("gcc", "-g -O2 -gdwarf-4")]
    [InlineData("gcc", "-g -O2 -gdwarf-3 -gstrict-dwarf")]
    [InlineData("gcc", "-g -O1 -gdwarf-2 -gstrict-dwarf")]
    [InlineData("gcc", "-g -O2 -gz=zlib")]
    [InlineData("gcc", "-g -O2 -flto")]
    [InlineData("gcc", "-g -O2 -gdwarf64")]
    [InlineData("gcc", "-g -O2 -fdebug-types-section -gdwarf-5")]
    [InlineData("clang", "-g -O2 -gdwarf-5")]
    [InlineData("clang", "-g -O0 -gdwarf-4")]
    [InlineData("clang", "-g -O2 -gdwarf-4 -gz=zlib")]
    public void C(string compiler, string flags) => Compare(TestPrograms.C(flags, compiler));

    [Theory]
    [InlineData("g++", "-g -O2 -gdwarf-5")]
    [InlineData("g++", "-g -O0 -gdwarf-4 -fdebug-types-section")]
    [InlineData("clang++", "-g -O2 -gdwarf-5")]
    [InlineData("g++", "-g -O2 -flto -gdwarf-4")]
    public void Cpp(string compiler, string flags) => Compare(TestPrograms.Cpp(flags, compiler));

    [Fact]
    public void Rust() => Compare(TestPrograms.Build("#![no_std] #![no_main]\n#[panic_handler] fn p(_: &core::panic::PanicInfo) -> ! { loop {} }\npub enum E { A(u32), B { x: u8, y: &'static str } }\n#[no_mangle] pub extern \"C\" fn f(e: &E) -> u32 { match e { E::A(v) => *v, E::B { x, y } => *x as u32 + y.len() as u32 } }\n", ".rs", "rustc -g -O --crate-type cdylib -C panic=abort -o {out} {in}"));

    /// <summary>llvm-dwarfdump may be too old for zstd: the same entries as without compression.</summary>
    [Fact]
    public void Zstd()
    {
        const string Build = "gcc -g -O2 -o {out} {in} -lm";
        var source = File.ReadAllText(Path.Combine(TestPrograms.Root, "tests", "Sonde.Tests", "ObjectFile", "Programs", "sample.c"));
        var file = TestPrograms.Build(source, ".c", Build);
        var plain = Entries(file);
        Assert.Equal(plain, Entries(TestPrograms.Build(source, ".c", $"objcopy --compress-debug-sections=zstd {file} {{out}}")));
        Assert.True(plain.Count > 100);
    }

    private static List<string> Entries(string path)
    {
        using var source = new FileByteSource(path);
        var info = DebugInfo.Open(ElfImage.Open(source));
        var entries = new List<string>();
        foreach (var header in info.Units)
        {
            var cursor = new DieCursor(info.Unit(header).Root);
            do entries.Add($"{cursor.Current} {cursor.Current.Name} {string.Join(' ', RangeList.Of(cursor.Current))}");
            while (cursor.Next());
            entries.Add($"{info.Unit(header).Lines?.Table.Rows.Length}");
        }

        return entries;
    }

    /// <summary>A Go program has 30,000 entries and more: the short run takes the newest version only.</summary>
    [Fact]
    public void Go() => Compare(TestPrograms.Go(TestPrograms.GoVersions[^1]));

    public static TheoryData<string> Files => OracleFiles.Names;

    [Theory]
    [MemberData(nameof(Files))]
    public void Others(string name)
    {
        foreach (var path in OracleFiles.Paths(name)) Compare(path);
    }

    /// <summary>Any files, separated by colons, for whoever looks for differences.</summary>
    [Fact]
    public void Given()
    {
        var files = (Environment.GetEnvironmentVariable("SONDE_TEST_FILES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        Assert.SkipWhen(files.Length == 0, "SONDE_TEST_FILES names none");
        foreach (var path in files) Compare(path);
    }

    private void Compare(string path)
    {
        using var source = new FileByteSource(path);
        var info = DebugInfo.Open(ElfImage.Open(source));
        foreach (var types in new[] { false, true })
        {
            if (types && info.TypeUnits.Count == 0) continue;
            var comparison = DwarfComparison.Run(path, info, types);
            output.WriteLine($"{comparison.Entries} entries, {comparison.Compared} values");
            if (comparison.Differences.Count > 0) Assert.Fail(string.Join("\n", comparison.Differences));
            Assert.NotEqual(0, comparison.Entries);
        }
    }
}
