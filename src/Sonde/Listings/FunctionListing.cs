using System.Collections.Concurrent;
using System.Text;
using Sonde.Languages;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Specs;
using Sonde.Specs.Names;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>
/// All functions of an image: those of the debug information unit by unit, then those that only a symbol or Go's function table tells.
/// One walk counts the inlined copies, a second one makes the rows; no entry becomes an object, no unit stays in memory.
/// </summary>
internal sealed class FunctionListing(Image image)
{
    private const int RowsOfBatch = 2048;

    private readonly Signatures _signatures = new();
    private readonly FunctionMaker _maker = new(image);
    private readonly Dictionary<long, int> _copies = [];
    private readonly HashSet<ulong> _parts = [];
    private readonly HashSet<(ulong Address, int Name)> _shown = [];
    private readonly HashSet<long> _named = [];

    // Go's own code of a function does not always refer to the entry that the copies refer to; the name does.
    private readonly ConcurrentDictionary<string, (int Copies, long Origin)> _goCopies = [];

    // In every spelling of every function that the pattern fits.
    private byte[]? _fragment;

    /// <summary>Units of the debug information that could not be read.</summary>
    public int DamagedUnits { get; private set; }

    /// <summary>Where the definition of a function with code is: 24 bytes for each of perhaps a million.</summary>
    private readonly record struct Row(long Entry, FileAddress Start, ulong Size, long Key);

    /// <summary>The functions that a pattern fits, best fits only; all when there is none. In the order of the debug information.</summary>
    /// <exception cref="BinaryFormatException">The symbols are damaged.</exception>
    public IEnumerable<ListedFunction> List(Where.Function? where)
    {
        if (where is not null && new NamedListing(image, _signatures).TryList(where) is { Count: > 0 } named)
            return named;
        var pattern = where is null ? null : new NamePattern(where);
        _fragment = pattern?.RequiredFragment is { } fragment ? Encoding.UTF8.GetBytes(fragment) : null;
        IEnumerable<(ListedFunction Function, MatchRank Rank)> all = FromDebug(pattern).Concat(FromSymbols(pattern));
        if (pattern is null)
            return all.Select(f => f.Function);
        List<(ListedFunction Function, MatchRank Rank)> found = [.. all];
        int best = found.Count == 0 ? 0 : found.Max(f => f.Rank.Tier());
        return found.Where(f => f.Rank.Tier() == best && (where!.File is not { } file || f.Function.File is { } path && LineScan.Matches(path, file))).Select(f => f.Function);
    }

    private IEnumerable<(ListedFunction, MatchRank)> FromDebug(NamePattern? pattern)
    {
        if (!image.Debug.Exists)
            yield break;
        Row[]?[] units = Scan();
        long[] inlined = [.. _copies.Keys.Where(origin => !_named.Contains(origin) && !IsNoticedGo(origin)).Order()];
        foreach ((ListedFunction Function, MatchRank Rank) function in Batches.InOrder(units.Length, i => units[i]?.Length ?? 0, RowsOfBatch, i => OfUnit(i, units[i], inlined, pattern)))
        {
            if (function.Function.Address.Value != 0)
                _shown.Add((function.Function.Address.Value, function.Function.Name.GetHashCode(StringComparison.Ordinal)));
            yield return function;
        }

        foreach ((_, (int copies, long origin)) in _goCopies.OrderBy(c => c.Value.Origin))
        {
            // Go writes the results of a function with its code only: without them its declaration would be another one.
            if (OfOrigin(() => image.Debug.DieAt(new InfoOffset(origin)), pattern, out MatchRank rank) is { } function)
                yield return (function with { Inlined = copies, Signature = "" }, rank);
        }
    }

    private bool IsNoticedGo(long origin)
    {
        if (image.Go is null)
            return false;
        try
        {
            Die entry = image.Debug.DieAt(new InfoOffset(origin));
            if (Language.Of(entry.Unit.Language) != SourceLanguage.Go || SymbolNames.Display(entry) is not { } name)
                return false;
            _goCopies.AddOrUpdate(name, (_copies[origin], origin), (_, known) => (known.Copies + _copies[origin], known.Origin));
            return true;
        }
        catch (BinaryFormatException)
        {
            return false;
        }
    }

    private Row[]?[] Scan()
    {
        var units = new Row[]?[image.Debug.Units.Count];
        DamagedUnits = UnitScan.ForEach(image.Debug, (unit, index) =>
        {
            var rows = new List<Row>();
            var copies = new Dictionary<long, int>();
            var parts = new List<ulong>();
            foreach (ObjectFile.Dwarf.FunctionRow row in FunctionScan.Read(unit, index))
            {
                if (row.Kind == FunctionRowKind.Function && image.Elf.IsExecutable(row.Range.Start))
                    rows.Add(new Row(row.Entry, row.Range.Start, row.Range.End - row.Range.Start, row.Origin != 0 ? row.Origin : row.Entry));
                else if (row.Kind == FunctionRowKind.Part)
                    parts.Add(row.Range.Start.Value);
                else if (row.Kind == FunctionRowKind.Inlined && row.Origin != 0)
                    copies[row.Origin] = copies.GetValueOrDefault(row.Origin) + 1;
            }

            units[index] = [.. rows];
            lock (_copies)
            {
                _parts.UnionWith(parts);
                foreach ((long origin, int count) in copies)
                    _copies[origin] = _copies.GetValueOrDefault(origin) + count;
                foreach (Row row in rows)
                    _named.Add(row.Key);
            }
        }).Count;
        return units;
    }

    private List<(ListedFunction, MatchRank)> OfUnit(int index, Row[]? rows, long[] inlined, NamePattern? pattern)
    {
        var list = new List<(ListedFunction, MatchRank)>();
        ReadOnlySpan<long> alone = Within(inlined, image.Debug.Units[index]);
        if (rows is null || rows.Length + alone.Length == 0)
            return list;
        Unit unit = new(image.Debug, image.Debug.Units[index]); // It could be read for the scan.
        foreach (Row row in rows)
        {
            try
            {
                Die entry = unit.DieAt(new UnitOffset(row.Entry - unit.Header.Offset.Value));
                if (Make(entry, pattern, out MatchRank rank) is not { } function)
                    continue;

                if (function.File is null || function.Line == 0)
                    function = WithPlace(function, unit, row.Start);
                int copies = _copies.GetValueOrDefault(row.Key) + (function.Language == SourceLanguage.Go && _goCopies.TryRemove(function.Name, out (int Copies, long) more) ? more.Copies : 0);
                list.Add((function with { Address = row.Start, Size = row.Size, Inlined = copies, Entry = pattern is null ? default : entry }, rank));
            }
            catch (BinaryFormatException)
            {
                // The function is still listed by its symbol, if it has one.
            }
        }

        AddInlined(list, unit, alone, pattern);
        return list;
    }

    // What the entry does not say: up to Go 1.19 there are no lines of declarations, and copies of inlined functions have no file.
    private ListedFunction WithPlace(in ListedFunction function, Unit unit, FileAddress start)
    {
        (string? file, int line) = function.Language == SourceLanguage.Go ? _maker.GoDeclaration(start) : (null, 0);
        if (file is null && unit.Lines is { } lines && lines.Table.TryFind(start, out LineRow row) && row.File >= 0)
            (file, line) = (lines.Files[row.File].Path, row.Line);
        return function with { File = function.File ?? file, Line = function.Line > 0 ? function.Line : line };
    }

    // What has no code but in its callers.
    private void AddInlined(List<(ListedFunction, MatchRank)> list, Unit unit, ReadOnlySpan<long> origins, NamePattern? pattern)
    {
        foreach (long origin in origins)
        {
            if (OfOrigin(() => unit.DieAt(new UnitOffset(origin - unit.Header.Offset.Value)), pattern, out MatchRank rank) is { } function)
                list.Add((function with { Inlined = _copies[origin] }, rank));
        }
    }

    private ListedFunction? OfOrigin(Func<Die> find, NamePattern? pattern, out MatchRank rank)
    {
        rank = MatchRank.None;
        try
        {
            return Make(find(), pattern, out rank);
        }
        catch (BinaryFormatException)
        {
            return null; // Nothing else is known of it.
        }
    }

    private static ReadOnlySpan<long> Within(long[] origins, in UnitHeader unit)
    {
        int start = Array.BinarySearch(origins, unit.Offset.Value), end = Array.BinarySearch(origins, unit.End);
        return origins.AsSpan((start < 0 ? ~start : start)..(end < 0 ? ~end : end));
    }

    private ListedFunction? Make(Die entry, NamePattern? pattern, out MatchRank rank)
    {
        rank = MatchRank.Source;
        NameForms? forms = null;
        if (pattern is not null)
        {
            forms = _fragment is null || SymbolNames.MayContain(entry, _fragment) ? SymbolNames.FormsOf(entry) : null;
            rank = forms is { } known ? pattern.Match(known) : MatchRank.None;
            if (rank == MatchRank.None)
                return null;
        }

        if (SymbolNames.Display(entry) is not { } name)
            return null;
        (string? file, int line) = FunctionMaker.Declared(entry);
        string signature;
        try
        {
            signature = _signatures.Of(entry, name);
        }
        catch (BinaryFormatException)
        {
            signature = "";
        }

        return new ListedFunction(name, signature, file, line, default, 0, Language.Of(entry.Unit.Language), 0, forms?.Symbol ?? name, default);
    }

    private IEnumerable<(ListedFunction, MatchRank)> FromSymbols(NamePattern? pattern)
    {
        foreach (SymbolTable table in image.SymbolTables)
        {
            for (int i = 1; i < table.Count; i++)
            {
                Symbol symbol = table[i];
                bool isFunction = symbol.MayBeCode && symbol.Type != SymbolType.STT_NOTYPE && image.Elf.IsExecutable(symbol.Address);
                if (isFunction && !_parts.Contains(symbol.Address.Value) && OfSymbol(table, symbol, pattern, out MatchRank rank) is { } function)
                    yield return (function, rank);
            }
        }

        if (image.Elf.Symbols.Count > 1 || image.Go?.Functions is not { } functions)
            yield break;
        for (int i = 0; i < functions.Count; i++)
        {
            ObjectFile.Go.FunctionRow row = functions.Row(i);
            string symbol = Encoding.UTF8.GetString(functions.Name(row));
            if (!_shown.Add((row.Entry.Value, GoName.Unescape(symbol).GetHashCode(StringComparison.Ordinal))))
                continue;
            MatchRank rank = pattern?.Match(new NameForms(NameLanguage.Go, symbol)) ?? MatchRank.Source;
            if (rank == MatchRank.None)
                continue;
            (string? file, int line) = _maker.GoDeclaration(row.Entry);
            yield return (new ListedFunction(GoName.Unescape(symbol), "", file, line, row.Entry, row.Size, SourceLanguage.Go, 0, symbol, default), rank);
        }
    }

    private ListedFunction? OfAlias(Symbol symbol, string name, in NameForms forms)
    {
        if (!image.Debug.Exists)
            return null;
        try
        {
            Die entry = image.Debug.FindFunctions(symbol.Address).Find(e => RangeList.Of(e).Exists(r => r.Start == symbol.Address));
            if (!entry.Exists)
                return null;
            (string? file, int line) = FunctionMaker.Declared(entry);
            return new ListedFunction(name, _signatures.Of(entry, name), file, line, symbol.Address, symbol.Size, Language.Of(entry.Unit.Language), 0, forms.Symbol, entry);
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }

    private ListedFunction? OfSymbol(SymbolTable table, Symbol symbol, NamePattern? pattern, out MatchRank rank)
    {
        rank = MatchRank.Source;
        ReadOnlySpan<byte> bytes = table.NameBytes(symbol);
        if (_fragment is not null && bytes.IndexOf(_fragment) < 0)
        {
            rank = MatchRank.None;
            return null;
        }

        bool isGo = image.Go?.Functions.TryFind(symbol.Address, out _) == true;
        NameForms forms = SymbolNames.FormsOf(bytes, isGo);
        if (pattern is not null && (rank = pattern.Match(forms)) == MatchRank.None)
            return null;
        string name = SymbolNames.Display(bytes, isGo);

        // One more name of a function that was listed by its name in the debug information is listed too: malloc is __libc_malloc there.
        if (!_shown.Add((symbol.Address.Value, name.GetHashCode(StringComparison.Ordinal))))
            return null;
        if (OfAlias(symbol, name, forms) is { } alias)
            return alias;
        SourceLanguage language = forms.Language switch
        {
            NameLanguage.Go => SourceLanguage.Go,
            NameLanguage.Cpp => SourceLanguage.Cpp,
            NameLanguage.Rust => SourceLanguage.Rust,
            _ => SourceLanguage.Unknown,
        };
        (string? file, int line) = isGo ? _maker.GoDeclaration(symbol.Address) : (null, 0);
        return new ListedFunction(name, Signatures.OfSymbol(forms), file, line, symbol.Address, symbol.Size, language, 0, forms.Symbol, default);
    }
}
