namespace Sonde.Bytecode;

/// <summary>
/// The counters of one probe, a row of 64-bit words in an array that user space maps. Programs change them by atomic
/// operations only; a row fills two cache lines so that probes do not slow each other down.
/// </summary>
internal static class CounterRow
{
    public const short Hits = 0;
    public const short Emitted = 8;
    public const short Filtered = 16;
    public const short ConditionErrors = 24;
    public const short RateLimited = 32;
    public const short OverBudget = 40;
    public const short RingFull = 48;
    public const short ReadFaults = 56;
    public const short Unpaired = 64;

    /// <summary>Returns whose entry was not seen or was filtered; they are no hits.</summary>
    public const short OrphanReturns = 72;

    /// <summary>The period that <see cref="RateCount"/> counts in.</summary>
    public const short RateWindow = 80;

    /// <summary>Events let through in that period.</summary>
    public const short RateCount = 88;

    /// <summary>Calls that entered and did not end otherwise than by a return or by a replacement.</summary>
    public const short DidNotReturn = 96;

    /// <summary>Not 0 while hits count: every site is in place, and the end has not begun.</summary>
    public const short Open = 104;

    /// <summary>Events that sampling has looked at.</summary>
    public const short Sampled = 112;

    public const int Size = 128;
}
