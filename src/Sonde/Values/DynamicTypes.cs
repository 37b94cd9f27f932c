using Sonde.Types;

namespace Sonde.Values;

/// <summary>What a run-time type word stands for.</summary>
/// <param name="Type">The value's type.</param>
/// <param name="IsDirect">The data word is the value (Go pointers in an interface), not its address.</param>
/// <param name="Adjustment">Added to the data address (a C++ base that is not at offset 0 of the object).</param>
/// <param name="Hops">What it takes from the depth: 1 for objects behind a pointer of the user's, 0 for values that the language keeps elsewhere.</param>
internal readonly record struct DynamicTarget(TypeId Type, bool IsDirect = false, long Adjustment = 0, int Hops = 0)
{
    /// <summary>A direct pointer whose target is part of what is shown (an error's text), and so takes nothing from the depth.</summary>
    public bool FollowsFreely { get; init; }
}

/// <summary>
/// Looks up the dynamic type of a value: <paramref name="typeWord"/> is a Go type, a C++ vtable pointer, a Rust vtable, the
/// code of a closure. Null when it is not known (yet). Called on the event path: it must answer from what is at hand.
/// </summary>
internal delegate DynamicTarget? DynamicTypeResolver(int process, TypeId type, DynamicForm form, ulong typeWord);
