namespace Sonde.ObjectFile.Dwarf;

/// <summary>Extended opcodes of line programs (DWARF 5, section 7.22, table 7.26).</summary>
internal enum DW_LNE : byte
{
    DW_LNE_end_sequence = 0x01,
    DW_LNE_set_address = 0x02,
    DW_LNE_define_file = 0x03,
    DW_LNE_set_discriminator = 0x04,
}
