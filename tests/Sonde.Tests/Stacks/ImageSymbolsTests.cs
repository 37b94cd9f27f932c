using System.Globalization;
using System.Text.Json;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Stacks;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Stacks;

public sealed class ImageSymbolsTests
{
    public static TheoryData<string, int> Programs()
    {
        var data = new TheoryData<string, int>
        {
            { TestPrograms.Cpp(), 20 }, { TestPrograms.Cpp("-g -O2", "clang++"), 20 }, { TestPrograms.C("-g -O2 -gdwarf-4"), 10 }, { TestPrograms.Rust("-g -O"), 100 },
        };
        foreach (string version in TestPrograms.GoVersions)
            data.Add(TestPrograms.Go(version), 500);
        return data;
    }

    /// <summary>The same chain of inlined functions, with files and lines, as llvm-symbolizer tells.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void Agrees_with_llvm_symbolizer(string path, int atLeast)
    {
        string? symbolizer = Directory.GetDirectories("/usr/lib", "llvm-*").Select(folder => Path.Combine(folder, "bin", "llvm-symbolizer")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(symbolizer is null, "llvm-symbolizer is not installed");
        using Image image = Image.Open(path);
        var symbols = new ImageSymbols(image);
        var random = new Random(5);
        List<AddressRange> ranges = [.. FunctionScan.Run(image.Debug, inlined: false, TestContext.Current.CancellationToken).Rows.Where(r => image.Elf.IsExecutable(r.Range.Start)).Select(r => r.Range)];
        ulong[] addresses = [.. Enumerable.Range(0, 800).Select(_ => ranges[random.Next(ranges.Count)]).Select(r => r.Start.Value + (ulong)random.NextInt64((long)r.Size))];
        string[] lines = ExternalTool.Output(symbolizer!, [$"--obj={path}", "--output-style=JSON", "--no-demangle"], string.Concat(addresses.Select(a => $"0x{a:x}\n"))).Split('\n');
        int compared = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            using JsonDocument said = JsonDocument.Parse(lines[i]);
            (string?, int)[] expected = [.. said.RootElement.GetProperty("Symbol").EnumerateArray().Select(f => (Path.GetFileName(f.GetProperty("FileName").GetString()), f.GetProperty("Line").GetInt32()))];
            if (expected.Any(f => f.Item2 == 0))
                continue;
            PlacedFunction[] found = [.. symbols.At(new FileAddress(addresses[i]))];
            Assert.Equal(expected, found.Select(f => (Path.GetFileName(f.File), f.Line)));
            Assert.All(found[..^1], f => Assert.True(f.Inlined));
            Assert.False(found[^1].Inlined);
            compared++;
        }

        Assert.True(compared >= atLeast, $"{compared}");
    }

    /// <summary>Behind each call of the code there is a return address, and nowhere within an instruction before it.</summary>
    [Fact]
    public void Return_addresses_are_known_by_the_call_before_them()
    {
        using Image image = Image.Open(TestPrograms.Cpp());
        var symbols = new ImageSymbols(image);
        int calls = 0, others = 0;
        bool isBehindCall = false;
        foreach (string line in ExternalTool.Lines("objdump", "-d", "--no-show-raw-insn", image.Path))
        {
            int colon = line.IndexOf(":\t", StringComparison.Ordinal);
            if (colon < 0 || !ulong.TryParse(line.AsSpan(0, colon).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong address))
            {
                isBehindCall = false; // What follows may be far away.
                continue;
            }

            if (isBehindCall)
            {
                Assert.True(symbols.Caller(new FileAddress(address)).IsCall, line);
                calls++;
            }
            else if (!symbols.Caller(new FileAddress(address)).IsCall)
            {
                others++;
            }

            isBehindCall = line[colon..].Contains("\tcall ", StringComparison.Ordinal);
        }

        Assert.True(calls > 20 && others > calls, $"{calls} calls, {others} others");
    }
}
