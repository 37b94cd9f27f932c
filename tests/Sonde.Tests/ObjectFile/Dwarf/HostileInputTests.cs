using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;
using static Sonde.ObjectFile.Dwarf.DW_AT;
using static Sonde.ObjectFile.Dwarf.DW_FORM;
using static Sonde.ObjectFile.Dwarf.DW_TAG;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>Broken and malicious DWARF: each case names its section and offset, ends soon, and leaves the rest readable.</summary>
public sealed class HostileInputTests
{
    private static Unit First(DwarfBuilder builder)
    {
        var info = builder.Build();
        return info.Unit(info.Units[0]);
    }

    [Fact]
    public void Cyclic_origins()
    {
        var unit = First(new DwarfBuilder().Die(DW_TAG_compile_unit, true)
            .Die(DW_TAG_subprogram, false, "a", (DW_AT_abstract_origin, DW_FORM_ref4, "b"))
            .Die(DW_TAG_subprogram, false, "b", (DW_AT_specification, DW_FORM_ref4, "a")));
        Assert.Equal(BinaryError.BudgetExceeded, Assert.Throws<BinaryFormatException>(() => unit.Root.Children.ToList()[0].Name).Code);
    }

    [Fact]
    public void Siblings_that_lead_back()
    {
        var unit = First(new DwarfBuilder().Die(DW_TAG_compile_unit, true)
            .Die(DW_TAG_namespace, true, "a", (DW_AT_sibling, DW_FORM_ref4, "a")).End());
        var error = Assert.Throws<BinaryFormatException>(() => unit.Root.Children.ToList());
        Assert.Equal((BinaryError.Malformed, ".debug_info"), (error.Code, error.Section));
    }

    [Fact]
    public void Endless_nesting()
    {
        var builder = new DwarfBuilder().Die(DW_TAG_compile_unit, true);
        for (var i = 0; i < DieCursor.MaxDepth + 10; i++) builder.Die(DW_TAG_namespace, true);
        Assert.Equal(BinaryError.BudgetExceeded, Assert.Throws<BinaryFormatException>(() => First(builder).Index).Code);
    }

    [Fact]
    public void Unknown_form()
    {
        var builder = new DwarfBuilder().Die(DW_TAG_compile_unit, true);
        builder.Abbrev.Uleb(2).Uleb(0x34).U8(0).Uleb(3).Uleb(0x99).U8(0, 0);
        builder.Info.Uleb(2);
        Assert.Equal(BinaryError.Unsupported, Assert.Throws<BinaryFormatException>(() => First(builder).Index).Code);
    }

    [Fact]
    public void Supplementary_files_are_unavailable_not_wrong()
    {
        var unit = First(new DwarfBuilder().Die(DW_TAG_compile_unit, true)
            .Die(DW_TAG_variable, false, null, (DW_AT_type, DW_FORM_GNU_ref_alt, 5)));
        Assert.Equal(BinaryError.Unavailable, Assert.Throws<BinaryFormatException>(() => unit.Root.Children.ToList()[0].TryGetType(out _)).Code);
    }

    [Fact]
    public void Missing_type_unit()
    {
        var unit = First(new DwarfBuilder().Die(DW_TAG_compile_unit, true)
            .Die(DW_TAG_variable, false, null, (DW_AT_type, DW_FORM_ref_sig8, 77ul)));
        Assert.Equal(BinaryError.Unavailable, Assert.Throws<BinaryFormatException>(() => unit.Root.Children.ToList()[0].TryGetType(out _)).Code);
    }

    [Fact]
    public void A_damaged_unit_does_not_hide_the_one_before()
    {
        var builder = new DwarfBuilder().Die(DW_TAG_compile_unit, true, null, (DW_AT_low_pc, DW_FORM_addr, 0x1000ul), (DW_AT_high_pc, DW_FORM_data4, 0x10))
            .Die(DW_TAG_subprogram, false, null, (DW_AT_name, DW_FORM_string, "f"), (DW_AT_low_pc, DW_FORM_addr, 0x1000ul), (DW_AT_high_pc, DW_FORM_data4, 0x10));
        builder.UnitEnd().Info.U32(0x1000).U16(5);
        var info = builder.Build();
        Assert.Equal("f", Assert.Single(info.FindFunctions(new FileAddress(0x1005))).Name);
        Assert.Empty(info.FindFunctions(new FileAddress(0x1010)));
        Assert.Equal(BinaryError.Truncated, info.UnitListError!.Code);
        Assert.Single(info.Units);
    }

    [Fact]
    public void References_out_of_the_unit()
    {
        var builder = new DwarfBuilder().Die(DW_TAG_compile_unit, true);
        builder.Abbrev.Uleb(2).Uleb((ulong)DW_TAG_variable).U8(0).Uleb((ulong)DW_AT_type).Uleb((ulong)DW_FORM_ref4).U8(0, 0);
        builder.Info.Uleb(2).U32(0x7fffffff);
        Assert.Equal(BinaryError.Malformed, Assert.Throws<BinaryFormatException>(() => First(builder).Root.Children.ToList()[0].TryGetType(out _)).Code);
    }

    [Fact]
    public void Dropped_functions_are_not_found_at_address_zero()
    {
        var info = new DwarfBuilder().Die(DW_TAG_compile_unit, true, null, (DW_AT_low_pc, DW_FORM_addr, 0ul), (DW_AT_high_pc, DW_FORM_data4, 0x10))
            .Die(DW_TAG_subprogram, false, null, (DW_AT_low_pc, DW_FORM_addr, 0ul), (DW_AT_high_pc, DW_FORM_data4, 0x10)).Build();
        Assert.Empty(info.FindFunctions(new FileAddress(5)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public void Units_without_ranges_are_asked_for_their_functions(int version)
    {
        var info = new DwarfBuilder(version).Die(DW_TAG_compile_unit, true, null, (DW_AT_name, DW_FORM_string, "asm"))
            .Die(DW_TAG_subprogram, false, null, (DW_AT_name, DW_FORM_string, "f"), (DW_AT_low_pc, DW_FORM_addr, 0x1000ul), (DW_AT_high_pc, DW_FORM_addr, 0x1010ul)).Build();
        Assert.Equal("f", Assert.Single(info.FindFunctions(new FileAddress(0x100f))).Name);
        Assert.Empty(info.FindFunctions(new FileAddress(0x1010)));
    }
}
