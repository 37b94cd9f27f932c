using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>One entry of a note section or segment.</summary>
internal readonly record struct Note(string Name, uint Type, ReadOnlyMemory<byte> Description);

/// <summary>Reads notes: from SHT_NOTE sections where there are section headers, else from PT_NOTE segments.</summary>
internal static class Notes
{
    public const uint NT_GNU_BUILD_ID = 3;

    /// <summary>Go's own build id (cmd/link/internal/ld/elf.go, ELF_NOTE_GOBUILDID_TAG).</summary>
    public const uint NT_GO_BUILD_ID = 4;

    private const int MaxNotes = 10_000;

    /// <summary>All notes that can be read; a damaged note ends its own section only.</summary>
    public static List<Note> Read(ElfImage image)
    {
        var notes = new List<Note>();
        foreach (var section in image.Sections)
        {
            if (section.Type != SectionType.SHT_NOTE) continue;
            try
            {
                ReadAll(image.RawContents(section), notes);
            }
            catch (BinaryFormatException)
            {
                // A note that cannot be read is as good as none; what needs it says that it is missing.
            }
        }

        if (notes.Count > 0) return notes;
        foreach (var segment in image.Segments)
        {
            if (segment.Type != SegmentType.PT_NOTE || segment.Offset > (ulong)image.Source.Length || segment.FileSize > (ulong)image.Source.Length - segment.Offset) continue;
            try
            {
                ReadAll(new SectionData("PT_NOTE", image.Source, (long)segment.Offset, (long)segment.FileSize), notes);
            }
            catch (BinaryFormatException)
            {
                // as above
            }
        }

        return notes;
    }

    /// <summary>The GNU build id, null when there is none. Go sets one from 1.24 on.</summary>
    public static byte[]? GnuBuildId(ElfImage image) => Find(image, "GNU", NT_GNU_BUILD_ID);

    /// <summary>Go's build id ("action/content" hashes), null when there is none.</summary>
    public static byte[]? GoBuildId(ElfImage image) => Find(image, "Go", NT_GO_BUILD_ID);

    private static byte[]? Find(ElfImage image, string name, uint type)
    {
        foreach (var note in Read(image))
        {
            if (note.Type == type && note.Name == name && note.Description.Length > 0) return note.Description.ToArray();
        }

        return null;
    }

    private static void ReadAll(SectionData data, List<Note> notes)
    {
        var cursor = data.Cursor();
        while (cursor.Remaining >= 12 && notes.Count < MaxNotes)
        {
            uint nameSize = cursor.ReadUInt32(), size = cursor.ReadUInt32(), type = cursor.ReadUInt32();
            var name = cursor.ReadBytes(nameSize);
            Align(ref cursor);
            var description = cursor.ReadBytes(size).ToArray();
            Align(ref cursor);
            // Go writes "Go\0\0" and counts all four.
            notes.Add(new Note(System.Text.Encoding.UTF8.GetString(name.TrimEnd((byte)0)), type, description));
        }
    }

    private static void Align(ref ByteCursor cursor) => cursor.Skip(Math.Min(-cursor.Offset & 3, cursor.Remaining));
}
