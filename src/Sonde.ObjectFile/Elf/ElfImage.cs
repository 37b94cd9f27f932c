using System.Diagnostics.CodeAnalysis;
using System.Text;
using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>
/// One 64-bit little-endian x86-64 executable, PIE or shared library, or the separate debug file of one. Reads headers when opened, all else when asked.
/// </summary>
/// <remarks>
/// Keeps its <see cref="IByteSource"/> for its whole life and does not dispose of it. Safe for concurrent readers.
/// A damaged or missing section header table is no error: then there are no sections, and what segments and PT_DYNAMIC tell remains.
/// </remarks>
internal sealed class ElfImage
{
    private const int HeaderSize = 64, SectionHeaderSize = 64, ProgramHeaderSize = 56;
    private const ushort EM_X86_64 = 62;
    private const int MaxSections = 1 << 20;

    private readonly Dictionary<string, int> _sectionByName = new(StringComparer.Ordinal);
    private readonly Dictionary<int, SectionData> _contents = [];
    private readonly Lock _lock = new();
    private readonly Lazy<SymbolTable> _symbols, _dynamicSymbols;
    private readonly Lazy<DynamicSection> _dynamic;

    private ElfImage(IByteSource source, ElfType type, FileAddress entryPoint)
    {
        Source = source;
        Type = type;
        EntryPoint = entryPoint;
        _symbols = new(() => SymbolTable.Open(this, SectionType.SHT_SYMTAB));
        _dynamicSymbols = new(() => SymbolTable.Open(this, SectionType.SHT_DYNSYM));
        _dynamic = new(() => DynamicSection.Open(this));
    }

    public IByteSource Source { get; }

    public ElfType Type { get; }

    public FileAddress EntryPoint { get; }

    public IReadOnlyList<SectionHeader> Sections { get; private set; } = [];

    public IReadOnlyList<Segment> Segments { get; private set; } = [];

    /// <summary>Why there are no sections although the header says there should be; null when all is well.</summary>
    public BinaryFormatException? SectionTableError { get; private set; }

    /// <summary>.symtab; empty when the file is stripped.</summary>
    public SymbolTable Symbols => _symbols.Value;

    /// <summary>.dynsym, also found through PT_DYNAMIC when section headers are gone.</summary>
    public SymbolTable DynamicSymbols => _dynamicSymbols.Value;

    /// <summary>PT_DYNAMIC: needed libraries, soname.</summary>
    public DynamicSection Dynamic => _dynamic.Value;

    /// <summary>Reads and checks the headers. Throws with a code of its own for each kind of file that Sonde does not take.</summary>
    public static ElfImage Open(IByteSource source)
    {
        Span<byte> ident = stackalloc byte[20];
        var got = source.Read(0, ident);
        if (got < 4 || !ident[..4].SequenceEqual("\u007fELF"u8)) Refuse(BinaryError.NotElf, 0, "not an ELF file");
        if (got < 20) Malformed.Truncated("ELF header", got, HeaderSize - got);
        if (ident[4] != 2) Refuse(BinaryError.Not64Bit, 4, "a 32-bit ELF file; only 64-bit x86-64 is supported");
        if (ident[5] != 1) Refuse(BinaryError.BigEndian, 5, "a big-endian ELF file; only x86-64 is supported");
        var machine = (ushort)(ident[18] | ident[19] << 8);
        if (machine != EM_X86_64) Refuse(BinaryError.OtherMachine, 18, $"built for {MachineName(machine)}; only x86-64 is supported");
        var type = (ElfType)(ident[16] | ident[17] << 8);
        if (type is not (ElfType.ET_EXEC or ElfType.ET_DYN))
        {
            Refuse(BinaryError.OtherFileType, 16, type switch
            {
                ElfType.ET_REL => "a relocatable object file, not a program or shared library",
                ElfType.ET_CORE => "a core dump, not a program or shared library",
                _ => $"ELF type {(int)type}, not a program or shared library",
            });
        }

        if (source.Length < HeaderSize) Malformed.Truncated("ELF header", source.Length, HeaderSize - source.Length);
        var header = new SectionData("ELF header", source, 0, HeaderSize).Cursor(24);
        var image = new ElfImage(source, type, new FileAddress(header.ReadUInt64()));
        var programHeaders = header.ReadUInt64();
        var sectionHeaders = header.ReadUInt64();
        header.Skip(4 + 2 + 2);
        int programHeaderCount = header.ReadUInt16();
        header.Skip(2);
        int sectionHeaderCount = header.ReadUInt16();
        int nameSection = header.ReadUInt16();
        image.Segments = ReadSegments(source, programHeaders, programHeaderCount);
        try
        {
            image.Sections = ReadSections(source, sectionHeaders, sectionHeaderCount, nameSection);
        }
        catch (BinaryFormatException e)
        {
            image.SectionTableError = e;
        }

        for (var i = image.Sections.Count - 1; i > 0; i--) image._sectionByName[image.Sections[i].Name] = i;
        return image;
    }

    public bool TryGetSection(string name, out SectionHeader section)
    {
        var found = _sectionByName.TryGetValue(name, out var index);
        section = found ? Sections[index] : default;
        return found;
    }

    /// <summary>
    /// Contents of a section, decompressed; null when the file has no such section or holds no bytes for it.
    /// For ".debug_x" the old ".zdebug_x" of Go and gold is taken too.
    /// </summary>
    public SectionData? TryGetContents(string name)
    {
        if (TryGetSection(name, out var section)) return section.HasBytes ? Contents(section) : null;
        if (name.StartsWith(".debug_", StringComparison.Ordinal) && TryGetSection(".z" + name[1..], out section) && section.HasBytes) return Contents(section);
        return null;
    }

    /// <summary>Contents of a section, decompressed. Throws if it does not lie within the file or does not decompress.</summary>
    public SectionData Contents(in SectionHeader section)
    {
        lock (_lock)
        {
            if (_contents.TryGetValue(section.Index, out var data)) return data;
        }

        var contents = CompressedSection.Open(section, RawContents(section));
        lock (_lock)
        {
            return _contents.TryAdd(section.Index, contents) ? contents : _contents[section.Index];
        }
    }

    /// <summary>
    /// Where in the file the byte of an address lies: address - p_vaddr + p_offset of the PT_LOAD segment whose file part contains it.
    /// This, and nothing with a load bias, is what a uprobe is placed by.
    /// </summary>
    public bool TryGetFileOffset(FileAddress address, out long offset)
    {
        foreach (var segment in Segments)
        {
            if (segment.Type != SegmentType.PT_LOAD || address < segment.Address) continue;
            var delta = address - segment.Address;
            if (delta >= segment.FileSize) continue;
            var position = segment.Offset + delta;
            if (position < segment.Offset || position > long.MaxValue) continue;
            offset = (long)position;
            return true;
        }

        offset = 0;
        return false;
    }

    /// <summary>The reverse of <see cref="TryGetFileOffset"/>.</summary>
    public bool TryGetAddress(long offset, out FileAddress address)
    {
        foreach (var segment in Segments)
        {
            if (segment.Type != SegmentType.PT_LOAD || (ulong)offset < segment.Offset) continue;
            var delta = (ulong)offset - segment.Offset;
            if (delta >= segment.FileSize) continue;
            address = segment.Address + delta;
            return true;
        }

        address = default;
        return false;
    }

    /// <summary>Whether an address lies in a segment that is mapped executable.</summary>
    public bool IsExecutable(FileAddress address)
    {
        foreach (var segment in Segments)
        {
            if (segment.Type == SegmentType.PT_LOAD && (segment.Flags & SegmentFlags.PF_X) != 0 &&
                address >= segment.Address && address - segment.Address < segment.MemorySize)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Reads initial memory contents at an address. Returns the number of bytes that the segment has in the file, at most the length asked;
    /// 0 when the address is not in the file (such as .bss). Relocations are not applied.
    /// </summary>
    public int ReadAt(FileAddress address, Span<byte> destination)
    {
        foreach (var segment in Segments)
        {
            if (segment.Type != SegmentType.PT_LOAD || address < segment.Address) continue;
            var delta = address - segment.Address;
            if (delta >= segment.FileSize) continue;
            var position = segment.Offset + delta;
            if (position > long.MaxValue) continue;
            var count = (int)Math.Min((ulong)destination.Length, segment.FileSize - delta);
            return Source.Read((long)position, destination[..count]);
        }

        return 0;
    }

    /// <summary>The part of the file that an address range of <paramref name="size"/> bytes maps, as data to read; null when it is not wholly in the file.</summary>
    public SectionData? TryGetMemory(string name, FileAddress address, ulong size)
    {
        if (size > long.MaxValue || !TryGetFileOffset(address, out var offset)) return null;
        if (size > 0 && (!TryGetFileOffset(address + (size - 1), out var last) || last != offset + (long)size - 1)) return null;
        return offset + (long)size <= Source.Length ? new SectionData(name, Source, offset, (long)size) : null;
    }

    /// <summary>From an address to the end of the file part of its segment.</summary>
    public SectionData? TryGetMemory(string name, FileAddress address)
    {
        foreach (var segment in Segments)
        {
            if (segment.Type != SegmentType.PT_LOAD || address < segment.Address || address - segment.Address >= segment.FileSize) continue;
            var delta = address - segment.Address;
            var start = segment.Offset + delta;
            if (start >= (ulong)Source.Length) return null;
            return new SectionData(name, Source, (long)start, (long)Math.Min(segment.FileSize - delta, (ulong)Source.Length - start));
        }

        return null;
    }

    internal SectionData RawContents(in SectionHeader section)
    {
        if (!section.HasBytes || section.Size == 0) return SectionData.Empty(section.Name);
        if (section.Offset > (ulong)Source.Length || section.Size > (ulong)Source.Length - section.Offset)
            Malformed.Truncated(section.Name, 0, (long)Math.Min(section.Size, long.MaxValue));
        return new SectionData(section.Name, Source, (long)section.Offset, (long)section.Size);
    }

    /// <summary>The kernel loads no program with more than 64 KB of program headers (fs/binfmt_elf.c, load_elf_phdrs). Each address is looked up in all of them.</summary>
    private const int MaxSegments = 65536 / ProgramHeaderSize;

    private static Segment[] ReadSegments(IByteSource source, ulong offset, int count)
    {
        if (count == 0 || offset == 0) return [];
        if (count > MaxSegments) Malformed.Budget("program headers", (long)Math.Min(offset, long.MaxValue), $"{count} segments");
        if (offset > (ulong)source.Length || (ulong)count * ProgramHeaderSize > (ulong)source.Length - offset)
            Malformed.Truncated("program headers", (long)Math.Min(offset, long.MaxValue), count * ProgramHeaderSize);
        var cursor = new SectionData("program headers", source, (long)offset, count * ProgramHeaderSize).Cursor();
        var segments = new Segment[count];
        for (var i = 0; i < count; i++)
        {
            var type = (SegmentType)cursor.ReadUInt32();
            var flags = (SegmentFlags)cursor.ReadUInt32();
            var position = cursor.ReadUInt64();
            var address = new FileAddress(cursor.ReadUInt64());
            cursor.Skip(8);
            segments[i] = new Segment(type, flags, position, address, cursor.ReadUInt64(), cursor.ReadUInt64());
            cursor.Skip(8);
        }

        return segments;
    }

    private static SectionHeader[] ReadSections(IByteSource source, ulong offset, int count, int nameSection)
    {
        if (offset == 0) return [];
        if (offset > (ulong)source.Length || source.Length - (long)offset < SectionHeaderSize) Malformed.Truncated("section headers", 0, SectionHeaderSize);
        var table = new SectionData("section headers", source, (long)offset, source.Length - (long)offset);
        if (count == 0 || nameSection == 0xffff)
        {
            // gABI: with more than 0xff00 sections the real numbers are in the first entry.
            var first = table.Cursor(32);
            if (count == 0) count = (int)Math.Min(first.ReadUInt64(), int.MaxValue);
            if (nameSection == 0xffff) nameSection = table.Cursor(40).ReadInt32();
        }

        if (count > MaxSections || (long)count * SectionHeaderSize > table.Length) Malformed.Truncated("section headers", 0, (long)count * SectionHeaderSize);
        if (count == 0) return [];

        SectionData? names = null;
        if (nameSection > 0 && nameSection < count)
        {
            var row = table.Cursor((long)nameSection * SectionHeaderSize + 24);
            ulong start = row.ReadUInt64(), size = row.ReadUInt64();
            if (start <= (ulong)source.Length && size <= (ulong)source.Length - start) names = new SectionData(".shstrtab", source, (long)start, (long)size);
        }

        var sections = new SectionHeader[count];
        var cursor = table.Cursor();
        for (var i = 0; i < count; i++)
        {
            var name = cursor.ReadUInt32();
            var type = (SectionType)cursor.ReadUInt32();
            var flags = (SectionFlags)cursor.ReadUInt64();
            var address = new FileAddress(cursor.ReadUInt64());
            ulong start = cursor.ReadUInt64(), size = cursor.ReadUInt64();
            uint link = cursor.ReadUInt32(), info = cursor.ReadUInt32();
            cursor.Skip(8);
            var text = names is not null && name < names.Length ? Encoding.UTF8.GetString(names.ReadCString(name)) : "";
            sections[i] = new SectionHeader(i, text, type, flags, address, start, size, link, info, cursor.ReadUInt64());
        }

        return sections;
    }

    private static string MachineName(ushort machine) => machine switch
    {
        3 => "x86 (32-bit)",
        8 => "MIPS",
        20 or 21 => "PowerPC",
        22 => "s390",
        40 => "ARM (32-bit)",
        183 => "arm64",
        243 => "RISC-V",
        247 => "BPF",
        258 => "LoongArch",
        _ => $"machine {machine}",
    };

    [DoesNotReturn]
    private static void Refuse(BinaryError code, long offset, string message) => throw new BinaryFormatException(code, "ELF header", offset, message);
}
