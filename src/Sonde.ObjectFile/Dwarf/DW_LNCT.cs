namespace Sonde.ObjectFile.Dwarf;

/// <summary>Content types of line header entries (DWARF 5, section 7.22, table 7.27).</summary>
internal enum DW_LNCT : ushort
{
    DW_LNCT_path = 0x01,
    DW_LNCT_directory_index = 0x02,
    DW_LNCT_timestamp = 0x03,
    DW_LNCT_size = 0x04,
    DW_LNCT_MD5 = 0x05,
    DW_LNCT_LLVM_source = 0x2001,
}
