using Microsoft.Win32.SafeHandles;
using Sonde.ObjectFile.Bytes;

namespace Sonde.Symbols;

/// <summary>
/// A file read by <c>pread</c>. It is never mapped: a mapping of a file that somebody truncates kills the process that
/// looks at it (STYLE.md, section 4). Safe for concurrent readers; a file that shrinks while open reads as ended.
/// </summary>
internal sealed class FileByteSource : IByteSource, IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public FileByteSource(string path)
    {
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        Length = RandomAccess.GetLength(_handle);
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length)
        {
            int got = RandomAccess.Read(_handle, destination[total..], offset + total);
            if (got == 0)
                break;
            total += got;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
