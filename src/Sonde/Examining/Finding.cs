namespace Sonde.Examining;

/// <summary>How a finding bears on tracing.</summary>
internal enum FindingState
{
    /// <summary>As it should be, or only a fact.</summary>
    Ok,

    /// <summary>Tracing works, something is worse than it could be.</summary>
    Warning,

    /// <summary>Something optional is not there; sonde does without.</summary>
    Absent,

    /// <summary>Tracing does not work.</summary>
    Failed,
}

/// <summary>What a finding is about.</summary>
internal enum FindingGroup
{
    /// <summary>The kernel as a whole.</summary>
    Kernel,

    /// <summary>What this user may do.</summary>
    Privileges,

    /// <summary>What the kernel can do, found by trying.</summary>
    Features,

    /// <summary>The program or process that was asked about.</summary>
    Target,

    /// <summary>What a hit costs here.</summary>
    Cost,
}

/// <summary>One line of what <c>sonde doctor</c> tells.</summary>
/// <param name="Group">What it is about.</param>
/// <param name="Subject">Its name.</param>
/// <param name="State">How it bears on tracing.</param>
/// <param name="Text">What was found.</param>
/// <param name="Hint">How to mend it.</param>
internal sealed record Finding(FindingGroup Group, string Subject, FindingState State, string Text, string? Hint = null);
