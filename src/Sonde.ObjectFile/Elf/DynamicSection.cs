using System.Text;
using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>PT_DYNAMIC: what the dynamic linker reads. Needs no section headers.</summary>
internal sealed class DynamicSection
{
    private const int MaxEntries = 100_000;

    private readonly List<(DynamicTag Tag, ulong Value)> _entries = [];

    private DynamicSection()
    {
    }

    /// <summary>DT_NEEDED, in order.</summary>
    public IReadOnlyList<string> Needed { get; private set; } = [];

    /// <summary>DT_SONAME, null when there is none.</summary>
    public string? SoName { get; private set; }

    public bool TryGet(DynamicTag tag, out ulong value)
    {
        foreach (var entry in _entries)
        {
            if (entry.Tag != tag) continue;
            value = entry.Value;
            return true;
        }

        value = 0;
        return false;
    }

    /// <summary>DT_STRTAB with the size DT_STRSZ; null when there is none in the file.</summary>
    public SectionData? Strings { get; private set; }

    /// <summary>Reads the segment. What is damaged is left out: this only adds knowledge.</summary>
    public static DynamicSection Open(ElfImage image)
    {
        var dynamic = new DynamicSection();
        try
        {
            dynamic.Read(image);
        }
        catch (BinaryFormatException)
        {
            // Keep what was read before the damage.
        }

        return dynamic;
    }

    private void Read(ElfImage image)
    {
        foreach (var segment in image.Segments)
        {
            if (segment.Type != SegmentType.PT_DYNAMIC || segment.Offset > (ulong)image.Source.Length) continue;
            var size = Math.Min(segment.FileSize, (ulong)image.Source.Length - segment.Offset);
            var cursor = new SectionData("PT_DYNAMIC", image.Source, (long)segment.Offset, (long)size).Cursor();
            while (cursor.Remaining >= 16 && _entries.Count < MaxEntries)
            {
                var tag = (DynamicTag)cursor.ReadInt64();
                if (tag == DynamicTag.DT_NULL) break;
                _entries.Add((tag, cursor.ReadUInt64()));
            }

            break;
        }

        if (!TryGet(DynamicTag.DT_STRTAB, out var address) || !TryGet(DynamicTag.DT_STRSZ, out var length)) return;
        Strings = image.TryGetMemory("DT_STRTAB", new FileAddress(address), length);
        if (Strings is null) return;
        var needed = new List<string>();
        foreach (var (tag, value) in _entries)
        {
            if (tag is not (DynamicTag.DT_NEEDED or DynamicTag.DT_SONAME) || value >= (ulong)Strings.Length) continue;
            var text = Encoding.UTF8.GetString(Strings.ReadCString((long)value));
            if (tag == DynamicTag.DT_SONAME) SoName = text;
            else needed.Add(text);
        }

        Needed = needed;
    }
}
