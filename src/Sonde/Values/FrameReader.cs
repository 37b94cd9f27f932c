namespace Sonde.Values;

/// <summary>The target's memory at one time, as far as a frame holds it.</summary>
internal readonly ref struct FrameReader(ReadOnlySpan<byte> frame, FrameMemory memory, ReadPhase phase, int stringBytes)
{
    private readonly ReadOnlySpan<byte> _frame = frame;

    /// <summary>How many bytes of a text are shown.</summary>
    public int StringBytes => stringBytes;

    /// <summary>Where an address with something behind it is; false with the reason when it cannot be or could not be read.</summary>
    public bool TryFind(ulong address, out MemoryLocation place, out MissingReason reason)
    {
        place = memory.Find(address, phase);
        reason = UserAddress.IsPossible(address) ? MissingReason.NotResident : MissingReason.BadPointer;
        return place.State switch
        {
            MemoryState.Present => true,
            MemoryState.Faulted => false,
            _ => reason == MissingReason.NotResident,
        };
    }

    /// <summary>The bytes from a place on; none for one that nobody read.</summary>
    public FrameView View(MemoryLocation place) => new(Bytes(place));

    /// <summary>The bytes from a place on.</summary>
    public ReadOnlySpan<byte> Bytes(MemoryLocation place) => _frame.Slice(place.Offset, place.Length);
}
