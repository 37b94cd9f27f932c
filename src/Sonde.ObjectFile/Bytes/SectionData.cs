namespace Sonde.ObjectFile.Bytes;

/// <summary>
/// The bytes of one section: either an array (small, compressed or in-memory sections), or a range of a file that is read in windows,
/// so that one unit of a 500 MB section costs what that unit costs.
/// </summary>
/// <remarks>
/// Windows are immutable garbage-collected arrays: a span into one stays valid after the cache has forgotten it. Safe for concurrent readers.
/// The cache is direct-mapped: a lost race costs a second read, never a wrong one.
/// </remarks>
internal sealed class SectionData
{
    /// <summary>A window covers this many bytes more than its stride, so that fixed-size reads and LEB128 hardly ever straddle two.</summary>
    private const int Overlap = 64;

    /// <summary>Below this, a section is simply read whole at its first use.</summary>
    private const int WholeBelow = 256 << 10;

    private readonly IByteSource? _source;
    private readonly long _start;
    private readonly int _shift;
    private readonly Window?[]? _windows;
    private readonly InflatingBytes? _inflating;
    private byte[]? _bytes;

    private sealed record Window(long Index, byte[] Bytes);

    /// <summary>A section that lies in memory.</summary>
    public SectionData(string name, byte[] bytes)
    {
        Name = name;
        _bytes = bytes;
        Length = bytes.Length;
    }

    /// <summary>A compressed section, decompressed as far as it is read.</summary>
    public SectionData(string name, int size, Stream stream)
    {
        Name = name;
        Length = size;
        _inflating = new InflatingBytes(name, size, stream);
    }

    /// <summary>A section that lies in a file. The range must lie within the file. <paramref name="windowShift"/> is log2 of the window size.</summary>
    public SectionData(string name, IByteSource source, long start, long length, int windowShift = 15, int windowCount = 32)
    {
        Name = name;
        _source = source;
        _start = start;
        Length = length;
        _shift = windowShift;
        if (length > WholeBelow) _windows = new Window?[windowCount];
    }

    public static SectionData Empty(string name) => new(name, []);

    /// <summary>The same bytes read in pieces of 2 KB: for hopping over unit headers of a huge section.</summary>
    public SectionData WithSmallWindows() => _windows is null ? this : new SectionData(Name, _source!, _start, Length, 11, 64);

    /// <summary>The same bytes with a cache of its own, for a part of the section that is read all over while the rest is read too.</summary>
    public SectionData WithOwnWindows(int count) => _windows is null ? this : new SectionData(Name, _source!, _start, Length, _shift, count);

    /// <summary>Name as errors show it.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>Whether reading far into it costs the decompression of all that comes before.</summary>
    public bool IsInflating => _inflating is { } inflating && inflating.Available < Length;

    /// <summary>A cursor over [<paramref name="offset"/>, end of section).</summary>
    public ByteCursor Cursor(long offset = 0) => Cursor(offset, Length);

    /// <summary>A cursor over [<paramref name="offset"/>, <paramref name="end"/>). Throws if that is not within the section.</summary>
    public ByteCursor Cursor(long offset, long end)
    {
        if (end > Length || end < 0) Malformed.Truncated(Name, Length, end - Length);
        if (offset < 0 || offset > end) Malformed.Invalid(Name, offset, $"offset lies outside, the end is 0x{end:x}");
        return new ByteCursor(this, offset, end);
    }

    /// <summary>Bytes of a known range. Throws if it is not within the section.</summary>
    public ReadOnlySpan<byte> Read(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > Length - length) Malformed.Truncated(Name, offset, length);
        return GetWindow(offset, length, out var start).Slice((int)(offset - start), length);
    }

    /// <summary>
    /// Bytes of a known range, for a search that goes over all of a section: a buffer that is used again takes them where they are not in memory anyway.
    /// Valid until the buffer's next use.
    /// </summary>
    public ReadOnlySpan<byte> Read(long offset, int length, ref byte[] buffer)
    {
        if (_windows is null) return Read(offset, length);
        if (offset < 0 || length < 0 || offset > Length - length) Malformed.Truncated(Name, offset, length);
        if (buffer.Length < length) buffer = GC.AllocateUninitializedArray<byte>(length);
        Load(offset, buffer.AsSpan(0, length));
        return buffer.AsSpan(0, length);
    }

    /// <summary>The zero-terminated bytes at an offset, without the zero.</summary>
    public ReadOnlySpan<byte> ReadCString(long offset) => Cursor(offset).ReadCString();

    /// <summary>The whole section in one piece; reads it when it was not resident yet. Callers decide by <see cref="Length"/> whether they want that.</summary>
    public ReadOnlySpan<byte> ReadAll()
    {
        if (_bytes is { } bytes) return bytes;
        if (_inflating is { } inflating)
        {
            inflating.Ensure(Length);
            return inflating.Bytes;
        }

        if (Length > Array.MaxLength) Malformed.Unsupported(Name, 0, "section over 2 GiB");
        return _bytes = Load(0, (int)Length);
    }

    /// <summary>
    /// Contiguous bytes that begin at or before <paramref name="offset"/> and hold at least <paramref name="needed"/> bytes from there.
    /// The caller has checked that these lie within the section.
    /// </summary>
    internal ReadOnlySpan<byte> GetWindow(long offset, int needed, out long start)
    {
        start = 0;
        if (_bytes is { } all) return all;
        if (_inflating is { } inflating)
        {
            inflating.Ensure(offset + needed);
            return inflating.Bytes.AsSpan(0, inflating.Available);
        }

        if (_windows is null) return _bytes = Load(0, (int)Length);

        var index = offset >> _shift;
        start = index << _shift;
        ref var slot = ref _windows[(int)(index % _windows.Length)];
        var window = Volatile.Read(ref slot);
        if (window is null || window.Index != index)
        {
            if (offset + needed - start > (1 << _shift) + Overlap) return LoadApart(offset, needed, out start);
            window = new Window(index, Load(start, (int)Math.Min((1 << _shift) + Overlap, Length - start)));
            Volatile.Write(ref slot, window);
        }

        return offset + needed <= start + window.Bytes.Length ? window.Bytes : LoadApart(offset, needed, out start);
    }

    private ReadOnlySpan<byte> LoadApart(long offset, int needed, out long start)
    {
        start = offset;
        return Load(offset, (int)Math.Min(Math.Max(needed, 1 << _shift), Length - offset));
    }

    private byte[] Load(long offset, int count)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(count);
        Load(offset, bytes);
        return bytes;
    }

    private void Load(long offset, Span<byte> bytes)
    {
        var got = 0;
        while (got < bytes.Length)
        {
            var read = _source!.Read(_start + offset + got, bytes[got..]);
            if (read <= 0) Malformed.Truncated(Name, offset + got, bytes.Length - got); // the file shrank after it was opened
            got += read;
        }
    }
}
