using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>Finds the table by the names that linkers give its section, else by its magic in the loaded segments.</summary>
internal static class PclntabLocator
{
    private static readonly string[] SectionNames = [".gopclntab", ".data.rel.ro.gopclntab"];

    /// <summary>Address and bytes of the table, up to the end of its section or segment; null when the image has none.</summary>
    public static (FileAddress Address, SectionData Data, PclntabHeader Header)? TryFind(ElfImage image)
    {
        foreach (var name in SectionNames)
        {
            if (image.TryGetSection(name, out var section) && section.HasBytes && TryOpen(image, section.Address, section.Size) is { } found) return found;
        }

        foreach (var segment in image.Segments)
        {
            // Constants: never in code. A PIE has them in a segment that is writable until it is relocated.
            if (segment.Type != SegmentType.PT_LOAD || (segment.Flags & SegmentFlags.PF_X) != 0) continue;
            if (TryScan(image, segment) is { } found) return found;
        }

        return null;
    }

    private static (FileAddress, SectionData, PclntabHeader)? TryOpen(ElfImage image, FileAddress address, ulong? size)
    {
        var data = size is { } known ? image.TryGetMemory(".gopclntab", address, known) : image.TryGetMemory(".gopclntab", address);
        if (data is null || PclntabHeader.TryRead(data) is not { } header) return null;
        return HasSortedEntries(data, header) ? (address, data, header) : null;
    }

    private static (FileAddress, SectionData, PclntabHeader)? TryScan(ElfImage image, Segment segment)
    {
        const int Chunk = 1 << 20, Overlap = 8;
        if (image.TryGetMemory("segment", segment.Address) is not { } data) return null;
        var buffer = new byte[Chunk + Overlap];
        // What follows the last byte of the magic in each format, for x86-64.
        ReadOnlySpan<byte> mark = [0xff, 0xff, 0xff, 0, 0, 1, 8];
        for (long at = 0; at < data.Length; at += Chunk)
        {
            var length = (int)Math.Min(buffer.Length, data.Length - at);
            if (!image.TryGetFileOffset(segment.Address + (ulong)at, out var offset)) return null;
            length = image.Source.Read(offset, buffer.AsSpan(0, length));
            var bytes = buffer.AsSpan(0, length);
            for (var from = 0; bytes[from..].IndexOf(mark) is >= 0 and var hit; from += hit + 1)
            {
                var start = from + hit - 1;
                if (start < 0 || (at + start & 7) != 0) continue;
                if (PclntabHeader.TryGetFormat(bytes[start..], out _) && TryOpen(image, segment.Address + (ulong)(at + start), null) is { } found) return found;
            }
        }

        return null;
    }

    /// <summary>Chance can make a header; it does not make a table that rises.</summary>
    private static bool HasSortedEntries(SectionData data, PclntabHeader header)
    {
        var count = Math.Min(header.FunctionCount, 64);
        var cursor = data.Cursor(header.Format == PclntabFormat.Go12 ? 16 : header.Functions);
        ulong previous = 0;
        for (var i = 0; i < count; i++)
        {
            var entry = cursor.ReadUnsigned(header.EntrySize / 2);
            // In a PIE the absolute entries of old formats are zero until relocated.
            if (entry < previous) return false;
            previous = entry;
            cursor.Skip(header.EntrySize / 2);
        }

        return true;
    }
}
