using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.Symbols;

/// <summary>
/// Memory of processes that is what a file says: pages of a program or library that are mapped private and read-only and
/// that the process has no copy of its own of. A page that was relocated or written is such a copy, and stays one.
/// </summary>
/// <remarks>From any thread. Files stay open until <see cref="Dispose"/>.</remarks>
internal sealed class UnwrittenMemory : IDisposable
{
    private const int PageSize = 4096;
    private const int MostProcesses = 64, MostPages = 2048;

    // Documentation/admin-guide/mm/pagemap.rst, Linux 6.18.
    private const ulong PagePresent = 1UL << 63, PageOfFile = 1UL << 61, PageSoftDirty = 1UL << 55;

    /// <summary>For how long what is known of a page or of the mappings is not asked again.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Dictionary<int, (IReadOnlyList<Mapping> Mappings, long Read)> _processes = [];
    private readonly Dictionary<(int Process, ulong Page), (byte[] Bytes, long Read)> _pages = [];
    private readonly Dictionary<ImageIdentity, (FileByteSource? Source, ElfImage? Elf)> _files = [];
    private readonly Dictionary<(int Process, Image Image), ulong> _biases = [];

    /// <summary>
    /// Reads from <paramref name="address"/> on; returns how many bytes there are of this kind, 0 when not even the first is.
    /// </summary>
    public int Read(int process, ulong address, Span<byte> destination)
    {
        lock (_lock)
        {
            int done = 0;
            while (done < destination.Length)
            {
                ulong at = address + (ulong)done;
                int into = (int)(at % PageSize);
                byte[] page = PageOf(process, at - (ulong)into);
                if (page.Length <= into)
                    break;
                int count = Math.Min(page.Length - into, destination.Length - done);
                page.AsSpan(into, count).CopyTo(destination[done..]);
                done += count;
                if (page.Length < PageSize)
                    break;
            }

            return done;
        }
    }

    /// <summary>
    /// Notes where a process has an image in memory, for when it will have ended. The image has to stay open.
    /// </summary>
    /// <param name="process">The process.</param>
    /// <param name="image">The image.</param>
    /// <param name="bias">What is added to an address of the file.</param>
    public void Note(int process, Image image, ulong bias)
    {
        lock (_lock)
        {
            if (_biases.Count >= MostProcesses)
                _biases.Clear();
            _biases[(process, image)] = bias;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach ((FileByteSource? source, _) in _files.Values)
                source?.Dispose();
            _files.Clear();
        }
    }

    private byte[] PageOf(int process, ulong page)
    {
        if (_pages.TryGetValue((process, page), out (byte[] Bytes, long Read) known) && Stopwatch.GetElapsedTime(known.Read) < Lifetime)
            return known.Bytes;
        if (_pages.Count >= MostPages)
            _pages.Clear();
        byte[] bytes = ReadPage(process, page);
        _pages[(process, page)] = (bytes, Stopwatch.GetTimestamp());
        return bytes;
    }

    private byte[] ReadPage(int process, ulong page)
    {
        if (!Processes.IsAlive(process))
            return ReadEnded(process, page);
        IReadOnlyList<Mapping> mappings = MappingsOf(process);
        if (Within(mappings, page) is not { IsFile: true, IsPrivateAndReadOnly: true } mapping || !mappings.Any(m => m.IsExecutable && m.Identity == mapping.Identity))
            return [];
        (FileByteSource? source, ElfImage? elf) = Open(process, mapping);
        if (source is null || elf is null)
            return [];
        long offset = mapping.Offset + (long)(page - mapping.Start);
        return IsOfFile(process, page) ? Read(source, offset) : [];
    }

    // Nothing tells any more of which pages it had a copy of its own; of what is never written it had none.
    private byte[] ReadEnded(int process, ulong page)
    {
        foreach (((int of, Image image), ulong bias) in _biases)
        {
            if (of == process && image.Elf.TryGetFileOffset(new FileAddress(unchecked(page - bias)), out long offset) && IsNeverWritten(image.Elf, offset))
                return Read(image.Elf.Source, offset);
        }

        return [];
    }

    private static byte[] Read(IByteSource source, long offset)
    {
        // Behind its end, the last page of a file is zero.
        var bytes = new byte[PageSize];
        return source.Read(offset, bytes) > 0 ? bytes : [];
    }

    /// <summary>Whether a page is the file's own, as the kernel sees it.</summary>
    private static bool IsOfFile(int process, ulong page)
    {
        Span<byte> entry = stackalloc byte[8];
        try
        {
            using SafeFileHandle file = File.OpenHandle($"/proc/{process}/pagemap");
            if (RandomAccess.Read(file, entry, (long)(page / PageSize * 8)) < entry.Length)
                return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        // Not there: neither swapped out nor anything else that is only marked.
        ulong flags = BinaryPrimitives.ReadUInt64LittleEndian(entry);
        return (flags & PagePresent) != 0 ? (flags & PageOfFile) != 0 : (flags & ~PageSoftDirty) == 0;
    }

    /// <summary>Whether nothing but the program's own tricks could have written what the file has at an offset.</summary>
    private static bool IsNeverWritten(ElfImage elf, long offset)
    {
        const DynamicTag textRelocations = (DynamicTag)22, flags = (DynamicTag)30; // DT_TEXTREL, DT_FLAGS
        const ulong hasTextRelocations = 4; // DF_TEXTREL
        if (elf.Dynamic.TryGet(textRelocations, out _) || (elf.Dynamic.TryGet(flags, out ulong value) && (value & hasTextRelocations) != 0))
            return false;

        // Whole pages are mapped: a page at the border may be another segment's as well.
        ulong from = (ulong)offset, to = from + PageSize;
        return elf.Segments.Any(s => s.Type == SegmentType.PT_LOAD && s.Offset < to && from < s.Offset + s.FileSize)
            && !elf.Segments.Any(s => s.Type == SegmentType.PT_LOAD && (s.Flags & SegmentFlags.PF_W) != 0 && s.Offset < to && from < s.Offset + s.FileSize);
    }

    private static Mapping? Within(IReadOnlyList<Mapping> mappings, ulong address)
    {
        foreach (Mapping mapping in mappings)
        {
            if (mapping.Contains(address))
                return mapping;
        }

        return null;
    }

    private IReadOnlyList<Mapping> MappingsOf(int process)
    {
        bool isKnown = _processes.TryGetValue(process, out (IReadOnlyList<Mapping> Mappings, long Read) known);
        if (isKnown && Stopwatch.GetElapsedTime(known.Read) < Lifetime)
            return known.Mappings;
        IReadOnlyList<Mapping> mappings = [];
        try
        {
            mappings = Mapping.Of(process);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is ending.
        }

        if (!isKnown && _processes.Count >= MostProcesses)
            _processes.Clear();
        _processes[process] = (mappings, Stopwatch.GetTimestamp());
        return mappings;
    }

    private (FileByteSource?, ElfImage?) Open(int process, in Mapping mapping)
    {
        if (_files.TryGetValue(mapping.Identity, out (FileByteSource? Source, ElfImage? Elf) known))
            return known;
        try
        {
            known.Source = new FileByteSource(LibrarySearch.OpenPath(process, mapping));
            known.Elf = ElfImage.Open(known.Source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BinaryFormatException)
        {
            // What is in it stays unknown.
        }

        _files.Add(mapping.Identity, known);
        return known;
    }
}
