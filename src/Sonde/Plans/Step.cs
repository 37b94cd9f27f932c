using System.Collections.Immutable;
using Sonde.Sites;

namespace Sonde.Plans;

/// <summary>
/// One read of a firing, into the frame at <paramref name="FrameOffset"/>. Bytes that a step did not write are undefined:
/// a frame is a piece of the ring, not cleared memory. Therefore children run, and may be looked at, only when their
/// parent read something, and a decoder asks the same questions in the same order.
/// </summary>
internal abstract record Step(uint FrameOffset);

/// <summary>The low <paramref name="Size"/> bytes of a register.</summary>
internal sealed record RegisterStep(uint FrameOffset, GeneralRegister Register, uint Size) : Step(FrameOffset);

/// <summary>A computed value, stored with its low <paramref name="Size"/> bytes. <paramref name="Status"/> tells whether it could be had.</summary>
internal sealed record ComputeStep(uint FrameOffset, Operand Value, uint Size, StatusBit Status) : Step(FrameOffset);

/// <summary>A step that reads the target's memory and has others that follow what it read.</summary>
/// <param name="FrameOffset">Where the bytes go.</param>
/// <param name="Base">The address without <paramref name="Displacement"/>; zero is nil, nothing is read.</param>
/// <param name="Displacement">Added to the base.</param>
/// <param name="Status">Where the outcome is noted.</param>
/// <param name="Guard">When set: the step runs only if this is true of an earlier count.</param>
/// <param name="Children">Steps that need the bytes of this one.</param>
internal abstract record ReadStep(
    uint FrameOffset, Operand Base, long Displacement, StatusBit Status, CountGuard? Guard, ImmutableArray<Step> Children)
    : Step(FrameOffset);

/// <summary><paramref name="Size"/> bytes.</summary>
internal sealed record MemoryStep(
    uint FrameOffset, Operand Base, long Displacement, uint Size, StatusBit Status, CountGuard? Guard, ImmutableArray<Step> Children)
    : ReadStep(FrameOffset, Base, Displacement, Status, Guard, Children);

/// <summary>
/// min(<paramref name="Count"/>, <paramref name="MaxCount"/>) elements of <paramref name="Stride"/> bytes. With
/// <paramref name="SpanEnd"/> the count is (Count - Base) / stride, for a pair of pointers.
/// </summary>
internal sealed record CountedStep(
    uint FrameOffset, Operand Base, long Displacement, Operand Count, bool SpanEnd, uint Stride, uint MaxCount, StatusBit Status, CountGuard? Guard,
    ImmutableArray<Step> Children)
    : ReadStep(FrameOffset, Base, Displacement, Status, Guard, Children)
{
    /// <summary>The most bytes the step writes.</summary>
    public uint Capacity => Stride * MaxCount;
}

/// <summary>Characters up to and with the first zero, at most <paramref name="Capacity"/> bytes; cut when the zero is the last of them.</summary>
internal sealed record TerminatedStep(
    uint FrameOffset, Operand Base, long Displacement, uint Capacity, StatusBit Status, CountGuard? Guard)
    : ReadStep(FrameOffset, Base, Displacement, Status, Guard, []);

/// <summary>True when the count is greater than <paramref name="Index"/>: element <paramref name="Index"/> exists.</summary>
internal sealed record CountGuard(Operand Count, ulong Index);

/// <summary>
/// A bit of the header's two status words: in <see cref="FrameHeader.Faults"/> it says that memory could not be read, in
/// <see cref="FrameHeader.Nils"/> that a pointer on the way was nil.
/// </summary>
internal readonly record struct StatusBit(int Index)
{
    /// <summary>How many a frame has.</summary>
    public const int Count = 64;

    /// <summary>For a step that cannot fail.</summary>
    public static readonly StatusBit None = new(-1);

    /// <summary>The bit in its word, 0 for <see cref="None"/>.</summary>
    public ulong Mask => Index < 0 ? 0 : 1UL << Index;
}
