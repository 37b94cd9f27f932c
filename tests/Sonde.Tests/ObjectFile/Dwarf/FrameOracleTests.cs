using System.Text.RegularExpressions;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>The rules at every row of .eh_frame and .debug_frame equal what readelf prints.</summary>
public sealed partial class FrameOracleTests(ITestOutputHelper output)
{
    private static readonly string[] s_columns = ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra"];

    [Theory]
    [InlineData("gcc", "-g -O2")]
    [InlineData("gcc", "-g -O0")]
    [InlineData("gcc", "-g -O2 -fno-asynchronous-unwind-tables -fno-unwind-tables")]
    [InlineData("clang", "-g -O2")]
    public void C(string compiler, string flags) => Compare(TestPrograms.C(flags, compiler));

    [Fact]
    public void Cpp() => Compare(TestPrograms.Cpp());

    [Fact]
    public void A_system_library() => Compare("/lib/x86_64-linux-gnu/libc.so.6");

    /// <summary>A Go program has many rows: the short run takes the newest version only.</summary>
    [Fact]
    public void Go() => Compare(TestPrograms.Go(TestPrograms.GoVersions[^1]));

    public static TheoryData<string> Files => OracleFiles.Names;

    /// <summary>A debug file has no frames where the program has them.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Others(string name)
    {
        foreach (var path in OracleFiles.Paths(name))
        {
            if (!name.StartsWith("Debian", StringComparison.Ordinal)) Compare(path.EndsWith(".dbg", StringComparison.Ordinal) ? path[..^4] : path);
        }
    }

    private void Compare(string path)
    {
        using var source = new FileByteSource(path);
        // readelf looks into the debug file beside it too, as the product does.
        using var debug = File.Exists(path + ".dbg") ? new FileByteSource(path + ".dbg") : null;
        var frames = FrameTable.Open(ElfImage.Open(source), debug is null ? null : ElfImage.Open(debug));
        string[] columns = [];
        int rows = 0, ra = 16;
        ulong end = 0;
        foreach (var line in ExternalTool.Lines("readelf", "--debug-dump=frames-interp", path))
        {
            if (Fde().Match(line) is { Success: true } fde)
            {
                // Code that the linker dropped lies at 0.
                end = DwarfDump.Hex(fde.Groups[1].Value) == 0 ? 0 : (ulong)DwarfDump.Hex(fde.Groups[2].Value);
            }
            else if (line.Contains(" CIE ", StringComparison.Ordinal))
            {
                end = 0;
            }
            else if (line.TrimStart().StartsWith("LOC ", StringComparison.Ordinal))
            {
                columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
            else if (end != 0 && Row().IsMatch(line))
            {
                // A rule "in register r9" is printed as "r9 (r9)", with the number first.
                var words = RegisterText().Replace(line, "$1").Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var address = (ulong)DwarfDump.Hex(words[0]);
                if (address >= end) continue;
                Assert.True(frames.TryFind(new FileAddress(address), out var row), line);
                for (var i = 1; i < columns.Length; i++)
                {
                    var actual = columns[i] == "CFA" ? Cfa(row) : Rule(row[columns[i] == "ra" ? ra : Array.IndexOf(s_columns, columns[i])]);
                    // What is not said prints as "u", as does what is said to be undefined.
                    if (words[i] != actual && Array.IndexOf(s_columns, columns[i]) >= 0 | columns[i] == "CFA") Assert.Fail($"{line}: {columns[i]} is {actual}");
                }

                rows++;
            }
        }

        output.WriteLine($"{rows} rows");
        Assert.NotEqual(0, rows);
    }

    private static string Cfa(FrameRow row) => row.CfaExpression.IsEmpty ? $"{s_columns[row.CfaRegister]}{row.CfaOffset:+0;-0}" : "exp";

    private static string Rule(RegisterRule rule) => rule.Kind switch
    {
        RegisterRuleKind.Unspecified or RegisterRuleKind.Undefined => "u",
        RegisterRuleKind.SameValue => "s",
        RegisterRuleKind.Offset => $"c{rule.Offset:+0;-0}",
        RegisterRuleKind.ValueOffset => $"v{rule.Offset:+0;-0}",
        RegisterRuleKind.Register => s_columns[rule.Offset],
        RegisterRuleKind.Expression => "exp",
        RegisterRuleKind.ValueExpression => "vexp",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    [GeneratedRegex(@" FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)")]
    private static partial Regex Fde();

    [GeneratedRegex(@"\br\d+ \((\w+)\)")]
    private static partial Regex RegisterText();

    [GeneratedRegex("^[0-9a-f]{16} ")]
    private static partial Regex Row();
}
