using Sonde.Attaching;
using Xunit;

namespace Sonde.Tests.Attaching;

public sealed class BudgetMeterTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(16);
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    [Fact]
    public void A_burst_is_let_through()
    {
        var run = new Simulation(0.05);
        Assert.Equal(0, run.Drive(seconds: 8, hitsPerSecond: 900_000));
        Assert.Equal(0, run.Drive(seconds: 10, hitsPerSecond: 1000));
        Assert.Equal(0, run.Drive(seconds: 8, hitsPerSecond: 900_000));
        Assert.Equal(0, run.Notices);
    }

    [Theory]
    [InlineData(900_000)]
    [InlineData(8_000_000)]
    [InlineData(100_000)]
    public void What_goes_on_is_held_to_the_budget_and_told_once(long rate)
    {
        var run = new Simulation(0.05);
        run.Drive(seconds: 11, rate);
        ulong before = run.Hits;
        Assert.True(run.Drive(seconds: 100, rate) > 0);
        double share = (run.Hits - before) * 1e-6 / 100;
        Assert.InRange(share, 0.02, 0.056);
        Assert.Equal(1, run.Notices);
        Assert.InRange(run.Meter.OffAt(run.Now).TotalSeconds, 40, 106);
    }

    [Fact]
    public void When_it_is_calm_again_the_probe_stays_in_place()
    {
        var run = new Simulation(0.05);
        run.Drive(seconds: 30, hitsPerSecond: 900_000);
        run.Drive(seconds: 10, hitsPerSecond: 1000);
        ulong before = run.Hits;
        Assert.Equal(0, run.Drive(seconds: 20, hitsPerSecond: 1000));
        Assert.InRange(run.Hits - before, 19_000UL, 21_000UL);
    }

    private sealed class Simulation(double share)
    {
        private bool _isIn = true;
        private double _fraction;

        public BudgetMeter Meter { get; } = new(share);

        public TimeSpan Now { get; private set; }

        public ulong Hits { get; private set; }

        public int Notices { get; private set; }

        /// <summary>Lets time go by; returns how often the probe was taken out.</summary>
        public int Drive(int seconds, long hitsPerSecond)
        {
            int pauses = 0;
            for (TimeSpan end = Now + TimeSpan.FromSeconds(seconds); Now < end; Now += Step)
            {
                _fraction += _isIn ? Step.TotalSeconds * hitsPerSecond : 0;
                Hits += (ulong)_fraction;
                _fraction -= Math.Floor(_fraction);
                BudgetAction action = Meter.Observe(Now, Hits, Microsecond);
                Notices += Meter.IsNews ? 1 : 0;
                Assert.NotEqual(action, _isIn ? BudgetAction.Resume : BudgetAction.Pause);
                _isIn = action == BudgetAction.None ? _isIn : action == BudgetAction.Resume;
                pauses += action == BudgetAction.Pause ? 1 : 0;
            }

            return pauses;
        }
    }
}
