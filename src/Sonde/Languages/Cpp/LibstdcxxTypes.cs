using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.Cpp;

/// <summary>
/// Containers of GNU's C++ library, told by their members and not by their names: libc++ has the same names and other
/// members (bits/basic_string.h, bits/stl_vector.h, string_view of gcc 5 to 14).
/// </summary>
internal static class LibstdcxxTypes
{
    /// <summary>The shape of a container; null for any other type.</summary>
    public static Shape? ShapeOf(Die type, TypeReader reader)
    {
        if (type.Tag is not (DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type))
            return null;
        string name = type.Name ?? "";
        if (name.StartsWith("basic_string<", StringComparison.Ordinal))
            return Text(type, "_M_dataplus", "_M_p", "_M_string_length");
        if (name.StartsWith("basic_string_view<", StringComparison.Ordinal))
            return Text(type, null, "_M_str", "_M_len");
        return name.StartsWith("vector<", StringComparison.Ordinal) ? Vector(type, reader) : null;
    }

    private static TextShape? Text(Die type, string? holder, string data, string length)
    {
        ulong start = 0;
        Die inner = type;
        if (holder is not null && !(Members.TryFind(type, holder, out Die member, out start) && member.TryGetType(out inner)))
            return null;
        // clang leaves nested classes undefined where the library itself defines them; this one is a pointer and an empty
        // allocator, and char is what a string is of unless it says otherwise.
        if (holder is not null && inner.OwnFlag(DW_AT.DW_AT_declaration))
        {
            return type.Name!.StartsWith("basic_string<char,", StringComparison.Ordinal) && Members.TryFind(type, length, out _, out ulong size8)
                ? new TextShape(TextForm.Counted, (uint)start, new CountField((uint)size8, 8))
                : null;
        }

        if (!Members.TryFind(inner, data, out Die pointer, out ulong at) || !Members.TryFind(type, length, out _, out ulong count)
            || !pointer.TryGetType(out Die pointerType) || !TypeReader.TryStrip(pointerType, out pointerType)
            || !pointerType.TryGetType(out Die character))
            return null;
        uint size = (uint)TypeReader.SizeOf(character);
        return size is 1 or 2 or 4 ? new TextShape(TextForm.Counted, (uint)(start + at), new CountField((uint)count, 8), size) : null;
    }

    // vector<bool> keeps bits and has no such pointers.
    private static SequenceShape? Vector(Die type, TypeReader reader)
    {
        if (!Members.TryFind(type, "_M_impl", out Die member, out ulong start) || !member.TryGetType(out Die data)
            || !Members.TryFind(data, "_M_start", out Die first, out ulong begin) || !Members.TryFind(data, "_M_finish", out _, out ulong end)
            || !first.TryGetType(out Die pointer) || !TypeReader.TryStrip(pointer, out pointer) || pointer.Tag != DW_TAG.DW_TAG_pointer_type
            || !pointer.TryGetType(out Die elementType))
            return null;
        TypeId element = reader.Read(elementType);
        ulong stride = reader.Graph[element].Size;
        return stride == 0 ? null : new SequenceShape(element, stride, (uint)(start + begin), new CountSpan((uint)(start + begin), (uint)(start + end)),
            Capacity: Members.TryFind(data, "_M_end_of_storage", out _, out ulong room) ? new CountSpan((uint)(start + begin), (uint)(start + room)) : null);
    }
}
