using System.Buffers.Binary;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>
/// Finds runtime.firstmoduledata: its first word points to the function table. Sections and symbols say where to look first;
/// without them, relocations and then all writable data are searched.
/// </summary>
internal static class ModuleLocator
{
    /// <summary>The module data; null when no candidate makes sense (an unknown release).</summary>
    public static ModuleData? TryFind(ElfImage image, FileMemory memory, PclntabHeader header, FileAddress pclntab)
    {
        // From Go 1.26 on it has a section of its own.
        if (image.TryGetSection(".go.module", out var section) && Read(section.Address) is { } own) return own;
        if (memory.Relocations.Count > 0)
        {
            foreach (var place in memory.Relocations.PlacesOf(pclntab))
            {
                if (Read(place) is { } relocated) return relocated;
            }
        }

        foreach (var segment in image.Segments)
        {
            if (segment.Type != SegmentType.PT_LOAD || (segment.Flags & SegmentFlags.PF_W) == 0) continue;
            if (Scan(image, segment, pclntab, Read) is { } found) return found;
        }

        return null;

        ModuleData? Read(FileAddress address) => ModuleData.TryRead(address, memory.Read, header, pclntab);
    }

    private static ModuleData? Scan(ElfImage image, Segment segment, FileAddress pclntab, Func<FileAddress, ModuleData?> read)
    {
        const int Chunk = 1 << 20;
        if (image.TryGetMemory("segment", segment.Address) is not { } data || !image.TryGetFileOffset(segment.Address, out var offset)) return null;
        var buffer = new byte[Math.Min(Chunk, data.Length)];
        Span<byte> pointer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(pointer, pclntab.Value);
        for (long at = 0; at < data.Length; at += Chunk)
        {
            var bytes = buffer.AsSpan(0, image.Source.Read(offset + at, buffer.AsSpan(0, (int)Math.Min(Chunk, data.Length - at))));
            for (var from = 0; bytes[from..].IndexOf(pointer) is >= 0 and var hit; from += hit + 1)
            {
                var place = segment.Address + (ulong)(at + from + hit);
                if ((place.Value & 7) == 0 && read(place) is { } found) return found;
            }
        }

        return null;
    }
}
