using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;
using static Sonde.ObjectFile.Dwarf.DW_AT;
using static Sonde.ObjectFile.Dwarf.DW_FORM;
using static Sonde.ObjectFile.Dwarf.DW_TAG;

namespace Sonde.Tests.ObjectFile.Dwarf;

/// <summary>Lists of both formats, with each kind of row.</summary>
public sealed class LocationListTests
{
    private static string At(DebugInfo info, ulong pc)
    {
        var unit = info.Unit(info.Units[0]);
        return string.Join(" | ", VariableLocation.At(unit.Root.Children.ToList()[0], default, new FileAddress(pc)));
    }

    [Fact]
    public void Every_kind_of_row_of_version_5()
    {
        var builder = new DwarfBuilder()
            .Die(DW_TAG_compile_unit, true, null, (DW_AT_low_pc, DW_FORM_addr, 0x1000ul), (DW_AT_loclists_base, DW_FORM_sec_offset, 12), (DW_AT_addr_base, DW_FORM_sec_offset, 8))
            .Die(DW_TAG_variable, false, null, (DW_AT_location, DW_FORM_loclistx, 1));
        builder.Section(".debug_addr").LengthTo("end").U16(5).U8(8, 0).U64(0x3000).U64(0x3100).U64(0x5000).Label("end");
        builder.Section(".debug_loclists").LengthTo("end").U16(5).U8(8, 0).U32(2).Offset("a", 12).Offset("b", 12)
            .Label("a").U8(0)
            .Label("b")
            .U8(4).Uleb(0x10).Uleb(0x20).Uleb(1).U8(0x50) // offset_pair from low_pc: rax
            .U8(9).Uleb(3).Uleb(0) // view pair: skipped
            .U8(6).U64(0x2000).U8(4).Uleb(0).Uleb(8).Uleb(1).U8(0x51) // base_address, offset_pair: rdx
            .U8(2).Uleb(0).Uleb(1).Uleb(1).U8(0x52) // startx_endx: rcx
            .U8(3).Uleb(1).Uleb(0x10).Uleb(1).U8(0x53) // startx_length: rbx
            .U8(7).U64(0x4000).U64(0x4001).Uleb(1).U8(0x54) // start_end: rsi
            .U8(8).U64(0x4100).Uleb(1).Uleb(1).U8(0x55) // start_length: rdi
            .U8(1).Uleb(2).U8(4).Uleb(0).Uleb(4).Uleb(1).U8(0x56) // base_addressx, offset_pair: rbp
            .U8(8).U64(0x4200).Uleb(0).Uleb(1).U8(0x57) // empty range
            .U8(8).U64(0x4300).Uleb(8).Uleb(0) // no location there
            .U8(5).Uleb(1).U8(0x58) // default: r8
            .U8(0).Label("end");
        var info = builder.Build();
        Assert.Equal("rax", At(info, 0x1010));
        Assert.Equal("rax", At(info, 0x101f));
        Assert.Equal("r8", At(info, 0x1020));
        Assert.Equal("rdx", At(info, 0x2007));
        Assert.Equal("rcx", At(info, 0x30ff));
        Assert.Equal("rbx", At(info, 0x310f));
        Assert.Equal("rsi", At(info, 0x4000));
        Assert.Equal("rdi", At(info, 0x4100));
        Assert.Equal("rbp", At(info, 0x5003));
        Assert.Equal("r8", At(info, 0x4200));
        Assert.Equal("optimized out", At(info, 0x4300));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Every_kind_of_row_before_version_5(int version)
    {
        var builder = new DwarfBuilder(version)
            .Die(DW_TAG_compile_unit, true, null, (DW_AT_low_pc, DW_FORM_addr, 0x1000ul))
            .Die(DW_TAG_variable, false, null, (DW_AT_location, version == 4 ? DW_FORM_sec_offset : DW_FORM_data4, 4));
        builder.Section(".debug_loc").U32(0xdead).U64(0x10).U64(0x20).U16(1).U8(0x50).U64(ulong.MaxValue).U64(0x8000).U64(0).U64(1).U16(1).U8(0x51).U64(0).U64(0);
        var info = builder.Build();
        Assert.Equal("rax", At(info, 0x1010));
        Assert.Equal("optimized out", At(info, 0x1020));
        Assert.Equal("rdx", At(info, 0x8000));
        Assert.Equal("optimized out", At(info, 0x8001));
    }

    [Fact]
    public void A_list_that_does_not_end_is_refused()
    {
        var builder = new DwarfBuilder(4).Die(DW_TAG_compile_unit, true).Die(DW_TAG_variable, false, null, (DW_AT_location, DW_FORM_sec_offset, 0));
        builder.Section(".debug_loc").U64(0x10).U64(0x20).U16(1).U8(0x50);
        var error = Assert.Throws<BinaryFormatException>(() => At(builder.Build(), 0x10));
        Assert.Equal((BinaryError.Truncated, ".debug_loc", 19L), (error.Code, error.Section, error.Offset));
    }

    [Theory]
    [InlineData("sdata", -2, "feffffffffffffff")]
    [InlineData("data1", 0xfe, "feffffffffffffff")]
    [InlineData("udata", 0xfe, "fe00000000000000")]
    [InlineData("string", "ab", "616200")]
    public void Constants(string form, object value, string expected)
    {
        var info = new DwarfBuilder().Die(DW_TAG_compile_unit, true).Die(DW_TAG_variable, false, null, (DW_AT_const_value, Enum.Parse<DW_FORM>($"DW_FORM_{form}"), value)).Build();
        Assert.Equal($"bytes {expected}", At(info, 0x1000));
    }
}
