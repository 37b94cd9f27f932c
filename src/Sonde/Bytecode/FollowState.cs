using Sonde.Kernel.Assembly;
using Sonde.Plans;

namespace Sonde.Bytecode;

/// <summary>
/// What a follow loop keeps between its turns: the beginning of a slot of the pool. A slot is claimed by one thread for one
/// hit, so that nobody else touches it even when the thread is preempted.
/// <code>
///    0  u64 claim          tgid and tid of the owner, 0 when free
///    8  u64 process        as the table of dynamic types knows it
///   16  u32 scan           the piece being looked at
///   20  u32 cursor         where the next piece goes
///   24  u32 segment end    where looking jumps ...
///   28  u32 next segment   ... to here
///   32  u32 chunk length   of the piece being looked at
///   36  u32 element        offset of the value being looked at in the piece
///   40  u32 reference      the next one of that value
///   44  u32 reference end
///   48  u32 reference first
///   52  u32 value size
///   56  u32 depth          of the piece
///   60  u32 flags          for new pieces, see <see cref="FollowChunk"/>
///   64  u32 probe
///   68  u32 generation     counts the uses of the slot, so that what was visited need not be cleared
///   72  u32 cut            1 when something did not fit
///   76  u32 rounds         tail calls so far
///   80  u8[32] call key    of a call, see <see cref="CallKey"/>
///  128  visited            (u64 address and row, u32 length, u32 generation) by hash
/// </code>
/// </summary>
internal static class FollowState
{
    public const short Claim = 0, Process = 8, Scan = 16, Cursor = 20, SegmentEnd = 24, NextSegment = 28, ChunkLength = 32, Element = 36,
        Reference = 40, ReferenceEnd = 44, ReferenceFirst = 48, ValueSize = 52, Depth = 56, Flags = 60, Probe = 64, Generation = 68, Cut = 72, Rounds = 76,
        Key = 80, Visited = 128;
    public const int VisitedEntries = 1024, VisitedBits = 10;
    public const int Frame = Visited + (16 * VisitedEntries);

    /// <summary>Slots that are tried, from that of the CPU on, before a hit is given up.</summary>
    public const int Attempts = 4;
}

/// <summary>What a follow loop does when there is nothing more to follow.</summary>
internal enum FollowRole
{
    /// <summary>Hands on the frame in its slot.</summary>
    Single = 0,

    /// <summary>Leaves the call's frame in the map of calls.</summary>
    CallEntry = 1,

    /// <summary>Hands on the call's frame and ends the call.</summary>
    CallReturn = 2,
}

/// <summary>The maps of follow loops with frames of one size.</summary>
/// <param name="FrameSize">Bytes of a frame.</param>
/// <param name="Slots">The pool: <see cref="FollowState"/> and a frame each.</param>
/// <param name="SlotCount">How many there are, a power of two.</param>
/// <param name="Programs">The loops, by <see cref="FollowRole"/>.</param>
internal sealed record FollowMaps(uint FrameSize, MapBlueprint Slots, int SlotCount, MapBlueprint Programs)
{
    /// <summary>Most bytes of one piece.</summary>
    public uint MaxChunk => Math.Min(FrameSize, 16_384);

    /// <summary>
    /// Bytes that a frame has in memory: the verifier wants room for the longest piece at the last place, which no piece
    /// ever uses.
    /// </summary>
    public uint Memory => FrameSize + MaxChunk + 64;
}

/// <summary>The tables that all follow loops of a session read.</summary>
/// <param name="Rows">See <see cref="FollowRow"/>.</param>
/// <param name="References">See <see cref="FollowReference"/>.</param>
/// <param name="Dynamics">See <see cref="FollowDynamic"/>.</param>
internal sealed record FollowTables(MapBlueprint Rows, MapBlueprint References, MapBlueprint Dynamics)
{
    /// <summary>How many dynamic types there can be.</summary>
    public const int MaximumDynamics = 16_384;
}
