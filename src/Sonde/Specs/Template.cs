using Sonde.Specs.Expressions;

namespace Sonde.Specs;

/// <summary>How a value is written in a message.</summary>
internal enum TemplateFormat
{
    Default,

    /// <summary><c>:q</c>, in quotes.</summary>
    Quoted,

    /// <summary><c>:x</c>, hexadecimal.</summary>
    Hex,

    /// <summary><c>:r</c>, as it is in memory, without what a language's presentation adds.</summary>
    Raw,

    /// <summary><c>:p</c>, over several lines.</summary>
    Pretty,
}

/// <summary>A piece of a message: literal text, or a value.</summary>
internal abstract record TemplatePart
{
    public sealed record Literal(string Text) : TemplatePart;

    public sealed record Value(Expr Expression, string Text, TemplateFormat Format) : TemplatePart;
}

/// <summary>A message with values in it: <c>serving {r.URL.Path} to {user.Name:q}</c>.</summary>
internal sealed record Template(string Text, IReadOnlyList<TemplatePart> Parts);
