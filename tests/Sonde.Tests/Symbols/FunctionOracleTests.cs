using System.Globalization;
using System.Text.RegularExpressions;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Symbols;

/// <summary>
/// Functions as llvm-dwarfdump tells them: every one with code, its ranges, names, place and parameters with their types; found by a scan of the file
/// and by its address alone, which is the way of a probe.
/// </summary>
public sealed partial class FunctionOracleTests(ITestOutputHelper output)
{
    /// <summary>Of an address whose function has thousands of namesakes (folded code) not each is looked at.</summary>
    private const int MaximumLookedUp = 4000;

    public static TheoryData<string> Files => [.. OracleFiles.Names.Select(n => n.Data), .. TestPrograms.All ? (string[])[] : ["rustc -g -O", $"go{TestPrograms.GoVersions[0]}", $"go{TestPrograms.GoVersions[^1]}"]];

    [Theory]
    [MemberData(nameof(Files))]
    public void Agree_with_llvm_dwarfdump(string name)
    {
        foreach (string path in OracleFiles.Paths(name))
        {
            try
            {
                Compare(path);
            }
            catch (ToolCrashedException e)
            {
                output.WriteLine($"{path}: {e.Message}");
            }
        }
    }

    private void Compare(string path)
    {
        using var source = new ObjectFile.Support.FileByteSource(path);
        var info = DebugInfo.Open(ElfImage.Open(source));
        var scanned = new Dictionary<long, List<(ulong, ulong)>>();
        foreach (FunctionRow row in FunctionScan.Run(info, inlined: false, TestContext.Current.CancellationToken).Rows)
        {
            if (!scanned.TryGetValue(row.Entry, out List<(ulong, ulong)>? ranges))
                scanned.Add(row.Entry, ranges = []);
            ranges.Add((row.Range.Start.Value, row.Range.End.Value));
        }

        var names = new Dictionary<long, DumpedFunction>();
        var functions = new List<DumpedFunction>();
        foreach (DumpedFunction function in Functions(path))
        {
            names[function.Offset] = function;
            if (function.Ranges.Count > 0)
                functions.Add(function);
        }

        Assert.Equal(functions.Select(f => f.Offset).Order(), scanned.Keys.Order());
        int step = Math.Max(1, functions.Count / MaximumLookedUp), parameters = 0, typed = 0;
        for (int i = 0; i < functions.Count; i++)
        {
            DumpedFunction expected = functions[i];
            Assert.Equal(expected.Ranges.Order(), scanned[expected.Offset].Order());
            Die entry = info.DieAt(new InfoOffset(expected.Offset));
            Assert.Equal(Inherited(expected, names, f => f.Name), entry.Name);
            Assert.Equal(Inherited(expected, names, f => f.LinkageName), entry.LinkageName);
            (string? file, int line) = FunctionMaker.Declared(entry);
            Assert.Equal(Inherited(expected, names, f => f.Line) ?? "0", line.ToString(CultureInfo.InvariantCulture));

            // LLVM 14 writes a relative compilation directory twice for the files in it.
            if (Inherited(expected, names, f => f.File) is { } place && !(entry.Unit.CompilationDirectory is { } own && place.StartsWith($"{own}/{own}/", StringComparison.Ordinal)))
                Assert.Equal(SourcePath.Normal(place), SourcePath.Normal(file ?? ""));
            List<Die> listed = Scopes.Parameters(entry);
            Assert.Equal(expected.Parameters.Count, listed.Count);
            for (int p = 0; p < listed.Count; p++)
            {
                DumpedFunction parameter = expected.Parameters[p];
                Assert.Equal(parameter.Offset, listed[p].Offset.Value);
                Assert.Equal(Inherited(parameter, names, f => f.Name), listed[p].Name);
                parameters++;

                // Types in units of their own are told by signature.
                if (Inherited(parameter, names, f => f.Type) is { } type && listed[p].TryGetInherited(DW_AT.DW_AT_type, out AttributeValue of)
                    && of.Form != DW_FORM.DW_FORM_ref_sig8 && of.TryGetReference(out Die actual))
                {
                    Assert.Equal(type, actual.Offset.Value.ToString("x", CultureInfo.InvariantCulture));
                    typed++;
                }
            }

            if (i % step == 0)
                Assert.Contains(entry, info.FindFunctions(new FileAddress(scanned[expected.Offset][0].Item1)));
        }

        output.WriteLine($"{Path.GetFileName(path)}: {functions.Count} functions, {parameters} parameters, {typed} of them with types");
        Assert.True(functions.Count > 3 && parameters > 3 && typed > 3);
    }

    private static string? Inherited(DumpedFunction of, Dictionary<long, DumpedFunction> all, Func<DumpedFunction, string?> value)
    {
        for (int hops = 0; hops < 8; hops++)
        {
            if (value(of) is { } known)
                return known;
            if (of.Origin is not { } origin || !all.TryGetValue(origin, out of!))
                return null;
        }

        return null;
    }

    /// <summary>A function or parameter as the tool prints it.</summary>
    private sealed record DumpedFunction(long Offset, List<(ulong, ulong)> Ranges, string? Name, string? LinkageName, string? File, string? Line, string? Type, long? Origin)
    {
        public List<DumpedFunction> Parameters { get; } = [];
    }

    private static IEnumerable<DumpedFunction> Functions(string path)
    {
        var around = new Stack<(int Depth, DumpedFunction? Function)>();
        foreach (DumpedDie die in DwarfDump.Entries(path))
        {
            while (around.Count > 0 && around.Peek().Depth >= die.Depth)
                around.Pop();
            bool isFunction = die.Tag == "DW_TAG_subprogram", isParameter = die.Tag == "DW_TAG_formal_parameter";
            DumpedFunction? function = isFunction || isParameter ? Read(die) : null;
            if (isParameter)
            {
                // Packs stand between a function and their parameters.
                if (around.Count > 0 && around.Peek() is { Function: { } of } && around.Peek().Depth == die.Depth - 1)
                    of.Parameters.Add(function!);
            }
            else
            {
                around.Push((die.Depth, isFunction ? function : die.Tag == "DW_TAG_GNU_formal_parameter_pack" && around.Count > 0 ? around.Peek().Function : null));
            }

            if (function is not null)
                yield return function;
        }
    }

    private static DumpedFunction Read(DumpedDie die)
    {
        string? Text(string name) => die.Attributes.Find(a => a.Name == name).Value is { } value && Quoted().Match(value) is { Success: true } match ? DwarfDump.Unescape(match.Groups[1].Value) : null;
        string? Plain(string name) => die.Attributes.Find(a => a.Name == name).Value?.Trim('(', ')');
        var ranges = new List<(ulong, ulong)>();
        if (die.Attributes.Find(a => a.Name == "DW_AT_ranges").Value is { } list)
        {
            ranges.AddRange(Range().Matches(list).Select(m => ((ulong)DwarfDump.Hex(m.Groups[1].Value), (ulong)DwarfDump.Hex(m.Groups[2].Value))));
        }
        else if (Plain("DW_AT_low_pc") is { } low && Plain("DW_AT_high_pc") is { } high)
        {
            ulong start = Address(low);
            ranges.Add((start, Address(high)));
        }

        // Code that the linker dropped.
        ranges.RemoveAll(r => r.Item1 == 0 || r.Item2 <= r.Item1);
        string? type = die.Attributes.Find(a => a.Name == "DW_AT_type").Value is { } of ? Leading().Match(of).Groups[1].Value.TrimStart('0') : null;
        string? origin = die.Attributes.Find(a => a.Name is "DW_AT_abstract_origin" or "DW_AT_specification").Value;
        return new DumpedFunction(
            die.Offset, ranges, Text("DW_AT_name"), Text("DW_AT_linkage_name") ?? Text("DW_AT_MIPS_linkage_name"), Text("DW_AT_decl_file"), Plain("DW_AT_decl_line"), type,
            origin is null ? null : DwarfDump.Hex(Leading().Match(origin).Groups[1].Value));
    }

    private static ulong Address(string text) => (ulong)DwarfDump.Hex(text.Split(' ')[0][2..]);

    [GeneratedRegex("^\\(\"(.*)\"\\)$", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\[0x([0-9a-f]+), 0x([0-9a-f]+)\)")]
    private static partial Regex Range();

    [GeneratedRegex(@"^\(0x([0-9a-f]+)")]
    private static partial Regex Leading();
}
