using System.Text.Json;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Go;

public sealed class InlineTreeTests
{
    public static TheoryData<string> Versions => GoPrograms.EachVersion;

    /// <summary>The same chains of inlined calls, with files and lines, as the compiler's DWARF has.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void Agrees_with_llvm_symbolizer(string version)
    {
        var symbolizer = Directory.GetDirectories("/usr/lib", "llvm-*").Select(folder => Path.Combine(folder, "bin", "llvm-symbolizer")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(symbolizer is null, "llvm-symbolizer is not installed");
        var go = GoPrograms.Open(version);
        var random = new Random(11);
        ulong start = go.Functions.Entry(0).Value, size = go.Functions.TextEnd.Value - start;
        var addresses = Enumerable.Range(0, 1000).Select(_ => start + (ulong)random.NextInt64((long)size)).ToArray();
        var lines = ExternalTool.Output(symbolizer!, [$"--obj={TestPrograms.Go(version)}", "--output-style=JSON"], string.Concat(addresses.Select(a => $"0x{a:x}\n"))).Split('\n');
        int compared = 0, inlined = 0;
        for (var i = 0; i < addresses.Length; i++)
        {
            using var said = JsonDocument.Parse(lines[i]);
            var expected = said.RootElement.GetProperty("Symbol").EnumerateArray().Select(frame =>
                (Name: frame.GetProperty("FunctionName").GetString()!, File: Path.GetFileName(frame.GetProperty("FileName").GetString()!), Line: frame.GetProperty("Line").GetInt32())).ToArray();
            var address = new FileAddress(addresses[i]);
            // Where DWARF has no line it has no frames to compare.
            if (expected.Length == 0 || expected[0].Line == 0 || expected[0].Name.EndsWith(".abi0", StringComparison.Ordinal) || expected[^1].Name.StartsWith("type", StringComparison.Ordinal)) continue;
            Assert.True(go.Functions.TryFind(address, out var row));
            var found = go.Inlines.At(row, address).Select(call =>
                (Name: GoPrograms.Text(go.Functions.Name(call.NameOffset)), File: Path.GetFileName(GoPrograms.Text(go.Functions.FileName(row, call.FileNumber))), call.Line)).ToArray();
            Assert.Equal(expected, found);
            compared++;
            if (found.Length > 1) inlined++;
        }

        Assert.True(compared > 700 && inlined > 50, $"{compared} compared, {inlined} of them inlined");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Ranges_are_where_the_frames_say(string version)
    {
        var go = GoPrograms.Open(version, "-ldflags=-s");
        var ranges = 0;
        for (var i = 0; i < go.Functions.Count; i += 7)
        {
            var row = go.Functions.Row(i);
            foreach (var range in go.Inlines.Ranges(row))
            {
                Assert.True(row.Contains(range.Start) && range.End <= row.End);
                var innermost = go.Inlines.At(row, range.Start)[0];
                Assert.True(innermost.IsInlined);
                Assert.Equal(range.NameOffset, innermost.NameOffset);
                ranges++;
            }
        }

        Assert.True(ranges > 100, $"{ranges}");
    }
}
