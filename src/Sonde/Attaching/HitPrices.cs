using Sonde.Kernel.Features;
using Sonde.Kernel.Syscalls;
using Sonde.Sites;

namespace Sonde.Attaching;

/// <summary>
/// What a hit of a probe costs the target: guessed until somebody asks for a measurement, which takes half a second and is
/// made once.
/// </summary>
internal sealed class HitPrices(IKernel kernel)
{
    /// <summary>What the program itself costs, beside the trap: reading a few arguments into a frame.</summary>
    private const double Program = 300;

    private readonly Dictionary<int, (HitCost Costs, TimeSpan Price)> _known = [];
    private volatile HitCost _costs = new(600, 9000, 1200);
    private int _asked;

    /// <summary>Begins to measure, if nobody has.</summary>
    public void Measure()
    {
        if (Interlocked.Exchange(ref _asked, 1) == 0)
            new Thread(Run) { IsBackground = true, Name = "sonde-costs" }.Start();
    }

    /// <summary>The mean cost of a hit of a probe: the trap, for a call also that of its return, and the program.</summary>
    public TimeSpan Of(ResolvedProbe probe)
    {
        HitCost costs = _costs;
        if (!_known.TryGetValue(probe.Index, out (HitCost Costs, TimeSpan Price) known) || known.Costs != costs)
            _known[probe.Index] = known = (costs, Work(probe, costs));
        return known.Price;
    }

    private static TimeSpan Work(ResolvedProbe probe, HitCost costs)
    {
        ILookup<bool, double> prices = probe.Functions.SelectMany(f => f.Sites).ToLookup(s => s.Site.Use == SiteUse.Entry, Price);
        return TimeSpan.FromMicroseconds((prices[true].DefaultIfEmpty(0).Average() + prices[false].DefaultIfEmpty(0).Average()) / 1000);

        double Price(PlannedSite site) => Program + (site.Site.Use == SiteUse.ReturnProbe ? costs.Return
            : site.Site.Cost == UprobeHandling.Emulated ? costs.Emulated : costs.Stepped);
    }

    private void Run()
    {
        try
        {
            _costs = HitCost.Measure(kernel, KernelFeatures.Current);
        }
        catch (KernelException)
        {
            // The guess stays.
        }
    }
}
