namespace Sonde.ObjectFile.Bytes;

/// <summary>
/// Random access to the bytes of one file. Implementations must be safe for concurrent readers: whole-file scans read from several threads.
/// </summary>
internal interface IByteSource
{
    /// <summary>Number of bytes in the file.</summary>
    long Length { get; }

    /// <summary>
    /// Copies bytes that start at <paramref name="offset"/>. Returns how many were copied; fewer than asked means that the file ended there.
    /// </summary>
    int Read(long offset, Span<byte> destination);
}
