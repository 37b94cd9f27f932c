using System.Globalization;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Go;

/// <summary>Go's own tools on Go's own tables: the line of every instruction, and that stripping takes nothing of what a probe needs.</summary>
public sealed class GoToolTests(ITestOutputHelper output)
{
    public static TheoryData<string> Versions => GoPrograms.EachVersion;

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_instruction_has_the_line_of_go_tool_objdump(string version)
    {
        var go = GoPrograms.Open(version);
        var compared = 0;
        foreach (var line in ExternalTool.Lines(GoPrograms.Tool(version), "tool", "objdump", "-s", @"^(main|fmt|strconv)\.", TestPrograms.Go(version)))
        {
            // "  program.go:14		0x49a6e0		488b442408		MOVQ 0x8(SP), AX"
            var words = line.Split('\t', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3 || !line.StartsWith("  ", StringComparison.Ordinal) || !words[1].StartsWith("0x", StringComparison.Ordinal)) continue;
            var address = new FileAddress(ulong.Parse(words[1][2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            Assert.True(go.Functions.TryFind(address, out var row), line);
            Assert.Equal((line, words[0].Trim()), (line, $"{Path.GetFileName(GoPrograms.Text(go.Functions.File(row, address)))}:{go.Functions.Line(row, address)}"));
            compared++;
        }

        output.WriteLine($"{compared} instructions");
        Assert.True(compared > 5000, $"{compared}");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Stripping_takes_nothing_away(string version)
    {
        var whole = GoPrograms.Open(version);
        var stripped = GoPrograms.Open(version, "-ldflags=-s\u00a0-w");
        Assert.True(stripped.Image.Symbols.Count <= 1 && !stripped.Image.TryGetSection(".debug_info", out _) && !stripped.Image.TryGetSection(".zdebug_info", out _));
        Assert.Equal(whole.Functions.Count, stripped.Functions.Count);
        var inlined = 0;
        for (var i = 0; i < whole.Functions.Count; i++)
        {
            var expected = whole.Functions.Row(i);
            var actual = stripped.Functions.Row(i);
            Assert.Equal((expected.Entry, expected.Size, GoPrograms.Text(whole.Functions.Name(expected))), (actual.Entry, actual.Size, GoPrograms.Text(stripped.Functions.Name(actual))));
            if (i % 5 != 0) continue;
            for (ulong offset = 0; offset < expected.Size; offset += 17)
            {
                var address = expected.Entry + offset;
                Assert.Equal(whole.Functions.Line(expected, address), stripped.Functions.Line(actual, address));
                var calls = stripped.Inlines.At(actual, address);
                Assert.Equal(
                    whole.Inlines.At(expected, address).Select(call => (GoPrograms.Text(whole.Functions.Name(call.NameOffset)), call.Line, call.IsInlined)),
                    calls.Select(call => (GoPrograms.Text(stripped.Functions.Name(call.NameOffset)), call.Line, call.IsInlined)));
                inlined += calls.Count - 1;
            }
        }

        Assert.True(inlined > 1000, $"{inlined}");
    }
}
