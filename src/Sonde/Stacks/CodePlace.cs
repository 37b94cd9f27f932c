using System.Collections.Immutable;

namespace Sonde.Stacks;

/// <summary>A function at an address, or one that was inlined into it there.</summary>
internal readonly record struct PlacedFunction(string? Name, string? File, int Line, bool Inlined);

/// <summary>What is known of the place of a call in an image.</summary>
/// <param name="Functions">The functions there, innermost first; never empty.</param>
/// <param name="IsCall">Whether the instruction before the return address is a call: else the return address is none.</param>
/// <param name="KeepsFrame">Whether the function's own frame pointer leads to its caller's.</param>
/// <param name="IsOutermost">Whether stacks begin with this function.</param>
internal sealed record CodePlace(ImmutableArray<PlacedFunction> Functions, bool IsCall, bool KeepsFrame, bool IsOutermost);
