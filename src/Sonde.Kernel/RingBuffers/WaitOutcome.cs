namespace Sonde.Kernel.RingBuffers;

/// <summary>Why a wait ended.</summary>
internal enum WaitOutcome
{
    /// <summary>The time is over.</summary>
    TimedOut,

    /// <summary>A ring buffer has records, or had when asked.</summary>
    Ready,

    /// <summary><see cref="RingWaiter.Wake"/> was called; there may be records too.</summary>
    Woken,
}
