using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>From a symbol to its subprogram, parameters and their places: the way every probe goes.</summary>
public sealed class FunctionTests
{
    private static (ElfImage Image, DebugInfo Info, Die Function, FileAddress Address) Open(string path, string symbol)
    {
        var image = ElfImage.Open(new FileByteSource(path));
        var info = DebugInfo.Open(image);
        // GCC appends .isra.0, .constprop.0 and the like to what it changed.
        var names = new List<FileAddress>();
        foreach (var row in image.Symbols)
        {
            if (row.MayBeCode && image.Symbols.Name(row) is var name && (name == symbol || name.StartsWith(symbol + ".", StringComparison.Ordinal))) names.Add(row.Address);
        }

        var address = (image.Symbols.Find(symbol) is [var exact] ? exact.Address : names.Single());
        return (image, info, Assert.Single(info.FindFunctions(address)), address);
    }

    private static string Places(Die function, FileAddress pc) => string.Join("; ", Scopes.Parameters(function).Select(p => $"{p.Name}: {string.Join(", ", VariableLocation.At(p, function, pc))}"));

    [Theory]
    [InlineData("-g -O2 -gdwarf-5")]
    [InlineData("-g -O2 -gdwarf-4")]
    [InlineData("-g -O2 -gdwarf-3 -gstrict-dwarf")]
    public void Parameters_of_optimized_C_at_the_entry(string flags)
    {
        var (_, _, function, address) = Open(TestPrograms.C(flags), "many");
        Assert.Equal("many", function.Name);
        // The return address lies at the CFA - 8, the first two stack arguments at the CFA.
        Assert.Equal(
            "a: rdi; b: rsi; c: rdx; d: rcx; e: r8; f: r9; g: [cfa]; h: [cfa+8]; i: xmm0; j: xmm1",
            Places(function, address).Replace(" = [cfa", " [cfa", StringComparison.Ordinal));
    }

    [Fact]
    public void Parameters_of_unoptimized_C_are_in_the_frame()
    {
        var (_, _, function, address) = Open(TestPrograms.C("-g -O0"), "many");
        Assert.StartsWith("a: [cfa-20]; b: [cfa-32]; c: [cfa-24]; d: [cfa-36]", Places(function, address), StringComparison.Ordinal);
    }

    [Fact]
    public void Frame_base_of_clang_is_a_register()
    {
        var (_, _, function, address) = Open(TestPrograms.C("-g -O0", "clang"), "many");
        Assert.Matches(@"^a: \[rbp-\d+\]; b: \[rbp-\d+\]", Places(function, address));
    }

    [Fact]
    public void A_parameter_that_was_overwritten_is_an_entry_value()
    {
        var (_, info, function, address) = Open(TestPrograms.C("-g -O2 -gdwarf-5"), "many");
        var range = Assert.Single(RangeList.Of(function));
        Assert.Equal(address, range.Start);
        Assert.Contains("a: = entry(rdi)", Places(function, new FileAddress(range.End.Value - 1)), StringComparison.Ordinal);
        Assert.Same(function.Unit, info.FindUnit(new FileAddress(range.End.Value - 1)));
    }

    [Theory]
    [InlineData("g++", "-g -O0")]
    [InlineData("g++", "-g -O2 -gdwarf-4")]
    [InlineData("clang++", "-g -O1")]
    [InlineData("g++", "-g -O2 -fdebug-types-section -gdwarf-4")]
    public void Methods_have_the_names_of_their_classes(string compiler, string flags)
    {
        var (_, _, function, address) = Open(TestPrograms.Cpp(flags, compiler), "_ZN4shop4Cart3addERKNS_2v14ItemEi");
        Assert.Equal("shop::Cart::add", QualifiedName.Of(function));
        Assert.Equal("_ZN4shop4Cart3addERKNS_2v14ItemEi", function.LinkageName);
        var parameters = Scopes.Parameters(function);
        Assert.Equal(["this", "item", "n"], parameters.Select(p => p.Name));
        Assert.True(parameters[1].TryGetType(out var type));
        Assert.Equal(DW_TAG.DW_TAG_reference_type, type.Tag);
        while (type.Tag is DW_TAG.DW_TAG_reference_type or DW_TAG.DW_TAG_const_type) Assert.True(type.TryGetType(out type));
        Assert.Equal("shop::v1::Item", QualifiedName.Of(type));
        if (!flags.Contains("-O0", StringComparison.Ordinal)) Assert.Equal("this: rdi; item: rsi; n: rdx", Places(function, address));
    }

    [Fact]
    public void Rust_functions_have_the_names_of_their_modules()
    {
        var path = TestPrograms.Rust();
        var image = ElfImage.Open(new FileByteSource(path));
        var info = DebugInfo.Open(image);
        foreach (var symbol in image.Symbols)
        {
            if (!image.Symbols.Name(symbol).Contains("Cart", StringComparison.Ordinal) || !image.Symbols.Name(symbol).Contains("3add", StringComparison.Ordinal)) continue;
            var function = Assert.Single(info.FindFunctions(symbol.Address));
            Assert.StartsWith("program::inner::", QualifiedName.Of(function), StringComparison.Ordinal);
            Assert.Equal("add", function.Name!.Split('<')[0]);
            Assert.Equal(["self", "item", "n"], Scopes.Parameters(function).Select(p => p.Name));
            Assert.Equal(DW_LANG.DW_LANG_Rust, function.Unit.Language);
            return;
        }

        Assert.Fail("no symbol of Cart::add");
    }

    public static TheoryData<string> GoVersions => new(TestPrograms.GoVersions);

    [Theory]
    [MemberData(nameof(GoVersions))]
    public void Go_parameters_and_results(string version)
    {
        var (_, _, function, address) = Open(TestPrograms.Go(version), "main.(*Cart).Add");
        Assert.Equal("main.(*Cart).Add", function.Name);
        Assert.Equal(DW_LANG.DW_LANG_Go, function.Unit.Language);
        // Go 1.26 lists a result twice where a deferred call may change it: once for the copy in the frame.
        Assert.Equal("c it n total err", string.Join(' ', Scopes.Parameters(function).Select(p => p.Name).Distinct()));
        var c = VariableLocation.At(Scopes.Parameters(function)[0], function, address);
        Assert.Equal(version == "1.15" ? "[cfa]" : "rax", string.Join(", ", c));
        Assert.True(Scopes.Parameters(function)[1].TryGetType(out var type));
        while (type.Tag == DW_TAG.DW_TAG_typedef) Assert.True(type.TryGetType(out type));
        Assert.Equal("main.Item", type.Name);
        Assert.Equal(25ul, type.Unsigned(DW_AT.DW_AT_go_kind));
    }

    [Fact]
    public void Inlined_copies_know_what_they_copy_and_where_they_were_called()
    {
        var (_, _, function, _) = Open(TestPrograms.C("-g -O2 -gdwarf-5"), "twice");
        var copies = Scopes.InlinedCalls(function);
        Assert.Contains(copies, c => c.Origin.Name == "square" && c.CallLine == 20);
        var copy = copies.First(c => RangeList.Of(c.Entry).Count > 0);
        var scopes = Scopes.At(function, RangeList.Of(copy.Entry)[0].Start);
        Assert.Equal(function, scopes[0]);
        Assert.Contains(copy.Entry, scopes);
        Assert.Equal("sample.c", Path.GetFileName("/" + function.Unit.Lines!.FilePath((ulong)copy.CallFile)!.Replace("program.c", "sample.c", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("-g -O2 -gdwarf-5")]
    [InlineData("-g -O2 -gdwarf-4")]
    public void Calls_tell_what_they_pass(string flags)
    {
        var (_, _, function, _) = Open(TestPrograms.C(flags), "main");
        var call = Assert.Single(CallSites.Of(function), c => c.Callee.Exists && c.Callee.Name == "many");
        Assert.Contains(RangeList.Of(function), r => r.Contains(call.ReturnAddress));
        Assert.False(call.IsTailCall);
        var passed = call.Parameters.ToDictionary(p => ExpressionEvaluator.Evaluate(p.Place, function, call.ReturnAddress)[0].ToString(), p => ExpressionEvaluator.Evaluate(p.Value, function, call.ReturnAddress)[0].ToString());
        Assert.Equal("[1]", passed["rdi"]);
        Assert.Contains("xmm0", passed.Keys);
    }

    [Fact]
    public void Lines_lead_to_addresses_and_back()
    {
        var (_, _, function, address) = Open(TestPrograms.C("-g -O0"), "make_point");
        var lines = function.Unit.Lines!;
        Assert.True(lines.Table.TryFind(address, out var row));
        Assert.Equal(23, row.Line);
        foreach (var other in lines.Table.Rows)
        {
            Assert.Equal(lines.Table.TryFind(other.Address, out var fromTable), LineProgram.Read(function.Unit, lines.Offset).TryFindRow(other.Address, out var streamed));
            if (!fromTable.EndSequence) Assert.Equal(fromTable, streamed);
            Assert.Equal(lines.Table.TryFind(other.Address + 1, out _), LineProgram.Read(function.Unit, lines.Offset).TryFindRow(other.Address + 1, out _));
        }

        var starts = lines.Table.StartsOf(row.File, 25);
        Assert.NotEmpty(starts);
        Assert.All(starts, s => Assert.Single(RangeList.Of(function), r => r.Contains(s.Address)));
        Assert.Equal(address, Assert.Single(lines.Table.StartsOf(row.File, 23)).Address);
    }
}
