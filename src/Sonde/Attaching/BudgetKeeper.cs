using System.Diagnostics;
using Sonde.Bytecode;
using Sonde.Sinks;

namespace Sonde.Attaching;

/// <summary>Keeps the probes of an attachment to their budget. For one thread.</summary>
internal sealed class BudgetKeeper
{
    private readonly Attachment _attachment;
    private readonly HitPrices _prices;
    private readonly double _percent;
    private readonly (ResolvedProbe Probe, BudgetMeter Meter)[] _meters;
    private readonly long _started = Stopwatch.GetTimestamp();

    private readonly HashSet<int> _released = [];

    /// <summary>Begins.</summary>
    /// <param name="attachment">Whose probes.</param>
    /// <param name="prices">What hits cost.</param>
    /// <param name="probes">The probes.</param>
    /// <param name="percent">Of one processor, for each probe; 0 for no limit.</param>
    public BudgetKeeper(Attachment attachment, HitPrices prices, IEnumerable<ResolvedProbe> probes, double percent)
    {
        _attachment = attachment;
        _prices = prices;
        _percent = percent;
        _meters = percent > 0 ? [.. probes.Select(p => (p, new BudgetMeter(percent / 100)))] : [];
    }

    /// <summary>How long a probe has been out.</summary>
    public TimeSpan Off(int probe)
    {
        TimeSpan now = Stopwatch.GetElapsedTime(_started);
        return _meters.Where(m => m.Probe.Index == probe).Select(m => m.Meter.OffAt(now)).FirstOrDefault();
    }

    /// <summary>Leaves a probe alone from now on.</summary>
    public void Release(int probe) => _released.Add(probe);

    /// <summary>Looks at the counters, takes out and puts in.</summary>
    public void Check(Action<SessionNotice> notify)
    {
        foreach ((ResolvedProbe probe, BudgetMeter meter) in _meters)
        {
            if (_released.Contains(probe.Index))
                continue;
            TimeSpan now = Stopwatch.GetElapsedTime(_started);
            switch (meter.Observe(now, _attachment.Counter(probe.Index, CounterRow.Hits), _prices.Of(probe)))
            {
                case BudgetAction.Pause:
                    _attachment.Pause(probe.Index);
                    break;
                case BudgetAction.Resume:
                    _attachment.Resume(probe.Index);
                    break;
                default:
                    break;
            }

            if (meter.LastShare > _percent / 100)
                _prices.Measure();
            if (meter.IsNews)
            {
                notify(new SessionNotice(
                    $"its hits cost {meter.LastShare * 100:0} % of a processor, the budget is {_percent:0.##} %: "
                    + "from now on it is in place for part of the time (--budget 0 lifts the limit)",
                    probe.Spec.Label));
            }
        }
    }
}
