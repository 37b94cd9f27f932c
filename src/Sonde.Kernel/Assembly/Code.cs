namespace Sonde.Kernel.Assembly;

/// <summary>
/// Assembled instructions, still free of any machine's facts: map references are kept aside until <see cref="Resolve"/>.
/// Immutable.
/// </summary>
internal sealed class Code
{
    private readonly ulong[] _slots;

    internal Code(ulong[] slots, IReadOnlyList<MapReference> maps, IReadOnlyDictionary<int, string> comments, IReadOnlyDictionary<int, string> labels)
    {
        _slots = slots;
        MapReferences = maps;
        Comments = comments;
        Labels = labels;
    }

    /// <summary>The encoded 8-byte slots; file descriptors of maps are 0.</summary>
    public ReadOnlySpan<ulong> Slots => _slots;

    /// <summary>Where maps are referred to.</summary>
    public IReadOnlyList<MapReference> MapReferences { get; }

    /// <summary>Comments by slot.</summary>
    public IReadOnlyDictionary<int, string> Comments { get; }

    /// <summary>Names of the labels by slot; several at one slot are joined.</summary>
    public IReadOnlyDictionary<int, string> Labels { get; }

    /// <summary>Each map the program uses, once, in order of first use.</summary>
    public IEnumerable<MapBlueprint> Maps => MapReferences.Select(reference => reference.Map).Distinct();

    /// <summary>The slots with the file descriptors of live maps put in.</summary>
    public ulong[] Resolve(Func<MapBlueprint, int> descriptorOf)
    {
        ulong[] slots = (ulong[])_slots.Clone();
        foreach (MapReference reference in MapReferences)
            slots[reference.Slot] |= (ulong)(uint)descriptorOf(reference.Map) << 32;
        return slots;
    }
}
