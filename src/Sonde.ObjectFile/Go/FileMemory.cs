using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>An image's memory as it is right after loading, without load bias: the file's bytes, relative relocations, zeros of .bss.</summary>
internal sealed class FileMemory(ElfImage image)
{
    private readonly Lazy<RelativeRelocations> _relocations = new(() => RelativeRelocations.Open(image));

    public RelativeRelocations Relocations => _relocations.Value;

    /// <summary>A <see cref="MemoryReader"/>.</summary>
    public int Read(ulong address, Span<byte> destination)
    {
        var read = image.ReadAt(new FileAddress(address), destination);
        if (read < destination.Length) read += ReadZeros(address + (ulong)read, destination[read..]);
        if (read > 0) _relocations.Value.Apply(new FileAddress(address), destination[..read]);
        return read;
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
