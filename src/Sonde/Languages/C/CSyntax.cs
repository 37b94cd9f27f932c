namespace Sonde.Languages.C;

/// <summary>C, near to what gdb prints: <c>{id=7, name="x"}</c>, <c>{1, 2}</c>, <c>NULL</c>.</summary>
internal sealed class CSyntax : ValueSyntax
{
    public static readonly CSyntax Instance = new();

    public override string Nil => "NULL";
}
