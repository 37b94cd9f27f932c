using System.Collections.Immutable;

namespace Sonde.Sinks;

/// <summary>Says that the probes are in place.</summary>
/// <param name="Probes">Each of them, in the order they were given.</param>
/// <param name="Elapsed">From the start of the program to now.</param>
public sealed record AttachedReport(ImmutableArray<AttachedProbe> Probes, TimeSpan Elapsed);

/// <summary>A probe and the number of addresses that carry it.</summary>
/// <param name="Probe">The probe as typed, or its name.</param>
/// <param name="Sites">All of its addresses.</param>
/// <param name="Inlined">Those in copies of functions that were inlined into others.</param>
public readonly record struct AttachedProbe(string Probe, int Sites, int Inlined = 0);
