namespace Sonde.ObjectFile.Bytes;

/// <summary>
/// A compressed section that is decompressed as far as somebody has read: what lies behind costs neither time nor memory
/// (the array is reserved, its pages are not touched). Safe for concurrent readers.
/// </summary>
internal sealed class InflatingBytes(string section, int size, Stream stream)
{
    private const int Step = 256 << 10;

    private readonly Lock _lock = new();
    private BinaryFormatException? _error;
    private int _available;

    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(size);

    /// <summary>How many bytes from the start are there.</summary>
    public int Available => Volatile.Read(ref _available);

    /// <summary>Decompresses at least up to <paramref name="end"/>. Throws when the data is damaged before that.</summary>
    public void Ensure(long end)
    {
        if (end <= Available) return;
        lock (_lock)
        {
            while (_available < end)
            {
                if (_error is not null) throw new BinaryFormatException(_error.Code, section, _error.Offset, "damaged compressed data", _error);
                Inflate(Math.Min(Step, size - _available));
            }
        }
    }

    private void Inflate(int count)
    {
        try
        {
            stream.ReadExactly(Bytes, _available, count);
            Volatile.Write(ref _available, _available + count);
            if (_available == size) stream.Dispose();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ZstdSharp.ZstdException)
        {
            stream.Dispose();
            _error = new BinaryFormatException(BinaryError.BadCompression, section, _available, e.Message, e);
        }
        catch (BinaryFormatException e)
        {
            stream.Dispose();
            _error = e; // the compressed bytes themselves could not be read
        }
    }
}
