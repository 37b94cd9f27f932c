using Sonde.Specs.Expressions;

namespace Sonde.Specs;

/// <summary>What the user asked of one probe, as plain data: nothing here has looked at a target. Immutable.</summary>
public sealed record ProbeSpec
{
    internal ProbeSpec()
    {
    }

    /// <summary>The probe as typed.</summary>
    public required string Text { get; init; }

    /// <summary>The name given in a probe file, or null.</summary>
    public string? Name { get; init; }

    /// <summary>How events name this probe: its name, or the text as typed.</summary>
    public string Label => Name ?? Text;

    /// <summary>When the probe reports: as typed, else entry for a function and line for a source line.</summary>
    public required ProbeKind Kind { get; init; }

    /// <summary>True when the kind was typed and not supplied by default.</summary>
    public bool KindIsExplicit { get; init; }

    /// <summary>The place.</summary>
    public required Where Where { get; init; }

    /// <summary>The values asked for by name; empty means everything there is.</summary>
    public IReadOnlyList<Capture> Captures { get; init; } = [];

    /// <summary>The message template as typed, without its quotes, or null.</summary>
    public string? TemplateText => Template?.Text;

    /// <summary>The condition as typed, or null.</summary>
    public string? ConditionText { get; init; }

    internal Template? Template { get; init; }

    internal ProbeSettings Settings { get; init; } = ProbeSettings.Default;

    /// <summary>Where the expressions of a probe from a file stand there; empty for one of the command line.</summary>
    internal IReadOnlyList<ExpressionSource> Sources { get; init; } = [];

    internal Expr? Condition { get; init; }

    /// <summary>Reads a probe in the language of the command line.</summary>
    /// <param name="text">For example <c>main.handle { id } if id > 100</c>.</param>
    /// <exception cref="ProbeSyntaxException">The text is not a probe.</exception>
    public static ProbeSpec Parse(string text) => SpecParser.Parse(text);

    /// <summary>The probe as typed.</summary>
    public override string ToString() => Text;
}

/// <summary>An expression of a probe file: its text and where that stands. Line and column count from 1; column 0 is not known.</summary>
internal sealed record ExpressionSource(Expr Expression, string Text, string File, int Line, int Column);
