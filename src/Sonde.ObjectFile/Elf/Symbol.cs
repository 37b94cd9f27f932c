namespace Sonde.ObjectFile.Elf;

/// <summary>One row of a symbol table (Elf64_Sym). The name is looked up through the <see cref="SymbolTable"/> it came from.</summary>
internal readonly record struct Symbol(int Index, uint NameOffset, byte Info, byte Other, ushort SectionIndex, FileAddress Address, ulong Size)
{
    private const ushort SHN_UNDEF = 0, SHN_ABS = 0xfff1, SHN_COMMON = 0xfff2;

    public SymbolType Type => (SymbolType)(Info & 0xf);

    public SymbolBinding Binding => (SymbolBinding)(Info >> 4);

    public SymbolVisibility Visibility => (SymbolVisibility)(Other & 3);

    public bool IsDefined => SectionIndex != SHN_UNDEF;

    /// <summary>Whether the value is an address in the image, not a TLS offset, an absolute number, a section or a file name.</summary>
    public bool HasAddress => SectionIndex is not (SHN_UNDEF or SHN_ABS or SHN_COMMON) &&
        Type is SymbolType.STT_NOTYPE or SymbolType.STT_OBJECT or SymbolType.STT_FUNC or SymbolType.STT_GNU_IFUNC;

    /// <summary>Whether it can name code: hand-written assembly often has no type, an IFUNC is the resolver of the function it names.</summary>
    public bool MayBeCode => HasAddress && Type != SymbolType.STT_OBJECT;
}
