using Sonde.Specs.Expressions;

namespace Sonde.Specs;

/// <summary>One value a probe asks for between braces.</summary>
public sealed record Capture
{
    internal Capture(string? alias, string text, Expr expression) => (Alias, Text, Expression) = (alias, text, expression);

    /// <summary>The name the user gave the value, or null.</summary>
    public string? Alias { get; }

    /// <summary>The expression as typed.</summary>
    public string Text { get; }

    /// <summary>The key under which the value is reported.</summary>
    public string Key => Alias ?? Text;

    internal Expr Expression { get; }
}
