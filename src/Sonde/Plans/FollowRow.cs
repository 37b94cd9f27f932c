using System.Buffers.Binary;

namespace Sonde.Plans;

/// <summary>
/// What the follow loop knows of a type: its references are a run of the table of references.
/// <code>
///   0  u32 first   number of the first reference
///   4  u32 count   how many
///   8  u32 size    bytes of a value; in a chunk values stand one behind the other
///  12  u32 unused
/// </code>
/// </summary>
internal static class FollowRow
{
    public const short First = 0, Count = 4, ValueSize = 8;
    public const int Size = 16;

    /// <summary>The bytes of a row.</summary>
    public static byte[] Bytes(int first, int count, uint size)
    {
        byte[] row = new byte[Size];
        BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(First), first);
        BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(Count), count);
        BinaryPrimitives.WriteUInt32LittleEndian(row.AsSpan(ValueSize), size);
        return row;
    }
}

/// <summary>
/// A dynamic type as the follow loop finds it: by type word and process (0: in every process).
/// <code>
///   key    0  u64 type word
///          8  u64 process, 0 for all
///   value  0  u32 row
///          4  u32 size          bytes of a value
///          8  u32 hops          taken from the depth
///         12  u32 direct        1: the data word is the value itself
///         16  s64 adjustment    added to the data word
/// </code>
/// </summary>
internal readonly record struct FollowDynamic(int Row, uint Size, uint Hops, bool IsDirect, long Adjustment)
{
    public const int KeySize = 16, ValueSize = 24;
    public const short RowAt = 0, SizeAt = 4, HopsAt = 8, DirectAt = 12, AdjustmentAt = 16;

    /// <summary>The key of a type word.</summary>
    public static byte[] Key(ulong typeWord, ulong process)
    {
        byte[] key = new byte[KeySize];
        BinaryPrimitives.WriteUInt64LittleEndian(key, typeWord);
        BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(8), process);
        return key;
    }

    /// <summary>The bytes of the value.</summary>
    public byte[] Bytes()
    {
        byte[] value = new byte[ValueSize];
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(RowAt), Row);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(SizeAt), Size);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(HopsAt), Hops);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(DirectAt), IsDirect ? 1u : 0);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(AdjustmentAt), Adjustment);
        return value;
    }
}

/// <summary>
/// What stands before each piece of memory in a frame that was followed. Pieces begin at multiples of eight.
/// <code>
///   0  u64 address   where it was read; 0 for bytes that have no address (roots, values in registers)
///   8  u32 length    bytes that follow; 0 when it could not be read
///  12  u32 row       type of the values in it
///  16  u32 depth     hops that are left
///  20  u32 flags     1 unreadable, 2 read at the return
/// </code>
/// </summary>
internal static class FollowChunk
{
    public const short Address = 0, Length = 8, Row = 12, Depth = 16, Flags = 20;
    public const int Size = 24;
    public const uint Unreadable = 1, AtReturn = 2;
}
