namespace Sonde.ObjectFile.Elf;

/// <summary>One row of the program header table (Elf64_Phdr).</summary>
internal readonly record struct Segment(
    SegmentType Type, SegmentFlags Flags, ulong Offset, FileAddress Address, ulong FileSize, ulong MemorySize);
