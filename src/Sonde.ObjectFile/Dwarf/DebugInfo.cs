using System.Collections.Concurrent;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// The DWARF of one file, versions 2 to 5. Sections are opened when first needed; units are found by address without reading the others.
/// </summary>
/// <remarks>Safe for concurrent readers. Lives as long as the <see cref="ElfImage"/> it was opened on.</remarks>
internal sealed class DebugInfo
{
    /// <summary>Abbreviation tables kept: Go and LTO share one for all units, C++ has one per unit.</summary>
    private const int MaxAbbreviationTables = 64;

    /// <summary>
    /// Bytes of .debug_abbrev that may be read in all, as a multiple of its size plus a constant. Each unit may name any table, so without a bound a small file
    /// could ask for the square of its size.
    /// </summary>
    private const long AbbreviationFactor = 32, AbbreviationConstant = 256 << 20;

    /// <summary>Scopes and functions in the indexes of units that are kept: 40 MB or so.</summary>
    private const int MaxIndexed = 1_500_000;

    private readonly ElfImage _image;
    private readonly ConcurrentDictionary<(long, int), AbbreviationTable> _abbreviations = [];
    private readonly ConcurrentDictionary<InfoOffset, Unit> _units = [];
    private readonly Lazy<SectionData> _info, _types, _abbrev, _str, _lineStr, _strOffsets, _addr, _line, _loc, _loclists, _ranges, _rnglists, _aranges;
    private readonly Lazy<SectionData> _infoRoots, _typesRoots;
    private readonly Lazy<UnitList> _list, _typeList;
    private readonly Lazy<Dictionary<ulong, InfoOffset>> _signatures;
    private readonly Lazy<UnitAddresses> _addresses;
    private readonly Queue<(Unit Unit, int Size)> _indexed = [];
    private long _abbreviationBytes, _indexedSize;
    private RootTable? _lastRoot;

    private sealed record RootTable((long, int) Key, ulong Code, AbbreviationTable Table);

    private DebugInfo(ElfImage image)
    {
        _image = image;
        _info = Section(".debug_info");
        _types = Section(".debug_types");
        _abbrev = Section(".debug_abbrev");
        _str = Section(".debug_str");
        _lineStr = Section(".debug_line_str");
        _strOffsets = Section(".debug_str_offsets");
        _addr = Section(".debug_addr");
        _line = Section(".debug_line");
        _loc = Section(".debug_loc");
        _loclists = Section(".debug_loclists");
        _ranges = Section(".debug_ranges");
        _rnglists = Section(".debug_rnglists");
        _aranges = Section(".debug_aranges");
        _infoRoots = new(() => Info.WithSmallWindows());
        _typesRoots = new(() => Types.WithSmallWindows());
        _list = new(() => new UnitList(_infoRoots.Value, false));
        _typeList = new(() => new UnitList(_typesRoots.Value, true));
        _signatures = new(ReadSignatures);
        _addresses = new(() => new UnitAddresses(this));
    }

    /// <summary>The DWARF of a file, or of a separate debug file for it: both state the same addresses. Reads nothing yet.</summary>
    public static DebugInfo Open(ElfImage image) => new(image);

    /// <summary>Whether the file has debug information at all.</summary>
    public bool Exists => _image.TryGetSection(".debug_info", out var section) && section.HasBytes ||
        _image.TryGetSection(".zdebug_info", out section) && section.HasBytes;

    public ElfImage Image => _image;

    public SectionData Info => _info.Value;

    public SectionData Types => _types.Value;

    public SectionData Abbrev => _abbrev.Value;

    public SectionData Str => _str.Value;

    public SectionData LineStr => _lineStr.Value;

    public SectionData StrOffsets => _strOffsets.Value;

    public SectionData Addr => _addr.Value;

    public SectionData Line => _line.Value;

    public SectionData Loc => _loc.Value;

    public SectionData Loclists => _loclists.Value;

    public SectionData Ranges => _ranges.Value;

    public SectionData Rnglists => _rnglists.Value;

    public SectionData Aranges => _aranges.Value;

    /// <summary>All units of .debug_info, in the order of the section. Hops over the headers at the first call.</summary>
    public IReadOnlyList<UnitHeader> Units => _list.Value.All;

    /// <summary>All units of .debug_types.</summary>
    public IReadOnlyList<UnitHeader> TypeUnits => _typeList.Value.All;

    /// <summary>Why the list of units ends early; null when it does not.</summary>
    public BinaryFormatException? UnitListError => _list.Value.Error ?? _typeList.Value.Error;

    /// <summary>The unit of a header; kept, so that the same one comes back.</summary>
    public Unit Unit(in UnitHeader header)
    {
        if (_units.TryGetValue(header.Offset, out var unit)) return unit;
        unit = new Unit(this, header);
        return _units.GetOrAdd(header.Offset, unit);
    }

    /// <summary>The unit that an entry lies in.</summary>
    public Unit UnitOf(InfoOffset offset)
    {
        if (!(offset.InTypes ? _typeList : _list).Value.TryFind(offset, out var header)) Malformed.Invalid(offset.InTypes ? Types.Name : Info.Name, offset.Value, "no unit here");
        return Unit(header);
    }

    /// <summary>The unit whose header begins at an offset, without knowing the others.</summary>
    public Unit UnitAt(InfoOffset offset) =>
        _units.TryGetValue(offset, out var unit) ? unit : Unit(UnitHeader.Read(RootSection(offset.InTypes), offset.Value, offset.InTypes));

    /// <summary>The entry at an offset. Throws when there is none.</summary>
    public Die DieAt(InfoOffset offset)
    {
        var unit = UnitOf(offset);
        return unit.DieAt(new UnitOffset(offset.Value - unit.Header.Offset.Value));
    }

    /// <summary>
    /// The units with code at an address: normally one. By .debug_aranges where it leads to a unit that agrees, else by the ranges of the root entries.
    /// </summary>
    public IReadOnlyList<Unit> FindUnits(FileAddress address) => _addresses.Value.Find(address);

    /// <summary>The unit with code at an address; null when none has.</summary>
    public Unit? FindUnit(FileAddress address) => FindUnits(address) is [var first, ..] ? first : null;

    /// <summary>
    /// The subprogram entries whose code contains an address: one, or several when the linker folded equal functions. The abstract origin
    /// or specification that names them is one hop away (<see cref="Die.TryGetInherited"/>).
    /// </summary>
    public List<Die> FindFunctions(FileAddress address)
    {
        var found = new List<Die>();
        foreach (var unit in FindUnits(address)) found.AddRange(unit.Index.FunctionsAt(address));
        return found;
    }

    /// <summary>The type entry of a type unit. Throws when no unit has the signature.</summary>
    internal Die TypeBySignature(ulong signature)
    {
        if (!_signatures.Value.TryGetValue(signature, out var offset)) Malformed.Unavailable(Info.Name, 0, $"no type unit 0x{signature:x16}");
        var unit = UnitAt(offset);
        return unit.DieAt(unit.Header.TypeOffset);
    }

    /// <summary>The table for the root entry alone: read up to its code, unless the whole table is known already.</summary>
    internal AbbreviationTable RootAbbreviation(in UnitHeader header, ulong code)
    {
        var key = Key(header);
        if (_abbreviations.TryGetValue(key, out var table)) return table;
        // Units that share a table come one after the other.
        if (_lastRoot is { } last && last.Key == key && last.Code == code) return last.Table;
        table = AbbreviationTable.Read(this, header, code);
        _lastRoot = new RootTable(key, code, table);
        return table;
    }

    /// <summary>All that decides the sizes of forms is part of the key.</summary>
    private static (long, int) Key(in UnitHeader header) =>
        (header.AbbreviationsOffset, header.AddressSize << 8 | header.OffsetSize << 4 | (header.Version <= 2 ? 1 : 0));

    internal AbbreviationTable AbbreviationsOf(in UnitHeader header)
    {
        var key = Key(header);
        if (_abbreviations.TryGetValue(key, out var table)) return table;
        table = AbbreviationTable.Read(this, header);
        if (_abbreviations.Count >= MaxAbbreviationTables) _abbreviations.Clear();
        return _abbreviations.GetOrAdd(key, table);
    }

    /// <summary>
    /// Counts what the indexes of units hold and lets the oldest go: whoever asks for every function of a gigabyte must not keep an index of all of it.
    /// Units made for a scan are not kept anyway.
    /// </summary>
    internal void NoteIndex(Unit unit, int size)
    {
        if (!_units.TryGetValue(unit.Header.Offset, out var kept) || !ReferenceEquals(kept, unit)) return;
        lock (_indexed)
        {
            _indexed.Enqueue((unit, size));
            _indexedSize += size;
            while (_indexedSize > MaxIndexed && _indexed.Count > 1)
            {
                var (oldest, freed) = _indexed.Dequeue();
                oldest.DropIndex();
                _indexedSize -= freed;
            }
        }
    }

    /// <summary>Counts work on abbreviations against the bound.</summary>
    internal void ChargeAbbreviations(long bytes)
    {
        if (Interlocked.Add(ref _abbreviationBytes, bytes) > AbbreviationConstant + Abbrev.Length * AbbreviationFactor)
            Malformed.Budget(Abbrev.Name, 0, "read too many times");
    }

    /// <summary>The units of .debug_info, read as far as they are asked for.</summary>
    internal UnitList UnitList => _list.Value;

    internal SectionData RootSection(bool inTypes) => inTypes ? _typesRoots.Value : _infoRoots.Value;

    private Lazy<SectionData> Section(string name) => new(() => _image.TryGetContents(name) ?? SectionData.Empty(name));

    private Dictionary<ulong, InfoOffset> ReadSignatures()
    {
        var signatures = new Dictionary<ulong, InfoOffset>();
        foreach (var headers in (IReadOnlyList<UnitHeader>[])[TypeUnits, Units])
        {
            foreach (var header in headers)
            {
                if (header.IsTypeUnit && header.Version != 0) signatures.TryAdd(header.Signature, header.Offset);
            }
        }

        return signatures;
    }
}
