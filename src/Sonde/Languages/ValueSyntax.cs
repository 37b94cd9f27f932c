using Sonde.Types;

namespace Sonde.Languages;

/// <summary>
/// How a language writes values as text. Each language says the pieces; putting them together, limits and marks are the
/// same for all and the text sink's affair. The defaults are those of the C family.
/// </summary>
internal abstract class ValueSyntax
{
    /// <summary>The syntax of a language.</summary>
    public static ValueSyntax Of(SourceLanguage language) => language switch
    {
        SourceLanguage.Go => Go.GoSyntax.Instance,
        SourceLanguage.Cpp => Cpp.CppSyntax.Instance,
        SourceLanguage.Rust => Rust.RustSyntax.Instance,
        SourceLanguage.C or SourceLanguage.Assembly or SourceLanguage.Unknown => C.CSyntax.Instance,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The empty pointer.</summary>
    public abstract string Nil { get; }

    /// <summary>Before what a pointer of a type points to.</summary>
    public virtual string PointerPrefix(string typeName) => "&";

    /// <summary>What is before the fields of a record: its name, or nothing.</summary>
    public virtual string RecordName(string typeName) => "";

    /// <summary>Around the fields of a record.</summary>
    public virtual (string Open, string Close) Record => ("{", "}");

    /// <summary>Between the name of a field and its value.</summary>
    public virtual string Assign => "=";

    /// <summary>Between fields.</summary>
    public virtual string FieldSeparator => ", ";

    /// <summary>What is before the items of a sequence or map: its type, or nothing.</summary>
    public virtual string CollectionName(string typeName) => "";

    /// <summary>Around the items of a sequence.</summary>
    public virtual (string Open, string Close) Sequence => ("{", "}");

    /// <summary>Around the items of a tuple.</summary>
    public virtual (string Open, string Close) Tuple => ("{", "}");

    /// <summary>Between items.</summary>
    public virtual string ItemSeparator => ", ";

    /// <summary>Between the key and the value of a map's entry.</summary>
    public virtual string KeySeparator => ": ";

    /// <summary>Whether an item of a type is written without its name inside a collection of another.</summary>
    public virtual bool ElidesName(string collectionType, string itemType) => false;

    /// <summary>A number that is not finite.</summary>
    public virtual string NotFinite(double number) => double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";

    /// <summary>What follows a floating-point number that has no fraction.</summary>
    public virtual string WholeFloatSuffix => "";

    /// <summary>The escape of a character that cannot be shown; <paramref name="isByte"/> for a byte that is no character.</summary>
    public virtual string Escape(int code, bool isByte) =>
        isByte || code < 0x80 ? $"\\x{code:x2}" : code < 0x10000 ? $"\\u{code:x4}" : $"\\U{code:x8}";
}
