namespace Sonde.Values;

/// <summary>The target's memory at one time, as far as a frame holds it or it can be had without.</summary>
internal readonly ref struct FrameReader(ReadOnlySpan<byte> frame, FrameMemory memory, ReadPhase phase, int stringBytes)
{
    private readonly ReadOnlySpan<byte> _frame = frame;

    /// <summary>How many bytes of a text are shown.</summary>
    public int StringBytes => stringBytes;

    /// <summary>
    /// Where an address is. What the probe could not read, or what nobody could know of because the pointer to it was not
    /// there either (<paramref name="holder"/> was read later), is read now if it cannot have changed.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="least">How many bytes make sense at all.</param>
    /// <param name="most">How many bytes are wanted.</param>
    /// <param name="holder">What contains the pointer.</param>
    public MemoryLocation Find(ulong address, ulong least, ulong most, FrameView holder)
    {
        MemoryLocation place = memory.Find(address, phase);
        if (place.State == MemoryState.Unknown && holder.IsMended)
            place = new MemoryLocation(MemoryState.Faulted, 0, 0);
        return place.State == MemoryState.Faulted && UserAddress.IsPossible(address) && memory.TryMend(address, least, most, phase, out MemoryLocation mended)
            ? mended
            : place;
    }

    /// <summary>Where an address with something behind it is; false with the reason when it cannot be or could not be read.</summary>
    public bool TryFind(ulong address, ulong least, ulong most, FrameView holder, out MemoryLocation place, out MissingReason reason)
    {
        place = Find(address, least, most, holder);
        reason = UserAddress.IsPossible(address) ? MissingReason.NotResident : MissingReason.BadPointer;
        return place.State switch
        {
            MemoryState.Present => true,
            MemoryState.Faulted => false,
            _ => reason == MissingReason.NotResident,
        };
    }

    /// <summary>The bytes from a place on; none for one that nobody read.</summary>
    public FrameView View(MemoryLocation place) => new(Bytes(place), isMended: place.IsMended);

    /// <summary>The bytes from a place on.</summary>
    public ReadOnlySpan<byte> Bytes(MemoryLocation place) =>
        place.IsMended ? memory.Mended.Bytes(place.Offset, place.Length) : _frame.Slice(place.Offset, place.Length);
}
