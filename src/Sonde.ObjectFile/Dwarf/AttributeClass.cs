namespace Sonde.ObjectFile.Dwarf;

/// <summary>What kind of value a form holds (DWARF 5, section 7.5.5).</summary>
internal enum AttributeClass
{
    None,
    Address,
    Constant,
    Flag,
    String,
    Block,
    Expression,
    Reference,
    /// <summary>An offset into another section (lines, lists, macros), or an index of a list; the attribute says which section.</summary>
    SectionOffset,
    /// <summary>Refers to a supplementary (dwz) file, which is not read.</summary>
    Unavailable,
}
