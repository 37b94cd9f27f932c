using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>
/// Maps as DWARF describes their storage (cmd/link/internal/ld/dwarf.go: synthesizemaptypes): a pointer to a header whose
/// members lead to buckets or to groups of slots. Which it is, the members tell.
/// </summary>
internal static class GoMaps
{
    // Keys and values that are larger are kept behind a pointer (internal/abi/map.go: MapMaxKeyBytes, go1.15 to go1.27).
    private const ulong LargestInline = 128;

    /// <summary>The shape of a map type; null when its description is not as expected.</summary>
    public static Shape? ShapeOf(Die map, string name, TypeReader reader)
    {
        if (!map.TryGetReference(DW_AT.DW_AT_go_key, out Die key) || !map.TryGetReference(DW_AT.DW_AT_go_elem, out Die value)
            || !map.TryGetType(out Die pointer) || !TypeReader.TryStrip(pointer, out pointer)
            || !pointer.TryGetType(out Die header) || !TypeReader.TryStrip(header, out header))
            return null;
        var types = new MapTypes(reader, key, value);
        TypeId? storage = Members.TryFind(header, "buckets", out Die buckets, out ulong bucketsAt) ? Buckets(header, buckets, (uint)bucketsAt, types)
            : Members.TryFind(header, "dirPtr", out Die directory, out ulong directoryAt) ? Groups(header, directory, (uint)directoryAt, types)
            : null;
        string count = Members.TryFind(header, "count", out _, out _) ? "count" : "used";
        return storage is { } body && Members.TryFind(header, count, out _, out ulong length)
            ? GoMapStorage.Map(reader.Graph, name, TypeReader.SizeOf(header), (uint)length, body, reader.Read(key))
            : null;
    }

    private static TypeId? Buckets(Die header, Die buckets, uint at, MapTypes types)
    {
        if (!buckets.TryGetType(out Die pointer) || !pointer.TryGetType(out Die bucket) || !Members.TryFind(header, "B", out _, out ulong exponent)
            || !Members.TryFind(header, "oldbuckets", out _, out ulong old) || !Members.TryFind(header, "flags", out _, out ulong flags)
            || !Members.TryFind(bucket, "tophash", out _, out ulong tops) || !Members.TryFind(bucket, "keys", out Die keys, out ulong keysAt)
            || !Members.TryFind(bucket, "values", out Die values, out ulong valuesAt) || !Members.TryFind(bucket, "overflow", out _, out ulong overflow)
            || types.Part(keys, types.Key, (uint)keysAt) is not { } key || types.Part(values, types.Value, (uint)valuesAt) is not { } value)
            return null;
        return GoMapStorage.Buckets(types.Reader.Graph, new BucketLayout(
            (uint)exponent, (uint)flags, at, (uint)old, TypeReader.SizeOf(bucket), (uint)tops, key, value, (uint)overflow));
    }

    private static TypeId? Groups(Die header, Die directory, uint at, MapTypes types)
    {
        if (!directory.TryGetType(out Die tables) || !tables.TryGetType(out Die tablePointer) || !tablePointer.TryGetType(out Die table)
            || !Members.TryFind(header, "dirLen", out _, out ulong directoryLength)
            || !Members.TryFind(table, "groups", out Die groups, out ulong groupsAt) || !groups.TryGetType(out Die reference)
            || !Members.TryFind(reference, "data", out Die data, out ulong dataAt) || !Members.TryFind(reference, "lengthMask", out _, out ulong mask)
            || !data.TryGetType(out Die groupPointer) || !groupPointer.TryGetType(out Die group)
            || !Members.TryFind(group, "ctrl", out _, out ulong control) || !types.TrySlots(group, out SlotPart? key, out SlotPart? value))
            return null;
        return GoMapStorage.Groups(types.Reader.Graph, new GroupLayout(
            at, (uint)directoryLength, TypeReader.SizeOf(table), (uint)(groupsAt + dataAt), (uint)(groupsAt + mask), TypeReader.SizeOf(group), (uint)control,
            key!, value!));
    }

    private sealed class MapTypes(TypeReader reader, Die key, Die value)
    {
        public TypeReader Reader => reader;

        public Die Key => key;

        public Die Value => value;

        /// <summary>Slots of key and element, or (an experiment of go1.27) keys and elements apart.</summary>
        public bool TrySlots(Die group, out SlotPart? keyPart, out SlotPart? valuePart)
        {
            (keyPart, valuePart) = (null, null);
            if (Members.TryFind(group, "slots", out Die slots, out ulong slotsAt) && slots.TryGetType(out Die array)
                && TypeReader.TryStrip(array, out array) && array.TryGetType(out Die slot)
                && Members.TryFind(slot, "key", out Die keyMember, out ulong keyAt) && Members.TryFind(slot, "elem", out Die valueMember, out ulong valueAt)
                && keyMember.TryGetType(out Die storedKey) && valueMember.TryGetType(out Die storedValue))
            {
                uint stride = (uint)TypeReader.SizeOf(slot);
                keyPart = Slot(storedKey, key, (uint)(slotsAt + keyAt), stride);
                valuePart = Slot(storedValue, value, (uint)(slotsAt + valueAt), stride);
            }
            else if (Members.TryFind(group, "keys", out Die keys, out ulong keysAt) && Members.TryFind(group, "elems", out Die values, out ulong valuesAt))
            {
                (keyPart, valuePart) = (Part(keys, key, (uint)keysAt), Part(values, value, (uint)valuesAt));
            }

            return keyPart is not null && valuePart is not null;
        }

        /// <summary>A part that is an array of its own in the storage.</summary>
        public SlotPart? Part(Die member, Die type, uint offset) =>
            member.TryGetType(out Die array) && TypeReader.TryStrip(array, out array) && array.TryGetType(out Die element)
                ? Slot(element, type, offset, (uint)TypeReader.SizeOf(element))
                : null;

        private SlotPart Slot(Die stored, Die type, uint offset, uint stride) => GoMapStorage.Part(
            reader.Graph, reader.Read(type), TypeReader.SizeOf(type) > LargestInline && TypeReader.SizeOf(stored) == 8, offset, stride);
    }
}
