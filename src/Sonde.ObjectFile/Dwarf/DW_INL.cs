namespace Sonde.ObjectFile.Dwarf;

/// <summary>Values of DW_AT_inline (DWARF 5, section 7.20).</summary>
internal enum DW_INL : byte
{
    DW_INL_not_inlined = 0x00,
    DW_INL_inlined = 0x01,
    DW_INL_declared_not_inlined = 0x02,
    DW_INL_declared_inlined = 0x03,
}
