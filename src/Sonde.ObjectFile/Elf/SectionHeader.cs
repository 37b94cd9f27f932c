namespace Sonde.ObjectFile.Elf;

/// <summary>One row of the section header table (Elf64_Shdr), with its name looked up.</summary>
internal readonly record struct SectionHeader(
    int Index, string Name, SectionType Type, SectionFlags Flags, FileAddress Address, ulong Offset, ulong Size, uint Link, uint Info, ulong EntrySize)
{
    /// <summary>Whether the file holds bytes for it: a separate debug file keeps the headers of code and data as SHT_NOBITS.</summary>
    public bool HasBytes => Type is not SectionType.SHT_NOBITS and not SectionType.SHT_NULL;
}
