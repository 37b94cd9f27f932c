using Sonde.Types;

namespace Sonde.Values;

/// <summary>What a run-time type word stands for.</summary>
/// <param name="Type">The value's type.</param>
/// <param name="IsDirect">The data word is the value (Go pointers in an interface), not its address.</param>
/// <param name="Adjustment">Added to the data address (a C++ base that is not at offset 0 of the object).</param>
/// <param name="Hops">What it takes from the depth: 1 for objects behind a pointer of the user's, 0 for values that the language keeps elsewhere.</param>
/// <param name="IsNew">Frames may be older than that it was known.</param>
internal readonly record struct DynamicTarget(TypeId Type, bool IsDirect = false, long Adjustment = 0, int Hops = 0, bool IsNew = false);

/// <summary>
/// Looks up the dynamic type of a value: <paramref name="typeWord"/> is a Go type, a C++ vtable pointer, a Rust vtable, the
/// code of a closure. Null when it is not known (yet). Called on the event path: it must answer from what is at hand.
/// </summary>
internal delegate DynamicTarget? DynamicTypeResolver(int process, TypeId type, DynamicForm form, ulong typeWord);
