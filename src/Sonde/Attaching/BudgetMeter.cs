namespace Sonde.Attaching;

/// <summary>What is to happen to a probe.</summary>
internal enum BudgetAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is over its budget: take it out for a while.</summary>
    Pause,

    /// <summary>Put it in again.</summary>
    Resume,
}

/// <summary>
/// Holds the cost of a probe's hits to a share of one processor. A burst is let through; who is over the budget for
/// <see cref="Patience"/> seconds on end is from then on in place for short windows only, with pauses so long that the mean
/// is kept. Looks at no clock and no kernel.
/// </summary>
/// <param name="share">The budget: 0.05 is five percent of one processor.</param>
internal sealed class BudgetMeter(double share)
{
    private const int Patience = 10;
    private const int CalmWindows = 20;

    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private TimeSpan _start;
    private ulong _hits;
    private int _overInTurn;
    private int _calmInTurn;
    private bool _isMetered;
    private bool _isOff;
    private TimeSpan _off;
    private TimeSpan _offSince;

    /// <summary>The share of one processor that the hits cost when last looked at.</summary>
    public double LastShare { get; private set; }

    /// <summary>Whether the probe has just been found over its budget after it was not: worth a notice.</summary>
    public bool IsNews { get; private set; }

    /// <summary>How long it has been out in all.</summary>
    public TimeSpan OffAt(TimeSpan now) => _off + (_isOff ? now - _offSince : TimeSpan.Zero);

    /// <summary>Looks at the count of hits.</summary>
    /// <param name="now">Any clock that does not go backward.</param>
    /// <param name="hits">All hits so far.</param>
    /// <param name="cost">Of one hit.</param>
    public BudgetAction Observe(TimeSpan now, ulong hits, TimeSpan cost)
    {
        IsNews = false;
        if (_isOff)
        {
            if (now < _start)
                return BudgetAction.None;
            _off = OffAt(now);
            _isOff = false;
            (_start, _hits) = (now, hits);
            return BudgetAction.Resume;
        }

        TimeSpan elapsed = now - _start;
        if (elapsed < (_isMetered ? Window : Slice))
            return BudgetAction.None;
        TimeSpan used = cost * (hits - _hits);
        LastShare = used / elapsed;
        bool over = LastShare > share;
        (_start, _hits) = (now, hits);
        if (!over)
        {
            _overInTurn = 0;
            if (_isMetered && ++_calmInTurn >= CalmWindows)
                _isMetered = false;
            return BudgetAction.None;
        }

        _calmInTurn = 0;
        if (!_isMetered && ++_overInTurn < Patience)
            return BudgetAction.None;
        IsNews = !_isMetered;
        (_isMetered, _isOff, _overInTurn) = (true, true, 0);

        // The window's hits are paid off by the pause. What the slices before it cost is forgiven.
        TimeSpan pause = LastShare * (IsNews ? Window : elapsed) / share;
        pause = pause < LongestPause ? pause : LongestPause;
        _offSince = now;
        _start = now + pause;
        return BudgetAction.Pause;
    }
}
