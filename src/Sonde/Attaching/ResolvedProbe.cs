using System.Collections.Immutable;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Symbols;

namespace Sonde.Attaching;

/// <summary>A probe with everything that attaching needs to know of it.</summary>
/// <param name="Index">Its number in the session.</param>
/// <param name="Spec">What the user asked.</param>
/// <param name="Functions">The functions it fires in.</param>
internal sealed record ResolvedProbe(int Index, ProbeSpec Spec, ImmutableArray<PlannedFunction> Functions);

/// <summary>A function of a probe, with a plan for each of its sites.</summary>
/// <param name="Function">The function.</param>
/// <param name="Sites">Its sites; the first is where it is entered, but for return probes.</param>
/// <param name="IsPaired">Whether entry and return make one event.</param>
internal sealed record PlannedFunction(Function Function, ImmutableArray<PlannedSite> Sites, bool IsPaired = false);

/// <summary>A site and the plan that holds when it is the last one of an event.</summary>
internal sealed record PlannedSite(ProbeSite Site, CapturePlan Plan);
