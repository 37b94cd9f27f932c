using System.Buffers.Binary;
using Sonde.Plans;

namespace Sonde.Values;

/// <summary>The pieces that the follow loop has put into a frame.</summary>
internal static class FollowedMemory
{
    /// <summary>Adds them to what is known of the target's memory. A frame that is damaged gives fewer.</summary>
    public static void AddTo(FrameMemory memory, ReadOnlySpan<byte> frame, FollowLayout layout)
    {
        if (frame.Length < FrameHeader.FollowedSize)
            return;
        uint used = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)FrameHeader.Used..]), (uint)frame.Length);
        for (uint at = layout.Start; at < used && used - at >= FollowChunk.Size;)
        {
            ReadOnlySpan<byte> header = frame.Slice((int)at, FollowChunk.Size);
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[FollowChunk.Address..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[FollowChunk.Length..]);
            uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header[FollowChunk.Flags..]);
            at += FollowChunk.Size;
            if (length > used - at)
                return;
            ReadPhase phase = (flags & FollowChunk.AtReturn) != 0 ? ReadPhase.Return : ReadPhase.Entry;
            if ((flags & FollowChunk.Unreadable) != 0)
                memory.AddFaulted(address, phase);
            else if (address != 0)
                memory.AddPresent(address, (int)at, (int)length, phase);
            at += (length + 7) & ~7u;
        }
    }
}
