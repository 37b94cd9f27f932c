namespace Sonde.Values;

/// <summary>When bytes were read: a call's arguments and its results may show the same address at different times.</summary>
internal enum ReadPhase : byte
{
    /// <summary>Where the probe fired (a call: at its entry).</summary>
    Entry,

    /// <summary>When the call returned.</summary>
    Return,
}

/// <summary>What a frame knows about an address.</summary>
internal enum MemoryState
{
    /// <summary>Nobody read there.</summary>
    Unknown,

    /// <summary>Its bytes, or the first of them, are in the frame.</summary>
    Present,

    /// <summary>It was read and could not be.</summary>
    Faulted,
}

/// <summary>A place in the frame that holds the target's memory from a wanted address on.</summary>
/// <param name="State">Whether there is anything.</param>
/// <param name="Offset">Where in the frame.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="IsMended">Whether they are not in the frame but among what was read later, see <see cref="MendedBytes"/>.</param>
internal readonly record struct MemoryLocation(MemoryState State, int Offset, int Length, bool IsMended = false);

/// <summary>
/// The target's memory as far as a frame holds it, by address. Refilled for each frame from the plan's steps, and from the
/// chunks that a follow loop appends. Not safe for use by several threads.
/// </summary>
internal sealed class FrameMemory(UnchangedMemory? unchanged = null)
{
    /// <summary>Up to here looking at every slot is faster than sorting them.</summary>
    private const int Few = 24;

    /// <summary>How many slots before the wanted address may contain it; hostile data could nest thousands.</summary>
    private const int MaxBack = 64;

    private Slot[] _slots = new Slot[16];
    private int _count;
    private bool _sorted;

    /// <summary>What could not be read when the probe fired, and was read later.</summary>
    public MendedBytes Mended { get; } = new(unchanged);

    /// <summary>Forgets the last frame.</summary>
    public void Clear()
    {
        _count = 0;
        _sorted = false;
    }

    /// <summary>The <paramref name="length"/> bytes at <paramref name="offset"/> of the frame are what <paramref name="address"/> held.</summary>
    public void AddPresent(ulong address, int offset, int length, ReadPhase phase)
    {
        if (length > 0)
            Add(new Slot(address, offset, length, phase, MemoryState.Present));
    }

    /// <summary>
    /// Reads <paramref name="least"/> to <paramref name="most"/> bytes that the probe could not, where they cannot have
    /// changed since.
    /// </summary>
    public bool TryMend(ulong address, ulong least, ulong most, ReadPhase phase, out MemoryLocation place)
    {
        place = default;
        if (!Mended.TryRead(address, least, most, out int offset, out int length))
            return false;
        place = new MemoryLocation(MemoryState.Present, offset, length, IsMended: true);
        Add(new Slot(address, offset, length, phase, MemoryState.Present, IsMended: true));
        return true;
    }

    /// <summary>Reading at <paramref name="address"/> failed.</summary>
    public void AddFaulted(ulong address, ReadPhase phase) => Add(new Slot(address, 0, 0, phase, MemoryState.Faulted));

    /// <summary>
    /// Where the most bytes from <paramref name="address"/> on are. What was read in another phase does not count: it is
    /// what the memory held at another time.
    /// </summary>
    public MemoryLocation Find(ulong address, ReadPhase phase)
    {
        MemoryLocation best = default;
        int from = 0, to = _count;
        if (_count > Few)
        {
            Sort();
            to = UpperBound(address);
            from = Math.Max(0, to - MaxBack);
        }

        for (int i = to - 1; i >= from; i--)
        {
            ref readonly Slot slot = ref _slots[i];
            if (slot.Phase != phase || slot.Address > address)
                continue;
            ulong into = address - slot.Address;
            if (slot.State == MemoryState.Faulted)
            {
                if (into == 0 && best.State == MemoryState.Unknown)
                    best = new MemoryLocation(MemoryState.Faulted, 0, 0);
            }
            else if (into < (ulong)slot.Length && slot.Length - (int)into > best.Length)
            {
                best = new MemoryLocation(MemoryState.Present, slot.Offset + (int)into, slot.Length - (int)into, slot.IsMended);
            }
        }

        return best;
    }

    private void Add(in Slot slot)
    {
        if (_count == _slots.Length)
            Array.Resize(ref _slots, _count * 2);
        _slots[_count++] = slot;
        _sorted = false;
    }

    private void Sort()
    {
        if (_sorted)
            return;
        _slots.AsSpan(0, _count).Sort(static (a, b) => a.Address.CompareTo(b.Address));
        _sorted = true;
    }

    /// <summary>The first slot that starts behind the address.</summary>
    private int UpperBound(ulong address)
    {
        int low = 0, high = _count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_slots[middle].Address <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private readonly record struct Slot(ulong Address, int Offset, int Length, ReadPhase Phase, MemoryState State, bool IsMended = false);
}
