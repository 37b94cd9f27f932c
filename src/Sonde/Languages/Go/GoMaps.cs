using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>
/// Maps as DWARF describes their storage (cmd/link/internal/ld/dwarf.go: synthesizemaptypes): a pointer to a header whose
/// members lead to buckets (runtime/map.go up to go1.23: hmap, bmap) or to groups of slots (internal/runtime/maps from go1.24:
/// Map, table, group). Which it is, the members tell.
/// </summary>
internal static class GoMaps
{
    private const uint Slots = 8;

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
        TypeId? body = Members.TryFind(header, "buckets", out Die buckets, out ulong bucketsAt) ? Buckets(header, buckets, (uint)bucketsAt, types)
            : Members.TryFind(header, "dirPtr", out Die directory, out ulong directoryAt) ? Groups(header, directory, (uint)directoryAt, types)
            : null;
        string count = Members.TryFind(header, "count", out _, out _) ? "count" : "used";
        if (body is not { } storage || !Members.TryFind(header, count, out _, out ulong length))
            return null;
        bool text = reader.Graph[reader.Read(key)].Shape is TextShape;
        TypeId contents = reader.Graph.Add(
            name, TypeReader.SizeOf(header), new ContainerShape(ContainerKind.Map, new CountField((uint)length, 8), storage, text));
        return new PointerShape(contents, IsTransparent: true);
    }

    // While a map grows, what has not been moved is still in the old buckets; the tops of what has been moved say so.
    private static TypeId? Buckets(Die header, Die buckets, uint at, MapTypes types)
    {
        const byte minTopHash = 5, sameSizeGrow = 8;
        if (!buckets.TryGetType(out Die pointer) || !pointer.TryGetType(out Die bucket) || !Members.TryFind(header, "B", out _, out ulong exponent)
            || !Members.TryFind(header, "oldbuckets", out _, out ulong oldAt) || !Members.TryFind(header, "flags", out _, out ulong flags)
            || !Members.TryFind(bucket, "tophash", out _, out ulong tops) || !Members.TryFind(bucket, "keys", out Die keys, out ulong keysAt)
            || !Members.TryFind(bucket, "values", out Die values, out ulong valuesAt) || !Members.TryFind(bucket, "overflow", out _, out ulong overflow))
            return null;
        TypeGraph graph = types.Reader.Graph;
        ulong size = TypeReader.SizeOf(bucket);
        SlotPart? key = types.Part(keys, types.Key, (uint)keysAt), value = types.Part(values, types.Value, (uint)valuesAt);
        if (key is null || value is null)
            return null;
        TypeId slots = graph.Add("slots", size, new SlotsShape(new FixedCount(Slots), new SlotTest((uint)tops, 0xff, minTopHash, 0xff), key, value));

        // A bucket leads to others of its kind.
        TypeId next = default;
        TypeId one = graph.Defer("bucket", size, () => new TypeContents(
            new RecordShape([new Field("slots", 0, slots), new Field("overflow", overflow, next)]), Presentation.None, new UnknownLayout(size)));
        next = graph.Add("overflow", 8, new PointerShape(one, IsTransparent: true));
        TypeId Run(string name, uint from, int bias) =>
            graph.Add(name, size, new SequenceShape(one, size, from, new CountPower((uint)exponent, 1, bias)));
        TypeId old = graph.Add("old", size, new VariantShape(flags, 1,
        [
            new VariantCase("half", [(0, sameSizeGrow - 1)], Run("half", (uint)oldAt, -1)),
            new VariantCase("same", [(sameSizeGrow, 0xff)], Run("same", (uint)oldAt, 0)),
        ]));
        return graph.Add("buckets", 8, new RecordShape([new Field("buckets", 0, Run("new", at, 0)), new Field("old", 0, old)]));
    }

    private static TypeId? Groups(Die header, Die directory, uint at, MapTypes types)
    {
        if (!directory.TryGetType(out Die tables) || !tables.TryGetType(out Die tablePointer) || !tablePointer.TryGetType(out Die table)
            || !Members.TryFind(header, "dirLen", out _, out ulong directoryLength)
            || !Members.TryFind(table, "groups", out Die groups, out ulong groupsAt) || !groups.TryGetType(out Die reference)
            || !Members.TryFind(reference, "data", out Die data, out ulong dataAt) || !Members.TryFind(reference, "lengthMask", out _, out ulong mask)
            || !data.TryGetType(out Die groupPointer) || !groupPointer.TryGetType(out Die group))
            return null;
        TypeGraph graph = types.Reader.Graph;
        ulong size = TypeReader.SizeOf(group);
        if (Group(group, types) is not { } slots)
            return null;
        TypeId one = graph.Add("group", size, slots);
        TypeId run = graph.Add("groups", 8, new SequenceShape(
            one, size, (uint)(groupsAt + dataAt), new CountMask((uint)(groupsAt + mask), 8)));
        TypeId contents = graph.Add("table", TypeReader.SizeOf(table), new RecordShape([new Field("groups", 0, run)]));
        TypeId entry = graph.Add("directory entry", 8, new PointerShape(contents, IsTransparent: true));
        TypeId small = graph.Add("small", 8, new RecordShape([new Field("group", at, graph.Add("group", 8, new PointerShape(one, IsTransparent: true)))]));
        TypeId large = graph.Add("directory", 8, new SequenceShape(entry, 8, at, new CountField((uint)directoryLength, 8)));

        // A small map has one group and no directory.
        return graph.Add("storage", 8, new VariantShape(directoryLength, 8,
            [new VariantCase("small", [(0, 0)], small), new VariantCase("directory", [(1, long.MaxValue)], large)]));
    }

    // A control byte has its top bit set when the slot is empty or deleted (internal/runtime/maps/group.go).
    private static SlotsShape? Group(Die group, MapTypes types)
    {
        if (!Members.TryFind(group, "ctrl", out _, out ulong control))
            return null;
        SlotPart? key, value;
        if (Members.TryFind(group, "slots", out Die slots, out ulong slotsAt) && slots.TryGetType(out Die array)
            && TypeReader.TryStrip(array, out array) && array.TryGetType(out Die slot)
            && Members.TryFind(slot, "key", out Die keyMember, out ulong keyAt) && Members.TryFind(slot, "elem", out Die valueMember, out ulong valueAt))
        {
            uint stride = (uint)TypeReader.SizeOf(slot);
            key = types.Member(keyMember, types.Key, (uint)(slotsAt + keyAt), stride);
            value = types.Member(valueMember, types.Value, (uint)(slotsAt + valueAt), stride);
        }
        else if (Members.TryFind(group, "keys", out Die keys, out ulong keysAt) && Members.TryFind(group, "elems", out Die values, out ulong valuesAt))
        {
            (key, value) = (types.Part(keys, types.Key, (uint)keysAt), types.Part(values, types.Value, (uint)valuesAt));
        }
        else
        {
            return null;
        }

        return key is null || value is null ? null : new SlotsShape(new FixedCount(Slots), new SlotTest((uint)control, 0x80, 0, 0), key, value);
    }

    private sealed class MapTypes(TypeReader reader, Die key, Die value)
    {
        public TypeReader Reader => reader;

        public Die Key => key;

        public Die Value => value;

        /// <summary>A part that is an array of its own in the storage.</summary>
        public SlotPart? Part(Die member, Die type, uint offset) =>
            member.TryGetType(out Die array) && TypeReader.TryStrip(array, out array) && array.TryGetType(out Die element)
                ? Slot(element, type, offset, (uint)TypeReader.SizeOf(element))
                : null;

        /// <summary>A part that is a member of a slot.</summary>
        public SlotPart? Member(Die member, Die type, uint offset, uint stride) =>
            member.TryGetType(out Die element) ? Slot(element, type, offset, stride) : null;

        private SlotPart Slot(Die stored, Die type, uint offset, uint stride)
        {
            TypeId id = reader.Read(type);
            if (TypeReader.SizeOf(type) > LargestInline && TypeReader.SizeOf(stored) == 8)
                id = reader.Graph.Add(reader.Graph[id].Name, 8, new PointerShape(id, IsTransparent: true));
            return new SlotPart(id, offset, stride);
        }
    }
}
