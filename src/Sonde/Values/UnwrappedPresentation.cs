using Sonde.Types;

namespace Sonde.Values;

/// <summary>A variant that only chooses how its payload is read: shown as the payload.</summary>
internal sealed record UnwrappedPresentation : RefinedPresentation, IValueRefinement
{
    /// <inheritdoc/>
    public Value? Refine(Value value) => value is VariantValue { Payload: { } payload } ? payload : null;
}
