using Sonde.Types;

namespace Sonde.Values;

/// <summary>What a run-time type word stands for.</summary>
/// <param name="Type">The value's type.</param>
/// <param name="IsDirect">The data word is the value (Go pointers in an interface), not its address.</param>
/// <param name="Adjustment">Added to the data address (a C++ base that is not at offset 0 of the object).</param>
internal readonly record struct DynamicTarget(TypeId Type, bool IsDirect = false, long Adjustment = 0);

/// <summary>
/// Looks up the dynamic type of a value: <paramref name="typeWord"/> is a Go type or itab address, a C++ vtable pointer, a
/// Rust vtable. Null when it is not known (yet). Called on the event path: it must answer from what is at hand.
/// </summary>
internal delegate DynamicTarget? DynamicTypeResolver(TypeId type, DynamicForm form, ulong typeWord);
