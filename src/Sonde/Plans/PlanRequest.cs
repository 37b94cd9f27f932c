using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>What <see cref="Planner"/> plans: the wanted values, where they are, and the conditions.</summary>
internal sealed record PlanRequest
{
    /// <summary>The types of the values.</summary>
    public required TypeGraph Types { get; init; }

    /// <summary>How much to read.</summary>
    public CaptureLimits Limits { get; init; } = CaptureLimits.Default;

    /// <summary>The table of the follow loop; null for a plan of steps alone, which follows little.</summary>
    public FollowTable? Follow { get; init; }

    /// <summary>Whether to follow by the loop even where steps would do: because another site of the same event does.</summary>
    public bool AlwaysFollow { get; init; }

    /// <summary>The wanted values in the order of the event.</summary>
    public ImmutableArray<WantedValue> Values { get; init; } = [];

    /// <summary>What a call keeps of its entry for its return.</summary>
    public Holder? Held { get; init; }

    /// <summary>For those who explain.</summary>
    public ImmutableArray<ExplainedExpression> Expressions { get; init; } = [];

    /// <summary>Decided at the entry (or the only) site.</summary>
    public Predicate? EntryCondition { get; init; }

    /// <summary>Decided when a call returns.</summary>
    public Predicate? ReturnCondition { get; init; }
}

/// <summary>A value to capture, and whether it is read when the call returns instead of at the first site.</summary>
internal sealed record WantedValue(Variable Variable, RootRole Role, bool AtReturn = false, Secrecy Secrecy = Secrecy.None);
