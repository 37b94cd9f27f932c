using System.Buffers.Binary;

namespace Sonde.Plans;

/// <summary>How the bytes that a reference leads to are measured.</summary>
internal enum FollowForm : uint
{
    /// <summary>A number of elements of equal size.</summary>
    Elements = 0,

    /// <summary>Characters up to the first zero.</summary>
    Terminated = 1,

    /// <summary>What the type word says, found in the table of dynamic types.</summary>
    Dynamic = 2,
}

/// <summary>Where the number of elements is.</summary>
internal enum FollowCount : uint
{
    /// <summary>Always <see cref="FollowReference.MaxCount"/>.</summary>
    Fixed = 0,

    /// <summary>An unsigned integer of the value.</summary>
    Field = 1,

    /// <summary>The distance to a second pointer of the value, in bytes.</summary>
    Span = 2,

    /// <summary>2 to the power of an integer of the value.</summary>
    Power = 3,

    /// <summary>One more than an integer of the value.</summary>
    Mask = 4,
}

/// <summary>
/// One way out of a value of a type: a pointer at an offset and what is behind it. The rows of all types are one table in a
/// map that the follow loop reads; little-endian:
/// <code>
///   0  u32 form            <see cref="FollowForm"/>
///   4  u32 pointer         offset of the pointer (the data word, when dynamic) in the value
///   8  u32 count form      <see cref="FollowCount"/>
///  12  u32 count offset    of the integer or second pointer; of the type word, when dynamic
///  16  u64 count mask      the bytes of the integer that count
///  24  u32 stride          bytes of an element; most bytes of a terminated text
///  28  u32 most            elements
///  32  u32 target          row of the elements' type, 0 when nothing leads on from them
///  36  u32 hops            taken from the depth
///  40  s32 displacement    added to the pointer
///  44  u32 guard offset    in the value
///  48  u64 guard mask      0 for no guard
///  56  u64 guard low       the reference is there when the masked word less this ...
///  64  u64 guard span      ... is no more than this
///  72  s32 exponent bias   of <see cref="FollowCount.Power"/>; where the type word is behind its pointer, when dynamic
///  76  u32 indirect        1: the type word is behind a pointer
/// </code>
/// </summary>
internal sealed record FollowReference
{
    public const int Size = 80;
    public const short FormAt = 0, PointerAt = 4, CountFormAt = 8, CountOffsetAt = 12, CountMaskAt = 16, StrideAt = 24, MostAt = 28, TargetAt = 32,
        HopsAt = 36, DisplacementAt = 40, GuardOffsetAt = 44, GuardMaskAt = 48, GuardLowAt = 56, GuardSpanAt = 64, BiasAt = 72, IndirectAt = 76;

    public FollowForm Form { get; init; }

    public required uint Pointer { get; init; }

    public FollowCount Count { get; init; }

    public uint CountOffset { get; init; }

    public ulong CountMask { get; init; } = ulong.MaxValue;

    public uint Stride { get; init; }

    public uint MaxCount { get; init; } = 1;

    public int Target { get; init; }

    public uint Hops { get; init; }

    public int Displacement { get; init; }

    public FollowGuard? Guard { get; init; }

    public int Bias { get; init; }

    public bool IsIndirect { get; init; }

    /// <summary>Writes the row.</summary>
    public void Write(Span<byte> row)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(row[FormAt..], (uint)Form);
        BinaryPrimitives.WriteUInt32LittleEndian(row[PointerAt..], Pointer);
        BinaryPrimitives.WriteUInt32LittleEndian(row[CountFormAt..], (uint)Count);
        BinaryPrimitives.WriteUInt32LittleEndian(row[CountOffsetAt..], CountOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(row[CountMaskAt..], CountMask);
        BinaryPrimitives.WriteUInt32LittleEndian(row[StrideAt..], Stride);
        BinaryPrimitives.WriteUInt32LittleEndian(row[MostAt..], MaxCount);
        BinaryPrimitives.WriteInt32LittleEndian(row[TargetAt..], Target);
        BinaryPrimitives.WriteUInt32LittleEndian(row[HopsAt..], Hops);
        BinaryPrimitives.WriteInt32LittleEndian(row[DisplacementAt..], Displacement);
        BinaryPrimitives.WriteUInt32LittleEndian(row[GuardOffsetAt..], Guard?.Offset ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(row[GuardMaskAt..], Guard?.Mask ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(row[GuardLowAt..], Guard?.Low ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(row[GuardSpanAt..], Guard is { } guard ? guard.High - guard.Low : 0);
        BinaryPrimitives.WriteInt32LittleEndian(row[BiasAt..], Bias);
        BinaryPrimitives.WriteUInt32LittleEndian(row[IndirectAt..], IsIndirect ? 1u : 0);
    }
}

/// <summary>
/// The reference is there when the eight bytes at <paramref name="Offset"/>, masked, are from <paramref name="Low"/> to
/// <paramref name="High"/> (around the end of the numbers when High is smaller). It only spares reads: the decoder decides.
/// </summary>
internal readonly record struct FollowGuard(uint Offset, ulong Mask, ulong Low, ulong High);
