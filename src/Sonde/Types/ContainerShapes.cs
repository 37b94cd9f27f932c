namespace Sonde.Types;

/// <summary>What a container is to a reader.</summary>
internal enum ContainerKind
{
    /// <summary>Elements in order.</summary>
    Sequence,

    /// <summary>Keys and values.</summary>
    Map,
}

/// <summary>
/// Elements that are found by walking how the container stores them. <paramref name="Body"/> is that storage, laid over the
/// value itself: made of records, pointers, sequences, variants and <see cref="SlotsShape"/>s, in whose order elements come.
/// Hops inside it do not count, and each place is walked once.
/// </summary>
/// <param name="Kind">Whether elements have keys.</param>
/// <param name="Length">How many elements there are, null when only walking tells.</param>
/// <param name="Body">How they are stored.</param>
/// <param name="TextKeys">The key type is a string type.</param>
/// <param name="IsWhole">It is read and decoded beyond the limit of items, because one of its elements is looked for.</param>
internal sealed record ContainerShape(ContainerKind Kind, CountRule? Length, TypeId Body, bool TextKeys = false, bool IsWhole = false) : Shape;

/// <summary>
/// A piece of a container's storage with room for <paramref name="Count"/> elements, of which those are there that
/// <paramref name="Test"/> says.
/// </summary>
internal sealed record SlotsShape(CountRule Count, SlotTest? Test, SlotPart? Key, SlotPart? Value) : Shape;

/// <summary>Part of a slot: slot i has it at <paramref name="Offset"/> + i * <paramref name="Stride"/>.</summary>
internal sealed record SlotPart(TypeId Type, uint Offset, uint Stride);

/// <summary>
/// Slot i is in use when the byte at <paramref name="Offset"/> + i, with <paramref name="Mask"/> applied, is from
/// <paramref name="Low"/> to <paramref name="High"/>.
/// </summary>
internal sealed record SlotTest(uint Offset, byte Mask, byte Low, byte High);

/// <summary>
/// A ring: <paramref name="Length"/> elements from index <paramref name="Head"/> on, beginning again at index 0 behind the
/// last of <paramref name="Capacity"/> (Go channels, Rust <c>VecDeque</c>).
/// </summary>
internal sealed record RingShape(
    TypeId Element, ulong Stride, uint PointerOffset, CountRule Capacity, CountRule Length, CountRule Head) : Shape;

/// <summary>2 to the power of a small unsigned integer in the value, plus <paramref name="Bias"/> in the exponent.</summary>
internal sealed record CountPower(uint Offset, uint Size, int Bias = 0) : CountRule;

/// <summary>One more than an unsigned integer in the value (a mask).</summary>
internal sealed record CountMask(uint Offset, uint Size) : CountRule;
