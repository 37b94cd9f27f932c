using System.Globalization;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Go;

public sealed class FunctionTableTests
{
    public static TheoryData<string> Versions => GoPrograms.EachVersion;

    public static TheoryData<string, string> Builds => GoPrograms.EachBuild;

    /// <summary>Every function that the linker's symbol table has, under the same name.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void Agrees_with_go_tool_nm(string version)
    {
        foreach (var flags in (string[])["", "-buildmode=pie"])
        {
            var expected = new Dictionary<ulong, HashSet<string>>();
            foreach (var line in ExternalTool.Lines(GoPrograms.Tool(version), "tool", "nm", TestPrograms.Go(version, flags)))
            {
                var parts = line.Trim().Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
                if (parts.Length < 3 || parts[1] is not ("t" or "T") || parts[2] is "runtime.etext") continue;
                var address = ulong.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (!expected.TryGetValue(address, out var names)) expected[address] = names = [];
                names.Add(WithoutAbi(parts[2]));
            }

            var functions = GoPrograms.Open(version, flags).Functions;
            Assert.True(functions.Count > 1000);
            var found = new Dictionary<ulong, string>();
            for (var i = 0; i < functions.Count; i++)
            {
                var row = functions.Row(i);
                found[row.Entry.Value] = GoPrograms.Text(functions.Name(row));
            }

            foreach (var (address, names) in expected) Assert.True(found.TryGetValue(address, out var name) && IsOneOf(name, names), $"{address:x}: {string.Join(',', names)}, found {found.GetValueOrDefault(address)}");
            Assert.All(found.Keys, address => Assert.Contains(address, expected.Keys));
        }
    }

    /// <summary>Function, file and line at many addresses.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void Agrees_with_go_tool_addr2line(string version)
    {
        var functions = GoPrograms.Open(version).Functions;
        var random = new Random(7);
        ulong start = functions.Entry(0).Value, size = functions.TextEnd.Value - start;
        var addresses = Enumerable.Range(0, 2000).Select(_ => start + (ulong)random.NextInt64((long)size)).ToArray();
        var said = ExternalTool.Output(GoPrograms.Tool(version), ["tool", "addr2line", TestPrograms.Go(version)], string.Concat(addresses.Select(a => $"0x{a:x}\n"))).Split('\n');
        var compared = 0;
        for (var i = 0; i < addresses.Length; i++)
        {
            var address = new FileAddress(addresses[i]);
            Assert.True(functions.TryFind(address, out var row));
            // Padding at the very end belongs to a function without lines, for which the tool's line runs into what follows.
            if (functions.Line(row, address) < 0) continue;
            Assert.Equal((said[2 * i], said[2 * i + 1]), (GoPrograms.Text(functions.Name(row)), $"{GoPrograms.Text(functions.File(row, address))}:{functions.Line(row, address)}"));
            compared++;
        }

        Assert.True(compared > 1500);
    }

    /// <summary>As after `sstrip`: everything is found by its magic and by pointers, and is the same.</summary>
    [Theory]
    [MemberData(nameof(Builds))]
    public void Opens_without_section_headers(string version, string flags)
    {
        var expected = GoPrograms.Open(version, flags);
        var bytes = File.ReadAllBytes(TestPrograms.Go(version, flags));
        bytes.AsSpan(40, 8).Clear(); // e_shoff
        bytes.AsSpan(58, 6).Clear(); // e_shentsize, e_shnum, e_shstrndx
        var found = GoPrograms.Open(new MemoryByteSource(bytes));
        Assert.Empty(found.Image.Sections);
        Assert.Equal(expected.Functions.Address, found.Functions.Address);
        Assert.Equal(expected.Module, found.Module);
        Assert.NotNull(found.Module);
        Assert.Equal(expected.Version, found.Version);
        Assert.Equal(expected.Functions.Row(1000), found.Functions.Row(1000));
        Assert.True(found.Functions.TryFind("main.main"u8, out var main));
        Assert.Equal(main, found.Functions.Row(main.Index));
        Assert.Equal(version, $"{found.Version}"[2..]);
        Assert.Equal(found.Version, VersionMarks.Guess(found.Functions, found.Module));
    }

    /// <summary>By name: each function, also those that share one (ABI wrappers), and nothing for what is only part of a name.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void Finds_every_function_by_name(string version)
    {
        var functions = GoPrograms.Open(version, "-ldflags=-s").Functions;
        var byName = Enumerable.Range(0, functions.Count).ToLookup(i => GoPrograms.Text(functions.Name(functions.Row(i))));
        foreach (var group in byName.Where((names, i) => names.Count() > 1 || i % 5 == 0))
        {
            var name = System.Text.Encoding.UTF8.GetBytes(group.Key);
            var found = new List<int>();
            for (var from = 0; functions.TryFind(name, out var row, from); from = row.Index + 1) found.Add(row.Index);
            Assert.Equal(group, found);
        }

        Assert.False(functions.TryFind("runtime.mallo"u8, out _));
        Assert.False(functions.TryFind("untime.mallocgc"u8, out _));
        Assert.False(functions.TryFind(""u8, out _));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Wrappers_and_flags(string version)
    {
        var go = GoPrograms.Open(version);
        Assert.True(go.Functions.TryFind("main.main"u8, out var main));
        Assert.False(go.IsWrapper(main));
        Assert.Equal(0, go.Functions.StackDelta(main, main.Entry));
        Assert.True(go.Functions.TryFind("runtime.goexit"u8, out var exit));
        Assert.Equal(go.Version.IsAtLeast(17), (exit.Flags & FunctionFlags.TopFrame) != 0);
        var wrappers = 0;
        for (var i = 0; i < go.Functions.Count; i++)
        {
            var row = go.Functions.Row(i);
            if (!go.IsWrapper(row)) continue;
            wrappers++;
            // Methods promoted from embedded fields keep the line of what they wrap.
            Assert.True(GoPrograms.Text(go.Functions.File(row, row.Entry)) is "<autogenerated>" or "" || go.Functions.Line(row, row.Entry) >= 1 || row.Size > 0);
        }

        Assert.True(wrappers > 10, $"{wrappers}");
    }

    private static string WithoutAbi(string name)
    {
        foreach (var suffix in (string[])[".abi0", ".abiinternal"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal)) return name[..^suffix.Length];
        }

        return name;
    }

    /// <summary>Some releases shorten `[5]` in type names to `[...]`, and spell the dot of numbered types as a middle dot.</summary>
    private static bool IsOneOf(string name, HashSet<string> names) => names.Contains(name) || names.Contains(name.Replace('·', '.')) || name.Contains("[...]", StringComparison.Ordinal);
}
