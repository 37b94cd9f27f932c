using System.Globalization;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>Every row of every line program equals what llvm-dwarfdump prints.</summary>
public sealed class LineOracleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("gcc", "-g -O2 -gdwarf-5")]
    [InlineData("gcc", "-g -O2 -gdwarf-4")]
    [InlineData("gcc", "-g -O1 -gdwarf-2 -gstrict-dwarf")]
    [InlineData("gcc", "-g -O2 -gdwarf64")]
    [InlineData("gcc", "-g -O2 -flto -gz=zlib")]
    [InlineData("clang", "-g -O2 -gdwarf-5")]
    public void C(string compiler, string flags) => Compare(TestPrograms.C(flags, compiler));

    [Theory]
    [InlineData("g++", "-g -O2")]
    [InlineData("clang++", "-g -O0")]
    public void Cpp(string compiler, string flags) => Compare(TestPrograms.Cpp(flags, compiler));

    /// <summary>A Go program has many rows: the short run takes the newest version only.</summary>
    [Fact]
    public void Go() => Compare(TestPrograms.Go(TestPrograms.GoVersions[^1]));

    public static TheoryData<string> Files => OracleFiles.Names;

    [Theory]
    [MemberData(nameof(Files))]
    public void Others(string name)
    {
        foreach (var path in OracleFiles.Paths(name)) Compare(path);
    }

    private void Compare(string path)
    {
        using var source = new FileByteSource(path);
        var info = DebugInfo.Open(ElfImage.Open(source));
        var actual = new Dictionary<long, LineProgram>();
        foreach (var header in info.Units)
        {
            if (info.Unit(header).Lines is { } lines) actual.TryAdd(lines.Offset, lines);
        }

        var count = 0;
        foreach (var (offset, rows) in Programs(path))
        {
            if (!actual.TryGetValue(offset, out var program)) continue;
            var reader = program.Rows();
            foreach (var expected in rows)
            {
                Assert.True(reader.Next(), $"no row for {expected}");
                Assert.Equal(expected, Render(program, reader.Current));
                count++;
            }

            Assert.False(reader.Next());
            Assert.True(actual.Remove(offset));
        }

        output.WriteLine($"{count} rows");
        Assert.NotEqual(0, count);
        Assert.Empty(actual);
    }

    private static string Render(LineProgram program, LineRow row)
    {
        var flags = (row.IsStatement ? " is_stmt" : "") + (row.PrologueEnd ? " prologue_end" : "") + (row.EpilogueBegin ? " epilogue_begin" : "") + (row.EndSequence ? " end_sequence" : "");
        return $"{row.Address.Value:x} {row.Line} {row.Column} {(program.Version >= 5 ? row.File : row.File + 1)}{flags}";
    }

    /// <summary>Rows of dropped code (address 0) are left out, as the reader does.</summary>
    private static IEnumerable<(long Offset, List<string> Rows)> Programs(string path)
    {
        List<string>? rows = null;
        long offset = 0;
        var sequence = new List<string>();
        foreach (var line in ExternalTool.Lines("llvm-dwarfdump", "--debug-line", path))
        {
            if (line.StartsWith("debug_line[", StringComparison.Ordinal))
            {
                if (rows is not null) yield return (offset, rows);
                offset = DwarfDump.Hex(line["debug_line[".Length..line.IndexOf(']')]);
                rows = [];
            }
            else if (line.StartsWith("0x", StringComparison.Ordinal) && rows is not null)
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var flags = string.Concat(words.Skip(6).Where(w => w != "basic_block").Select(w => " " + w));
                sequence.Add($"{DwarfDump.Hex(words[0]).ToString("x", CultureInfo.InvariantCulture)} {words[1]} {words[2]} {words[3]}{flags}");
                if (!flags.Contains("end_sequence", StringComparison.Ordinal)) continue;
                if (!sequence[0].StartsWith("0 ", StringComparison.Ordinal)) rows.AddRange(sequence);
                sequence.Clear();
            }
        }

        if (rows is not null) yield return (offset, rows);
    }
}
