namespace Sonde.Specs.Names;

/// <summary>One piece between <c>::</c>: <c>Map&lt;int></c>, or <c>run(int)</c> where something local to a function is named.</summary>
/// <param name="Base">The name, blanks normalised.</param>
/// <param name="TemplateArguments">Canonical, with their brackets, or null.</param>
/// <param name="Parameters">Canonical, with their parentheses, or null.</param>
internal readonly record struct NameComponent(string Base, string? TemplateArguments, string? Parameters)
{
    /// <summary>True when this component of a pattern fits one of a function: what the pattern leaves out may be anything.</summary>
    public bool Fits(NameComponent function) =>
        Base == function.Base
        && (TemplateArguments is null || TemplateArguments == function.TemplateArguments)
        && (Parameters is null || Parameters == function.Parameters);

    public override string ToString() => Base + TemplateArguments + Parameters;
}
