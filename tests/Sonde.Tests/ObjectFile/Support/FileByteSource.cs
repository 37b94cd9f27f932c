using Microsoft.Win32.SafeHandles;
using Sonde.ObjectFile.Bytes;

namespace Sonde.Tests.ObjectFile.Support;

/// <summary>A file read by pread, without any cache: every window is a system call, as in the product.</summary>
internal sealed class FileByteSource(string path) : IByteSource, IDisposable
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path);

    public long Length => RandomAccess.GetLength(_handle);

    public int Read(long offset, Span<byte> destination) => RandomAccess.Read(_handle, destination, offset);

    public void Dispose() => _handle.Dispose();
}
