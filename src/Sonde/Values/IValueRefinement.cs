namespace Sonde.Values;

/// <summary>
/// A presentation that makes of a value, decoded by its shape, what a person means by it: a language's library types.
/// </summary>
internal interface IValueRefinement
{
    /// <summary>The value as it is shown; null to leave it as it is. Must answer for any bytes and not throw.</summary>
    Value? Refine(Value value);
}
