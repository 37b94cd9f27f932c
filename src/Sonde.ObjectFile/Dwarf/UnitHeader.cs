using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>The header of a unit (DWARF 5, section 7.5.1): one row per unit of a file.</summary>
/// <param name="Offset">Where the header begins.</param>
/// <param name="Length">Length of the unit with its header and length field.</param>
/// <param name="Version">2 to 5.</param>
/// <param name="OffsetSize">4, or 8 in the 64-bit format.</param>
/// <param name="AddressSize">4 or 8.</param>
/// <param name="Type">Before version 5 compile, or type for units of .debug_types.</param>
/// <param name="AbbreviationsOffset">Where in .debug_abbrev its table begins.</param>
/// <param name="Signature">Type signature, or the id of a skeleton or split unit; 0 when it has none.</param>
/// <param name="TypeOffset">Type units: where the type's entry is.</param>
/// <param name="HeaderSize">Where the root entry is, from the header.</param>
internal readonly record struct UnitHeader(
    InfoOffset Offset, long Length, ushort Version, byte OffsetSize, byte AddressSize, DW_UT Type, long AbbreviationsOffset, ulong Signature,
    UnitOffset TypeOffset, int HeaderSize)
{
    public long End => Offset.Value + Length;

    public bool IsTypeUnit => Type is DW_UT.DW_UT_type or DW_UT.DW_UT_split_type;

    public bool Contains(InfoOffset offset) => offset.InTypes == Offset.InTypes && offset.Value >= Offset.Value && offset.Value < End;

    /// <summary>
    /// Reads one header. A length that is wrong throws, for then the next unit cannot be found; an unknown version or unit type does not:
    /// the row has Version 0 and is to be skipped.
    /// </summary>
    public static UnitHeader Read(SectionData section, long offset, bool inTypes)
    {
        var cursor = section.Cursor(offset);
        var offsetSize = 4;
        ulong length = cursor.ReadUInt32();
        if (length == 0xffffffff)
        {
            offsetSize = 8;
            length = cursor.ReadUInt64();
        }
        else if (length >= 0xfffffff0)
        {
            Malformed.Unsupported(section.Name, offset, "reserved unit length");
        }

        if (length > (ulong)cursor.Remaining) Malformed.Truncated(section.Name, offset, (long)Math.Min(length, long.MaxValue));
        var total = cursor.Offset - offset + (long)length;
        var place = new InfoOffset(offset, inTypes);
        var unknown = new UnitHeader(place, total, 0, (byte)offsetSize, 8, 0, 0, 0, default, 0);
        if (length < 7) return unknown;

        var version = cursor.ReadUInt16();
        if (version is < 2 or > 5) return unknown;
        var type = inTypes ? DW_UT.DW_UT_type : DW_UT.DW_UT_compile;
        byte addressSize;
        ulong abbreviations;
        if (version >= 5)
        {
            type = (DW_UT)cursor.ReadByte();
            addressSize = cursor.ReadByte();
            abbreviations = cursor.ReadOffset(offsetSize);
        }
        else
        {
            abbreviations = cursor.ReadOffset(offsetSize);
            addressSize = cursor.ReadByte();
        }

        if (addressSize is not (4 or 8) || type is 0 or > DW_UT.DW_UT_split_type || abbreviations > long.MaxValue) return unknown;
        ulong signature = 0, typeOffset = 0;
        if (type is DW_UT.DW_UT_type or DW_UT.DW_UT_split_type)
        {
            signature = cursor.ReadUInt64();
            typeOffset = cursor.ReadOffset(offsetSize);
        }
        else if (type is DW_UT.DW_UT_skeleton or DW_UT.DW_UT_split_compile)
        {
            signature = cursor.ReadUInt64();
        }

        if (cursor.Offset > offset + total) return unknown;
        return new UnitHeader(
            place, total, version, (byte)offsetSize, addressSize, type, (long)abbreviations, signature, new UnitOffset((long)Math.Min(typeOffset, long.MaxValue)),
            (int)(cursor.Offset - offset));
    }
}
