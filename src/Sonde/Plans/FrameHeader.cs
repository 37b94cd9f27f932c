namespace Sonde.Plans;

/// <summary>
/// The first bytes of every frame, little-endian. Both the program that writes frames and the decoder that reads them take
/// the offsets from here.
/// <code>
///   0  u32 probe        which probe of the session
///   4  u32 site         which site of the session fired (at entry, for a call)
///   8  u64 time         bpf_ktime_get_ns at the (entry) site
///  16  u64 tgid|tid     bpf_get_current_pid_tgid of the (entry) site
///  24  u64 sequence     number of this event among the probe's emitted ones, from 1
///  32  u64 goroutine    goid, 0 when it is not known
///  40  u64 faults       a bit per step whose memory could not be read
///  48  u64 nils         a bit per step that met a nil pointer; with its bit of faults, one that was out of range
///  56  u8[16] command   name of the thread
///  72  u64 end          bpf_ktime_get_ns at the return site, 0 when there was none; where there is nothing to pair, the
///                       address in memory of the instruction that fired
///  80  u32 outcome      see <see cref="FrameOutcome"/>
///  84  u32 return site  which site the call returned at
/// only in frames that are followed:
///  88  u32 used         bytes of the frame that are written
///  92  u32 cut          1 when something more could have been followed and did not fit
/// </code>
/// </summary>
internal static class FrameHeader
{
    public const uint Probe = 0;
    public const uint Site = 4;
    public const uint Time = 8;
    public const uint ProcessAndThread = 16;
    public const uint Sequence = 24;
    public const uint Goroutine = 32;
    public const uint Faults = 40;
    public const uint Nils = 48;
    public const uint Command = 56;
    public const uint CommandSize = 16;
    public const uint End = 72;
    public const uint Outcome = 80;
    public const uint ReturnSite = 84;
    public const uint Used = 88;
    public const uint Cut = 92;
    public const uint Size = 88;
    public const uint FollowedSize = 96;
}

/// <summary>How a firing ended.</summary>
internal enum FrameOutcome : uint
{
    /// <summary>An entry, return or line: nothing to pair.</summary>
    Single = 0,

    /// <summary>A call whose return was seen.</summary>
    Returned = 1,

    /// <summary>A call that ended in another way (panic, exception, longjmp).</summary>
    DidNotReturn = 2,
}
