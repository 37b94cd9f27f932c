using System.Collections.Immutable;

namespace Sonde.Types;

/// <summary>
/// The plain memory layout of a type: what a calling convention looks at. A <see cref="Shape"/> says what a type means, which
/// hides this (a <c>time.Time</c> is one value to a reader and three words to the Go ABI).
/// </summary>
internal abstract record Layout(ulong Size);

/// <summary>What kind of register takes a scalar.</summary>
internal enum ScalarClass
{
    /// <summary>Integers, booleans, pointers.</summary>
    Integer,

    /// <summary>binary32, binary64, binary128 and vectors: one vector register, whatever the size.</summary>
    Float,

    /// <summary>x87 extended precision; complex of it when it has 32 bytes.</summary>
    Extended,
}

/// <summary>One machine scalar.</summary>
internal sealed record ScalarLayout(ulong Size, ScalarClass Class) : Layout(Size);

/// <summary>Members at offsets; those of a union overlap.</summary>
/// <param name="Size">Size with padding.</param>
/// <param name="Members">In the order of declaration.</param>
/// <param name="ByReference">Passed by the address of a copy whatever the size: C++ types that are not trivial for calls.</param>
/// <param name="Alignment">What the source asks for (<c>alignas</c>) beyond what the members need, 0 for nothing.</param>
/// <param name="Packed">Some member is not at its natural alignment, so that the record has none of its own.</param>
internal sealed record RecordLayout(
    ulong Size, ImmutableArray<(ulong Offset, Layout Layout)> Members, bool ByReference = false, ulong Alignment = 0, bool Packed = false)
    : Layout(Size);

/// <summary>Elements side by side.</summary>
internal sealed record ArrayLayout(ulong Size, ulong Count, Layout Element) : Layout(Size);

/// <summary>Not known; nothing that follows it in a parameter list can be placed by a convention.</summary>
internal sealed record UnknownLayout(ulong Size) : Layout(Size);
