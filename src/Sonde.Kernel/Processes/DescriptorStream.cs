using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Processes;

/// <summary>
/// Writes to a descriptor that is not ours, such as standard output, by write(2) and nothing else: behind what others write
/// to the same file, and with every refusal as an <see cref="IOException"/> whose HResult is the errno. (The console's
/// stream of .NET takes a closed pipe for success, a file stream writes at offsets of its own.)
/// </summary>
internal sealed unsafe class DescriptorStream(IKernel kernel, int descriptor) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            long written;
            fixed (byte* bytes = buffer)
                written = kernel.Write(descriptor, bytes, (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            var errno = (Errno)(-written);
            if (errno == Errno.EAGAIN)
                Thread.Sleep(1); // Somebody made it non-blocking for everyone who shares it.
            else if (errno != Errno.EINTR)
                throw new IOException($"standard output cannot be written: {ErrnoText.Describe(errno)}", (int)errno);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
