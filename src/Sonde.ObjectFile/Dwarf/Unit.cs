using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// One unit that is being looked at. Making one reads its header and root entry only; abbreviations, functions and parents are worked out when asked for.
/// </summary>
/// <remarks>Immutable but for caches; safe for concurrent readers.</remarks>
internal sealed class Unit
{
    private readonly AttributeValue _low, _high, _ranges;
    private AbbreviationTable? _abbreviations;
    private UnitIndex? _index;
    private AddressMap? _coverage;
    private LineProgram? _lines;

    internal Unit(DebugInfo info, in UnitHeader header)
    {
        DebugInfo = info;
        Header = header;
        Section = header.Offset.InTypes ? info.Types : info.Info;
        if (header.Version == 0) Malformed.Unsupported(Section.Name, header.Offset.Value, "unit of unknown version or kind");

        // The small windows of the root section keep a walk over the roots of a huge file from reading all of it.
        var cursor = info.RootSection(header.Offset.InTypes).Cursor(header.Offset.Value + header.HeaderSize, header.End);
        var code = cursor.ReadULeb128();
        var rootTable = info.RootAbbreviation(header, code);
        var index = rootTable.IndexOf(code);
        if (index < 0) Malformed.Invalid(Section.Name, header.Offset.Value + header.HeaderSize, "no root entry");
        RootTag = rootTable[index].Tag;
        var addressBase = -1L;
        AttributeValue strOffsets = default, loclists = default, rnglists = default;
        foreach (ref readonly var spec in rootTable.Attributes(rootTable[index]))
        {
            var value = AttributeValue.Read(ref cursor, spec, this);
            switch (spec.Name)
            {
                case DW_AT.DW_AT_low_pc: _low = value; break;
                case DW_AT.DW_AT_high_pc: _high = value; break;
                case DW_AT.DW_AT_ranges: _ranges = value; break;
                case DW_AT.DW_AT_str_offsets_base: strOffsets = value; break;
                case DW_AT.DW_AT_loclists_base: loclists = value; break;
                case DW_AT.DW_AT_rnglists_base: rnglists = value; break;
                case DW_AT.DW_AT_addr_base or DW_AT.DW_AT_GNU_addr_base: addressBase = Forms.Length(value.Raw); break;
                case DW_AT.DW_AT_GNU_ranges_base: GnuRangesBase = Forms.Length(value.Raw); break;
                case DW_AT.DW_AT_language: LanguageCode = value.Raw; break;
                case DW_AT.DW_AT_stmt_list: LinesOffset = Forms.Length(value.Raw); break;
                default: break;
            }
        }

        // Without the attribute: behind the header of the first contribution (DWARF 5, section 7.26 and following; LLVM's dwo convention too).
        var listHeader = header.OffsetSize == 8 ? 20 : 12;
        AddressBase = addressBase >= 0 ? addressBase : header.Version >= 5 ? (header.OffsetSize == 8 ? 16 : 8) : 0;
        StrOffsetsBase = strOffsets.Form != 0 ? Forms.Length(strOffsets.Raw) : header.Version >= 5 ? (header.OffsetSize == 8 ? 16 : 8) : 0;
        LoclistsBase = loclists.Form != 0 ? Forms.Length(loclists.Raw) : listHeader;
        RnglistsBase = rnglists.Form != 0 ? Forms.Length(rnglists.Raw) : listHeader;
        if (_low.TryGetAddress(out var low)) LowPc = low;
    }

    public DebugInfo DebugInfo { get; }

    public UnitHeader Header { get; }

    /// <summary>.debug_info or .debug_types.</summary>
    public SectionData Section { get; }

    public DW_TAG RootTag { get; }

    /// <summary>DW_AT_low_pc of the root: also the base of offsets in range and location lists.</summary>
    public FileAddress? LowPc { get; }

    /// <summary>Where the line program is; null when the unit has none.</summary>
    public long? LinesOffset { get; }

    public DW_LANG Language => LanguageCode is { } code and <= ushort.MaxValue ? (DW_LANG)code : DW_LANG.DW_LANG_unknown;

    public string? Name => Text(DW_AT.DW_AT_name);

    public string? Producer => Text(DW_AT.DW_AT_producer);

    /// <summary>DW_AT_comp_dir: what relative file names are relative to.</summary>
    public string? CompilationDirectory => Text(DW_AT.DW_AT_comp_dir);

    /// <summary>For a skeleton unit the .dwo file that holds the rest; null otherwise. Split units are not read: name the file to the user.</summary>
    public string? SplitFileName => Text(DW_AT.DW_AT_dwo_name) ?? Text(DW_AT.DW_AT_GNU_dwo_name);

    public Die Root => DieAt(new UnitOffset(Header.HeaderSize));

    public AbbreviationTable Abbreviations => _abbreviations ??= DebugInfo.AbbreviationsOf(Header);

    /// <summary>Functions by address, and parents: one walk over the unit.</summary>
    public UnitIndex Index
    {
        get
        {
            if (_index is { } index) return index;
            _index = index = UnitIndex.Build(this);
            DebugInfo.NoteIndex(this, index.Size);
            return index;
        }
    }

    /// <summary>Forgets what the walk told; it is walked again when somebody asks.</summary>
    internal void DropIndex() => _index = null;

    /// <summary>The line program; null when the unit has none.</summary>
    public LineProgram? Lines => _lines ??= LinesOffset is { } offset ? LineProgram.Read(this, offset) : null;

    /// <summary>Whether the root says where its code is, be it that it has none left.</summary>
    internal bool StatesRanges => _ranges.Form != 0 || _high.Form != 0;

    internal long AddressBase { get; }

    internal long StrOffsetsBase { get; }

    internal long LoclistsBase { get; }

    internal long RnglistsBase { get; }

    internal long GnuRangesBase { get; }

    private ulong? LanguageCode { get; }

    /// <summary>The entry at an offset from the unit's header. Throws when there is none.</summary>
    public Die DieAt(UnitOffset offset)
    {
        var place = Header.Offset.Value + offset.Value;
        if (offset.Value < Header.HeaderSize || place >= Header.End) Malformed.Invalid(Section.Name, place, "no entry can be here: outside of the unit");
        var cursor = Section.Cursor(place, Header.End);
        var code = cursor.ReadULeb128();
        var index = code == 0 ? -1 : Abbreviations.IndexOf(code);
        if (index < 0) Malformed.Invalid(Section.Name, place, $"no entry: abbreviation {code}");
        return new Die(this, place, index, (int)(cursor.Offset - place));
    }

    /// <summary>Whether the root states that the unit has code at an address; null when it states nothing.</summary>
    internal bool? Covers(FileAddress address)
    {
        var map = _coverage ??= AddressMap.Build(Ranges().ConvertAll(static r => (r.Start.Value, r.End.Value, 0)));
        return map.Count == 0 ? null : map.FindAll(address).Count > 0;
    }

    /// <summary>The address ranges that the root entry states; empty when it states none (then the functions have to be asked).</summary>
    public List<AddressRange> Ranges() => RangeList.Of(this, _low, _high, _ranges);

    /// <summary>Entry <paramref name="index"/> of this unit's part of .debug_addr.</summary>
    internal ulong AddressAt(ulong index)
    {
        if (index > uint.MaxValue) Malformed.Invalid(".debug_addr", 0, $"index {index}");
        var cursor = DebugInfo.Addr.Cursor(Offset(AddressBase, index, Header.AddressSize, DebugInfo.Addr));
        return cursor.ReadOffset(Header.AddressSize);
    }

    /// <summary>Entry <paramref name="index"/> of this unit's part of .debug_str_offsets.</summary>
    internal long StringOffsetAt(ulong index)
    {
        if (index > uint.MaxValue) Malformed.Invalid(".debug_str_offsets", 0, $"index {index}");
        var cursor = DebugInfo.StrOffsets.Cursor(Offset(StrOffsetsBase, index, Header.OffsetSize, DebugInfo.StrOffsets));
        return Forms.Length(cursor.ReadOffset(Header.OffsetSize));
    }

    /// <summary>Offset of the list that DW_FORM_loclistx or rnglistx names: the table holds offsets from its base.</summary>
    internal long ListOffsetAt(SectionData section, long listBase, ulong index)
    {
        if (index > uint.MaxValue) Malformed.Invalid(section.Name, 0, $"index {index}");
        var cursor = section.Cursor(Offset(listBase, index, Header.OffsetSize, section));
        var relative = cursor.ReadOffset(Header.OffsetSize);
        if (relative > (ulong)section.Length) Malformed.Invalid(section.Name, cursor.Offset, "list offset outside of the section");
        return listBase + (long)relative;
    }

    private static long Offset(long start, ulong index, int size, SectionData section)
    {
        if (start > section.Length) Malformed.Invalid(section.Name, start, "base outside of the section");
        return start + (long)index * size;
    }

    private string? Text(DW_AT name) => Root.TryGetAttribute(name, out var value) ? value.AsString() : null;
}
