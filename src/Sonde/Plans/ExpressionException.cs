using Sonde.Specs;

namespace Sonde.Plans;

/// <summary>An expression that cannot be evaluated at the probed place: a name that is not there, types that do not fit.</summary>
internal sealed class ExpressionException(string message, TextSpan span, string? hint = null) : Exception(message)
{
    /// <summary>What in the probe's text it is about.</summary>
    public TextSpan Span { get; } = span;

    /// <summary>What to do about it.</summary>
    public string? Hint { get; } = hint;
}
