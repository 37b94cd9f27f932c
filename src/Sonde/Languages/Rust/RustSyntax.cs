namespace Sonde.Languages.Rust;

/// <summary>Rust, as <c>{:?}</c> writes it: <c>User { id: 7, tags: ["a", "b"] }</c>, <c>Some(5)</c>, references as what they refer to.</summary>
internal sealed class RustSyntax : ValueSyntax
{
    public static readonly RustSyntax Instance = new();

    public override string Nil => "null";

    public override (string Open, string Close) Record => (" { ", " }");

    public override string Assign => ": ";

    public override (string Open, string Close) Sequence => ("[", "]");

    public override (string Open, string Close) Tuple => ("(", ")");

    public override string WholeFloatSuffix => ".0";

    public override string PointerPrefix(string typeName) => "";

    public override string NotFinite(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "inf" : "-inf";

    public override string Escape(int code, bool isByte) => isByte ? $"\\x{code:x2}" : $"\\u{{{code:x}}}";

    /// <summary>The last part of the path, without type arguments.</summary>
    public override string RecordName(string typeName)
    {
        int end = typeName.IndexOf('<', StringComparison.Ordinal);
        // A name that begins with one ("<T as Trait>::Assoc") has no short form.
        string name = end > 0 ? typeName[..end] : typeName;
        int path = name.LastIndexOf("::", StringComparison.Ordinal);
        return path < 0 ? name : name[(path + 2)..];
    }
}
