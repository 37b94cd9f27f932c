using Sonde.ObjectFile.Bytes;

namespace Sonde.Fuzz.Targets;

/// <summary>
/// One thing to attack: which sections of a file to change, and what to read afterwards. It may throw <see cref="BinaryFormatException"/> and nothing else.
/// </summary>
internal sealed record FuzzTarget(string Name, string[] Sections, Action<IByteSource> Exercise)
{
    /// <summary>Where to change a file, for what sections do not tell. Empty: nowhere.</summary>
    public Func<byte[], List<(int Start, int Length)>>? Places { get; init; }

    /// <summary>The parts of a seed to attack; empty when it has none of them, null for the whole file.</summary>
    public List<(int Start, int Length)>? RangesOf(byte[] seed) => Places?.Invoke(seed) ?? (Sections.Length == 0 ? null : Mutation.Ranges(seed, Sections));

    /// <summary>All targets, by name.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("elf", [], ElfTargets.Image),
        new("symbols", [".symtab", ".strtab", ".dynsym", ".dynstr", ".gnu.version", ".gnu.version_r", ".dynamic", ".gnu.hash"], ElfTargets.Symbols),
        new("abbrev", [".debug_abbrev"], DwarfTargets.Entries),
        new("info", [".debug_info", ".debug_types", ".debug_str_offsets", ".debug_addr", ".debug_aranges"], DwarfTargets.Entries),
        new("ranges", [".debug_ranges", ".debug_rnglists", ".debug_aranges"], DwarfTargets.Functions),
        new("locations", [".debug_loc", ".debug_loclists"], DwarfTargets.Locations),
        new("expressions", [".debug_loc", ".debug_loclists", ".debug_info"], DwarfTargets.Locations),
        new("lines", [".debug_line", ".debug_line_str"], DwarfTargets.Lines),
        new("frames", [".eh_frame", ".eh_frame_hdr", ".debug_frame"], DwarfTargets.Frames),
        new("compressed", [], DwarfTargets.Entries) { Places = ListingTargets.CompressedPlaces },
        new("links", [".gnu_debuglink", ".gnu_debugaltlink", ".note.gnu.build-id"], ListingTargets.All),
        new("listing", [".debug_info", ".debug_abbrev", ".debug_str", ".debug_line", ".debug_line_str", ".symtab", ".strtab"], ListingTargets.All),
        new("go-functions", [], GoTargets.Functions) { Places = GoTargets.Places },
        new("go-types", [], GoTargets.Types) { Places = GoTargets.Places },
    ];
}
