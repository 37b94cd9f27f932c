namespace Sonde.Languages.Cpp;

/// <summary>C++: <c>shop::Item{id=7, name="x"}</c>, <c>{1, 2}</c>, <c>nullptr</c>; a reference shows what it refers to.</summary>
internal sealed class CppSyntax : ValueSyntax
{
    public static readonly CppSyntax Instance = new();

    public override string Nil => "nullptr";

    public override string PointerPrefix(string typeName) => typeName.EndsWith('&') ? "" : "&";

    public override string RecordName(string typeName) => typeName;
}
