using System.Collections.Concurrent;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>Every function symbol leads to the entry of that name, asked from several threads at once, in files that are being decompressed meanwhile.</summary>
public sealed class SymbolToEntryTests(ITestOutputHelper output)
{
    public static TheoryData<string, int> Paths()
    {
        var data = new TheoryData<string, int> { { TestPrograms.C(), 8 }, { TestPrograms.C("-g -O2 -gz=zlib -gdwarf-4"), 8 }, { TestPrograms.Cpp(), 15 }, { TestPrograms.Cpp("-g -O0", "clang++"), 100 }, { TestPrograms.Rust(), 500 } };
        foreach (var version in TestPrograms.GoVersions) data.Add(TestPrograms.Go(version), 1000);
        return data;
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Names_agree(string path, int atLeast)
    {
        using var source = new FileByteSource(path);
        var image = ElfImage.Open(source);
        var info = DebugInfo.Open(image);
        var symbols = new List<Symbol>();
        foreach (var symbol in image.Symbols)
        {
            if (symbol.Type == SymbolType.STT_FUNC && symbol.HasAddress && symbol.Size > 0) symbols.Add(symbol);
        }

        var found = new ConcurrentBag<string>();
        var wrong = new ConcurrentBag<string>();
        Parallel.ForEach(symbols, symbol =>
        {
            var entries = info.FindFunctions(symbol.Address);
            if (entries.Count == 0) return; // the C library and assembly have no DWARF
            var all = image.Symbols.FindAt(symbol.Address).Select(s => image.Symbols.Name(s)).ToList();
            var names = entries.SelectMany(e => (string?[])[e.LinkageName, e.Name]).ToList();
            // One address may have several names, and GCC appends .isra.0 and the like. Constructors are declared once and defined twice (C1, C2).
            var agrees = all.Any(symbol => names.Any(name => name is not null && Same(symbol, name)));
            if (agrees) found.Add(all[0]);
            else wrong.Add($"{all[0]} is not {string.Join(',', names)}");
        });
        output.WriteLine($"{found.Count} of {symbols.Count}");
        foreach (var text in wrong) output.WriteLine(text);
        Assert.True(found.Count >= atLeast, $"{found.Count} of {symbols.Count}");
        Assert.Empty(wrong);
    }

    private static bool Same(string symbol, string name)
    {
        // The Go linker writes "." for the middle dot of assembly names.
        name = name.Replace('\u00b7', '.');
        var plain = symbol.Replace("C1E", "C4E").Replace("C2E", "C4E").Replace("D0E", "D4E").Replace("D1E", "D4E").Replace("D2E", "D4E").Split('.')[0];
        // g++ gives static functions no linkage name.
        return symbol == name || plain == name || symbol.StartsWith(name + ".", StringComparison.Ordinal) || symbol.StartsWith($"_ZL{name.Length}{name}", StringComparison.Ordinal);
    }
}
