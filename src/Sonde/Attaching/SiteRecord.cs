namespace Sonde.Attaching;

/// <summary>A site with its number in the session, which frames carry, and that of its function, which pairs calls.</summary>
internal sealed record SiteRecord(uint Number, uint FunctionNumber, ResolvedProbe Probe, PlannedSite Planned, bool IsPaired = false)
{
    /// <summary>What the kernel hands to the program at this site.</summary>
    public ulong Cookie => ((ulong)FunctionNumber << 32) | Number;
}
