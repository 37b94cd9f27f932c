using Sonde.ObjectFile.Dwarf;

namespace Sonde.Types;

/// <summary>What only one language knows about its types; the rest of DWARF means the same in all.</summary>
internal abstract class TypeDialect
{
    /// <summary>The language.</summary>
    public abstract SourceLanguage Language { get; }

    /// <summary>The name of a type in the language's own spelling.</summary>
    public abstract string NameOf(Die type, TypeReader reader);

    /// <summary>
    /// A shape for a type that DWARF describes by its implementation (a string as a struct of pointer and length); null to
    /// take the description as it is.
    /// </summary>
    public abstract (Shape Shape, Presentation Presentation)? ShapeOf(Die type, string name, TypeReader reader);
}
