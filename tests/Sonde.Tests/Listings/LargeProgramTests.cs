using System.Globalization;
using System.Text.Json;
using Sonde.Listings;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Go;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Listings;

/// <summary>Every function of large real programs, as <c>go tool nm</c> has them. With SONDE_TEST_ALL=1: they are built from source packages first.</summary>
public sealed class LargeProgramTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("nats-server", 15_000)]
    [InlineData("apiextensions-apiserver", 100_000)]
    public void Agree_with_go_tool_nm(string name, int atLeast)
    {
        Assert.SkipUnless(TestPrograms.All, "SONDE_TEST_ALL=1 builds it");
        string program = Path.Combine(ExternalTool.Lines(Path.Combine(TestPrograms.Root, "scripts", "large-programs"), name).Last(), name);
        var listed = new Dictionary<ulong, List<(string Name, ulong Size)>>();
        foreach (string line in List(program))
        {
            using JsonDocument function = JsonDocument.Parse(line);
            if (!function.RootElement.TryGetProperty("address", out JsonElement at))
                continue;
            ulong address = ulong.Parse(at.GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (!listed.TryGetValue(address, out List<(string, ulong)>? names))
                listed.Add(address, names = []);
            names.Add((function.RootElement.GetProperty("name").GetString()!, function.RootElement.GetProperty("size").GetUInt64()));
        }

        int compared = 0;
        foreach (string line in ExternalTool.Lines(GoPrograms.Tool("1.26"), "tool", "nm", "-size", program))
        {
            // "  401000         78 T internal/cpu.Initialize"
            string[] words = line.Trim().Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
            if (words is not [var start, var size, "t" or "T", var symbol] || symbol is "runtime.text" or "runtime.etext" || size == "0")
                continue;

            // A part of a function of C, not one of its own.
            if (symbol.EndsWith(".cold", StringComparison.Ordinal))
                continue;
            Assert.True(listed.TryGetValue(ulong.Parse(start, NumberStyles.HexNumber, CultureInfo.InvariantCulture), out List<(string Name, ulong Size)>? found), line);
            Assert.True(found.Exists(f => f.Size == ulong.Parse(size, CultureInfo.InvariantCulture) && Same(f.Name, symbol)), $"{line}: {string.Join(", ", found)}");
            compared++;
        }

        output.WriteLine($"{compared} functions");
        Assert.True(compared > atLeast, $"{compared}");
    }

    // Middle dots of assembly stand as dots in the symbols, and what implements another calling convention has a suffix there.
    private static bool Same(string name, string symbol) =>
        name == symbol || name.Replace('\u00b7', '.') == symbol || name + ".abi0" == symbol || name == Sonde.Specs.Names.GoName.Unescape(symbol);

    private static IEnumerable<string> List(string program)
    {
        using Target target = Target.OfFile(program);
        using var output = new MemoryStream();
        Lister.List(target, new ListRequest { Json = true }, output);
        return System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
