using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>Encoded pointers of .eh_frame (LSB core, "DWARF Extensions", DW_EH_PE_*).</summary>
internal static class PointerEncoding
{
    public const byte Omit = 0xff;

    private const byte Absolute = 0x00, PcRelative = 0x10, DataRelative = 0x30, FunctionRelative = 0x40, Aligned = 0x50, Indirect = 0x80;

    /// <summary>
    /// Reads a pointer. <paramref name="sectionAddress"/> is where the section of the cursor is mapped, <paramref name="dataBase"/> what data-relative ones count from,
    /// <paramref name="functionBase"/> the start of the function. An indirect pointer gives the address of the pointer.
    /// </summary>
    public static ulong Read(ref ByteCursor cursor, byte encoding, ulong sectionAddress, ulong dataBase, ulong functionBase)
    {
        if (encoding == Omit) return 0;
        var place = sectionAddress + (ulong)cursor.Offset;
        if ((encoding & 0x70) == Aligned)
        {
            cursor.Skip((long)(-(long)place & 7));
            return cursor.ReadUInt64();
        }

        var value = (encoding & 0x0f) switch
        {
            0x00 or 0x04 or 0x0c => cursor.ReadUInt64(),
            0x01 => cursor.ReadULeb128(),
            0x02 => cursor.ReadUInt16(),
            0x03 => cursor.ReadUInt32(),
            0x09 => (ulong)cursor.ReadSLeb128(),
            0x0a => (ulong)(short)cursor.ReadUInt16(),
            0x0b => (ulong)cursor.ReadInt32(),
            _ => throw new BinaryFormatException(BinaryError.Unsupported, cursor.SectionName, cursor.Offset, $"pointer encoding 0x{encoding:x2}"),
        };
        if (value == 0) return 0;
        return unchecked((encoding & 0x70) switch
        {
            Absolute => value,
            PcRelative => value + place,
            DataRelative => value + dataBase,
            FunctionRelative => value + functionBase,
            _ => throw new BinaryFormatException(BinaryError.Unsupported, cursor.SectionName, cursor.Offset, $"pointer encoding 0x{encoding:x2}"),
        });
    }

    public static bool IsIndirect(byte encoding) => encoding != Omit && (encoding & Indirect) != 0;
}
