namespace Sonde.Kernel.RingBuffers;

/// <summary>
/// The right to look at records in place. A record's bytes are valid until <see cref="Release"/> or the end of the lease,
/// whichever is first; decode them before, or copy them once.
/// </summary>
internal ref struct RingLease
{
    private readonly RingBuffer _ring;
    private long _position;
    private long _limit;
    private bool _isOpen;

    internal RingLease(RingBuffer ring, long position)
    {
        _ring = ring;
        _position = position;
        _limit = position;
        _isOpen = true;
    }

    /// <summary>The next committed record; false if there is none, or the next is still being written.</summary>
    public bool TryNext(out ReadOnlySpan<byte> record)
    {
        ObjectDisposedException.ThrowIf(!_isOpen, typeof(RingLease));
        return _ring.TryRead(ref _position, ref _limit, out record);
    }

    /// <summary>Gives back everything read so far, so that a long drain does not hold up the writers.</summary>
    public readonly void Release() => _ring.Publish(_position);

    /// <summary>Gives back everything read and ends the lease.</summary>
    public void Dispose()
    {
        if (!_isOpen)
            return;
        _isOpen = false;
        _ring.EndLease(_position);
    }
}
