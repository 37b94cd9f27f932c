namespace Sonde.ObjectFile.Dwarf;

/// <summary>Entries of .debug_loclists (DWARF 5, section 7.7.3), and the view pairs of GCC.</summary>
internal enum DW_LLE : byte
{
    DW_LLE_end_of_list = 0x00,
    DW_LLE_base_addressx = 0x01,
    DW_LLE_startx_endx = 0x02,
    DW_LLE_startx_length = 0x03,
    DW_LLE_offset_pair = 0x04,
    DW_LLE_default_location = 0x05,
    DW_LLE_base_address = 0x06,
    DW_LLE_start_end = 0x07,
    DW_LLE_start_length = 0x08,
    DW_LLE_GNU_view_pair = 0x09,
}
