using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>The storage of maps as shapes, from the offsets in it.</summary>
internal static class GoMapStorage
{
    private const uint Slots = 8;

    /// <summary>
    /// Buckets (runtime/map.go up to go1.23). While a map grows, what has not been moved is still in the old buckets; the tops
    /// of what has been moved say so.
    /// </summary>
    public static TypeId Buckets(TypeGraph graph, BucketLayout layout)
    {
        const byte minTopHash = 5, sameSizeGrow = 8;
        ulong size = layout.Size;
        TypeId slots = graph.Add(
            "slots", size, new SlotsShape(new FixedCount(Slots), new SlotTest(layout.Tops, 0xff, minTopHash, 0xff), layout.Key, layout.Value));

        // A bucket leads to others of its kind.
        TypeId next = default;
        TypeId one = graph.Defer("bucket", size, () => new TypeContents(
            new RecordShape([new Field("slots", 0, slots), new Field("overflow", layout.Overflow, next)]), Presentation.None, new UnknownLayout(size)));
        next = graph.Add("overflow", 8, new PointerShape(one, IsTransparent: true));
        TypeId Run(string name, uint from, int bias) =>
            graph.Add(name, size, new SequenceShape(one, size, from, new CountPower(layout.Exponent, 1, bias)));
        TypeId old = graph.Add("old", size, new VariantShape(layout.Flags, 1,
        [
            new VariantCase("half", [(0, sameSizeGrow - 1)], Run("half", layout.Old, -1)),
            new VariantCase("same", [(sameSizeGrow, 0xff)], Run("same", layout.Old, 0)),
        ]));
        return graph.Add("buckets", 8, new RecordShape([new Field("buckets", 0, Run("new", layout.New, 0)), new Field("old", 0, old)]));
    }

    /// <summary>
    /// Groups of slots (internal/runtime/maps from go1.24): one, or those of a directory's tables. A control byte has its top
    /// bit set when the slot is empty or deleted (group.go).
    /// </summary>
    public static TypeId Groups(TypeGraph graph, GroupLayout layout)
    {
        var slots = new SlotsShape(new FixedCount(Slots), new SlotTest(layout.Control, 0x80, 0, 0), layout.Key, layout.Value);
        TypeId one = graph.Add("group", layout.Size, slots);
        TypeId run = graph.Add("groups", 8, new SequenceShape(one, layout.Size, layout.Groups, new CountMask(layout.Mask, 8)));
        TypeId table = graph.Add("table", layout.TableSize, new RecordShape([new Field("groups", 0, run)]));
        TypeId entry = graph.Add("directory entry", 8, new PointerShape(table, IsTransparent: true));
        TypeId small = graph.Add("small", 8, new RecordShape([new Field("group", layout.Directory, graph.Add("group", 8, new PointerShape(one, IsTransparent: true)))]));
        TypeId large = graph.Add("directory", 8, new SequenceShape(entry, 8, layout.Directory, new CountField(layout.DirectoryLength, 8)));

        // A small map has one group and no directory.
        return graph.Add("storage", 8, new VariantShape(layout.DirectoryLength, 8,
            [new VariantCase("small", [(0, 0)], small), new VariantCase("directory", [(1, long.MaxValue)], large)]));
    }

    /// <summary>A map of that storage: a pointer to its header.</summary>
    public static PointerShape Map(TypeGraph graph, string name, ulong headerSize, uint length, TypeId storage, TypeId key) => new(
        graph.Add(name, headerSize, new ContainerShape(ContainerKind.Map, new CountField(length, 8), storage, graph[key].Shape is TextShape)),
        IsTransparent: true);

    /// <summary>A key or value in its slot, which may hold a pointer to it.</summary>
    public static SlotPart Part(TypeGraph graph, TypeId type, bool isIndirect, uint offset, uint stride) => new(
        isIndirect ? graph.Add(graph[type].Name, 8, new PointerShape(type, IsTransparent: true)) : type, offset, stride);
}

/// <summary>Offsets in a map of buckets (<c>hmap</c>) and in a bucket (<c>bmap</c>).</summary>
internal sealed record BucketLayout(uint Exponent, uint Flags, uint New, uint Old, ulong Size, uint Tops, SlotPart Key, SlotPart Value, uint Overflow);

/// <summary>Offsets in a map of groups (<c>maps.Map</c>), in a table and in a group.</summary>
internal sealed record GroupLayout(
    uint Directory, uint DirectoryLength, ulong TableSize, uint Groups, uint Mask, ulong Size, uint Control, SlotPart Key, SlotPart Value);
