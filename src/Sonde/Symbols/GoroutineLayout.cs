namespace Sonde.Symbols;

/// <summary>Offsets in the runtime's <c>g</c> (runtime/runtime2.go): of <c>goid</c> and of <c>stack.hi</c>.</summary>
internal readonly record struct GoroutineLayout(uint Goid, uint StackHigh);
