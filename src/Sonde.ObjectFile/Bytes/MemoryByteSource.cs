namespace Sonde.ObjectFile.Bytes;

/// <summary>A file that is already in memory.</summary>
internal sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes) : IByteSource
{
    public long Length => bytes.Length;

    public int Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= bytes.Length) return 0;
        var rest = bytes.Span[(int)offset..];
        if (rest.Length > destination.Length) rest = rest[..destination.Length];
        rest.CopyTo(destination);
        return rest.Length;
    }
}
