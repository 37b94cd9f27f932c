namespace Sonde.Values;

/// <summary>
/// Memory that a probe could not read because it was not resident, and that holds the same now as when the probe fired:
/// what a process has mapped of its program's files and never wrote. Fills the beginning of <paramref name="destination"/>
/// and returns how much of it; 0 when it is not that kind of memory. Called on the event path, for what is missing only.
/// </summary>
internal delegate int UnchangedMemory(int process, ulong address, Span<byte> destination);

/// <summary>What was read of such memory for one event, and how much more may be.</summary>
internal sealed class MendedBytes(UnchangedMemory? source)
{
    private byte[] _bytes = [];
    private int _used;
    private int _process;
    private int _limit;

    /// <summary>Begins with an event of a process that shows at most <paramref name="limit"/> bytes.</summary>
    public void Begin(int process, int limit) => (_process, _limit, _used) = (process, limit, 0);

    /// <summary>The bytes from a place on. They stay as they are until the next event begins.</summary>
    public ReadOnlySpan<byte> Bytes(int offset, int length) => _bytes.AsSpan(offset, length);

    /// <summary>Reads <paramref name="least"/> to <paramref name="most"/> bytes.</summary>
    public bool TryRead(ulong address, ulong least, ulong most, out int offset, out int length)
    {
        (offset, length) = (_used, 0);
        int wanted = (int)Math.Min(most, (ulong)(_limit - _used));
        if (source is null || wanted <= 0 || (ulong)wanted < least)
            return false;

        // Views of the old array keep it, unchanged.
        if (_bytes.Length - _used < wanted)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + wanted));
        length = source(_process, address, _bytes.AsSpan(_used, wanted));
        if (length <= 0 || (ulong)length < least)
            return false;
        _used += length;
        return true;
    }
}
