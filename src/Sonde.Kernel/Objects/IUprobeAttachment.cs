namespace Sonde.Kernel.Objects;

/// <summary>A program attached to sites of one file, by one means or the other. Disposing takes all of its probes out.</summary>
internal interface IUprobeAttachment : IDisposable
{
    /// <summary>Number of attached sites.</summary>
    int Sites { get; }

    /// <summary>What the kernel refused, with its answer. A site in a file nobody has mapped is not looked at and never refused.</summary>
    IReadOnlyList<RefusedSite> Refused { get; }
}
