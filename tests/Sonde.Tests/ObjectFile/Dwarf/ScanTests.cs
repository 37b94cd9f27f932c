using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>Whole-file scans see what a look at each entry sees.</summary>
public sealed class ScanTests
{
    public static TheoryData<string> Paths => [TestPrograms.C(), TestPrograms.Cpp(), TestPrograms.Cpp("-g -O2", "clang++"), TestPrograms.Go(TestPrograms.GoVersions[^1])];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Functions_and_inlined_copies(string path)
    {
        using var source = new FileByteSource(path);
        var info = DebugInfo.Open(ElfImage.Open(source));
        var scan = FunctionScan.Run(info, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(scan.Errors);
        var rows = new HashSet<(long, FunctionRowKind)>();
        foreach (var row in scan.Rows)
        {
            rows.Add((row.Entry, row.Kind));
            var die = info.DieAt(new InfoOffset(row.Entry));
            Assert.Contains(row.Range, RangeList.Of(die));
            Assert.Equal(die.TryGetOrigin(out var origin) ? origin.Offset.Value : 0, row.Origin);
            if (row.Kind == FunctionRowKind.Inlined) Assert.Contains(Scopes.InlinedCalls(info.DieAt(new InfoOffset(row.Function))), c => c.Entry == die);
            else Assert.Contains(die, info.FindFunctions(row.Range.Start));
            if (rows.Count > 3000) return; // the rest is like it, and this is the slow way
        }

        var expected = 0;
        foreach (var header in info.Units)
        {
            var cursor = new DieCursor(info.Unit(header).Root);
            while (cursor.Next())
            {
                if (cursor.Tag is DW_TAG.DW_TAG_subprogram or DW_TAG.DW_TAG_inlined_subroutine && RangeList.Of(cursor.Current).Count > 0) expected++;
            }
        }

        Assert.Equal(expected, rows.Count(r => r.Item2 != FunctionRowKind.Part));
    }

    [Fact]
    public void A_line_is_found_by_the_end_of_its_path()
    {
        using var source = new FileByteSource(TestPrograms.C("-g -O0"));
        var info = DebugInfo.Open(ElfImage.Open(source));
        var hit = Assert.Single(LineScan.Find(info, "program.c", 25, TestContext.Current.CancellationToken));
        Assert.Equal("make_point", Assert.Single(info.FindFunctions(hit.Row.Address)).Name);
        Assert.Empty(LineScan.Find(info, "rogram.c", 25, TestContext.Current.CancellationToken));
        Assert.Contains(25, Assert.Single(LineScan.Lines(info, "program.c", TestContext.Current.CancellationToken)).Value);
    }

    [Fact]
    public void Cold_parts_belong_to_their_function()
    {
        using var source = new FileByteSource(TestPrograms.Cpp("-g -O2"));
        var image = ElfImage.Open(source);
        var info = DebugInfo.Open(image);
        var part = FunctionScan.Run(info, cancellation: TestContext.Current.CancellationToken).Rows.First(r => r.Kind == FunctionRowKind.Part);
        var function = Assert.Single(info.FindFunctions(part.Range.Start));
        Assert.Equal(part.Entry, function.Offset.Value);
        Assert.EndsWith(".cold", image.Symbols.Name(image.Symbols.FindAt(part.Range.Start)[0]), StringComparison.Ordinal);
    }
}
