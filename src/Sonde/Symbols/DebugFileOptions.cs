namespace Sonde.Symbols;

/// <summary>Where separate debug files are looked for, besides the places every system has.</summary>
/// <param name="Files">Debug files named by the user; each is used for the image that it belongs to.</param>
/// <param name="Directories">Further directories that are laid out like <c>/usr/lib/debug</c>, or just hold debug files.</param>
internal sealed record DebugFileOptions(IReadOnlyList<string> Files, IReadOnlyList<string> Directories)
{
    /// <summary>Only the places every system has.</summary>
    public static DebugFileOptions Default { get; } = new([], []);
}
