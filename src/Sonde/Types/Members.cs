using Sonde.ObjectFile.Dwarf;

namespace Sonde.Types;

/// <summary>Finds members of a record's entry, those of base classes too.</summary>
internal static class Members
{
    private const int MaximumDepth = 8;

    /// <summary>The member of a name and its offset.</summary>
    public static bool TryFind(Die type, string name, out Die member, out ulong offset) => TryFind(type, name, out member, out offset, 0);

    /// <summary>The offset of the only pointer in a record that wraps one, however deep.</summary>
    public static bool TryFindPointer(Die type, out ulong offset) => TryFindPointer(type, out offset, 0);

    private static bool TryFind(Die type, string name, out Die member, out ulong offset, int depth)
    {
        (member, offset) = (default, 0);
        if (depth > MaximumDepth || !TypeReader.TryStrip(type, out Die record))
            return false;
        foreach (Die child in record.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_member && child.Name == name && !child.Flag(DW_AT.DW_AT_external) && TypeReader.OffsetOf(child) is { } at)
            {
                (member, offset) = (child, at);
                return true;
            }
        }

        foreach (Die child in record.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_inheritance && TypeReader.OffsetOf(child) is { } at && child.TryGetType(out Die parent)
                && TryFind(parent, name, out member, out offset, depth + 1))
            {
                offset += at;
                return true;
            }
        }

        return false;
    }

    private static bool TryFindPointer(Die type, out ulong offset, int depth)
    {
        offset = 0;
        if (depth > MaximumDepth || !TypeReader.TryStrip(type, out Die record))
            return false;
        if (record.Tag == DW_TAG.DW_TAG_pointer_type)
            return true;
        foreach (Die child in record.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_member && TypeReader.OffsetOf(child) is { } at && child.TryGetType(out Die inner)
                && TryFindPointer(inner, out offset, depth + 1))
            {
                offset += at;
                return true;
            }
        }

        return false;
    }
}
