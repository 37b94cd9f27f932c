namespace Sonde.ObjectFile.Dwarf;

/// <summary>Kinds of units (DWARF 5, section 7.5.1, table 7.2).</summary>
internal enum DW_UT : byte
{
    DW_UT_compile = 0x01,
    DW_UT_type = 0x02,
    DW_UT_partial = 0x03,
    DW_UT_skeleton = 0x04,
    DW_UT_split_compile = 0x05,
    DW_UT_split_type = 0x06,
}
