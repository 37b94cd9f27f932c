using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>An image's memory as it is right after loading, without load bias: the file's bytes, relative relocations, zeros of .bss.</summary>
/// <remarks>Type data is read in small pieces all over: segments are read in windows that are kept.</remarks>
internal sealed class FileMemory(ElfImage image)
{
    private readonly (FileAddress Start, SectionData Data)[] _segments = [.. Segments(image)];
    private readonly Lazy<RelativeRelocations> _relocations = new(() => RelativeRelocations.Open(image));

    public RelativeRelocations Relocations => _relocations.Value;

    /// <summary>A <see cref="MemoryReader"/>.</summary>
    public int Read(ulong address, Span<byte> destination)
    {
        var read = ReadFile(address, destination);
        if (read < destination.Length) read += ReadZeros(address + (ulong)read, destination[read..]);
        if (read > 0) _relocations.Value.Apply(new FileAddress(address), destination[..read]);
        return read;
    }

    private int ReadFile(ulong address, Span<byte> destination)
    {
        foreach (var (start, data) in _segments)
        {
            var offset = address - start.Value;
            if (address < start.Value || offset >= (ulong)data.Length) continue;
            var count = (int)Math.Min((ulong)destination.Length, (ulong)data.Length - offset);
            data.Read((long)offset, count).CopyTo(destination);
            return count;
        }

        return 0;
    }

    private static IEnumerable<(FileAddress, SectionData)> Segments(ElfImage image)
    {
        foreach (var segment in image.Segments)
        {
            if (segment.Type == SegmentType.PT_LOAD && segment.FileSize > 0 && image.TryGetMemory("memory", segment.Address) is { } data) yield return (segment.Address, data);
        }
    }

    private int ReadZeros(ulong address, Span<byte> destination)
    {
        foreach (var segment in image.Segments)
        {
            if (segment.Type != SegmentType.PT_LOAD || address < segment.Address.Value + segment.FileSize || address >= segment.Address.Value + segment.MemorySize) continue;
            var count = (int)Math.Min((ulong)destination.Length, segment.Address.Value + segment.MemorySize - address);
            destination[..count].Clear();
            return count;
        }

        return 0;
    }
}
