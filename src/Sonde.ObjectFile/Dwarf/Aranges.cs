using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>.debug_aranges (DWARF 5, section 6.1.2): address ranges of the units that chose to be listed.</summary>
internal static class Aranges
{
    private const int MaxRanges = 16 << 20;

    /// <summary>
    /// Reads all ranges; the payload indexes <paramref name="units"/>. A damaged set is skipped as far as its length can be trusted.
    /// </summary>
    public static List<(ulong Start, ulong End, int Payload)> Read(SectionData section, List<long> units)
    {
        var found = new List<(ulong, ulong, int)>();
        try
        {
            for (long offset = 0; offset < section.Length;)
            {
                var cursor = section.Cursor(offset);
                var offsetSize = 4;
                ulong length = cursor.ReadUInt32();
                if (length == 0xffffffff)
                {
                    offsetSize = 8;
                    length = cursor.ReadUInt64();
                }

                if (length > (ulong)cursor.Remaining) Malformed.Truncated(section.Name, offset, Forms.Length(length));
                var end = cursor.Offset + (long)length;
                ReadSet(section, offset, cursor.Offset, end, offsetSize, units, found);
                offset = end;
            }
        }
        catch (BinaryFormatException)
        {
            // The section is a shortcut: what it does not list is found through the root entries.
        }

        return found;
    }

    private static void ReadSet(SectionData section, long start, long offset, long end, int offsetSize, List<long> units, List<(ulong, ulong, int)> found)
    {
        var cursor = section.Cursor(offset, end);
        if (cursor.ReadUInt16() != 2) return;
        var unit = Forms.Length(cursor.ReadOffset(offsetSize));
        int addressSize = cursor.ReadByte(), segmentSize = cursor.ReadByte();
        if (addressSize is not (4 or 8) || segmentSize != 0) return;
        units.Add(unit);
        var tuple = addressSize * 2;
        var misaligned = (cursor.Offset - start) % tuple;
        if (misaligned != 0) cursor.Skip(Math.Min(tuple - misaligned, cursor.Remaining));
        while (cursor.Remaining >= tuple)
        {
            ulong address = cursor.ReadOffset(addressSize), length = cursor.ReadOffset(addressSize);
            if (address == 0 && length == 0) break;
            if (found.Count >= MaxRanges) Malformed.Budget(section.Name, cursor.Offset, "too many ranges");
            if (length != 0 && !RangeList.IsTombstone(address) && address + length > address) found.Add((address, address + length, units.Count - 1));
        }
    }
}
