using System.Collections.Concurrent;
using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using Sonde.Specs;
using Sonde.Specs.Names;

namespace Sonde.Symbols;

/// <summary>
/// Finds the functions of an image that a pattern means: name, symbol table, address, and of the debug information only the
/// unit that covers the address. Only names that no symbol has are looked for in all of the debug information.
/// </summary>
/// <remarks>For one thread; uses several for what is long.</remarks>
internal sealed class FunctionFinder(Image image)
{
    private const int MaximumSuggestions = 3;
    private const int RowsPerPiece = 8192;

    private readonly FunctionMaker _maker = new(image);

    /// <summary>The functions that fit best, by address; those of one address are one function with other names.</summary>
    /// <exception cref="BinaryFormatException">The symbol table is damaged.</exception>
    public IReadOnlyList<Function> Find(Where.Function where)
    {
        List<Candidate> found = FindCandidates(where);
        int best = found.Count == 0 ? 0 : found.Max(c => c.Rank.Tier());
        List<IGrouping<FileAddress, Candidate>> groups = [.. found.Where(c => c.Rank.Tier() == best).GroupBy(c => c.Address).OrderBy(g => g.Key)];

        // The resolver of an IFUNC runs once, when the program is loaded: nobody means it.
        groups.RemoveAll(g => g.All(c => c.Type == SymbolType.STT_GNU_IFUNC));
        IReadOnlyList<Function> functions = _maker.Make(groups);
        functions = Structors.WithoutWrappers(functions);
        return where.File is { } file ? [.. functions.Where(f => f.File is { } path && LineScan.Matches(path, file))] : functions;
    }

    /// <summary>Whether there are names of functions at all.</summary>
    public bool HasNames => image.SymbolTables.Count > 0 || image.Go is not null || image.Debug.Exists;

    /// <summary>Why a pattern finds nothing, and what to do.</summary>
    public Diagnostic WhyNot(Where.Function where, string? probe) => new MissingFunction(image, this).Explain(where, probe);

    /// <summary>Names that the user may have meant.</summary>
    public IReadOnlyList<string> Suggest(string name)
    {
        var names = new ConcurrentBag<List<string>>();
        bool isGo = image.Go is not null;
        foreach (SymbolTable table in image.SymbolTables)
        {
            ForEachPiece(table, (first, end) =>
            {
                var some = new List<string>(end - first);
                for (int i = first; i < end; i++)
                {
                    Symbol symbol = table[i];
                    if (IsFunction(symbol))
                        some.Add(SymbolNames.Display(table.NameBytes(symbol), isGo));
                }

                names.Add(some);
            });
        }

        if (image.SymbolTables.Count == 0 && image.Go?.Functions is { } functions)
            names.Add([.. Enumerable.Range(0, functions.Count).Select(i => GoName.Unescape(Encoding.UTF8.GetString(functions.Name(functions.Row(i)))))]);
        return Suggestions.Find(name, names.SelectMany(n => n).Distinct(), MaximumSuggestions);
    }

    private List<Candidate> FindCandidates(Where.Function where)
    {
        var pattern = new NamePattern(where);
        bool isExact = where.Syntax is PatternSyntax.Name or PatternSyntax.Glob or PatternSyntax.Verbatim;
        var found = new List<Candidate>();
        foreach (SymbolTable table in image.SymbolTables)
        {
            // In Go the symbol is the name: of an exact one there is no other spelling.
            List<Symbol> exact = isExact && image.Go is not null ? table.Find(where.Name) : [];
            if (exact.Any(IsFunction))
                found.AddRange(exact.Where(IsFunction).Select(s => New(s, where.Name, MatchRank.Source)));
            else
                Match(table, pattern, found);
        }

        if (image.Elf.Symbols.Count <= 1 && image.Go?.Functions is { } functions)
            Match(functions, pattern, found);

        // Static functions can be missing from the symbols and still be in the debug information.
        bool needsDebug = image.Debug.Exists && (isExact ? found.All(c => c.Rank.Tier() < 3) : !HasFullSymbols);
        if (needsDebug)
            MatchDebug(pattern, found);
        return found;
    }

    private bool HasFullSymbols => image.Elf.Symbols.Count > 1 || image.Separate?.Elf.Symbols.Count > 1;

    private void Match(SymbolTable table, NamePattern pattern, List<Candidate> found)
    {
        bool isGo = image.Go is not null;
        if (pattern.RequiredFragment is { } fragment)
        {
            foreach (Symbol symbol in table.FindWithFragment(Encoding.UTF8.GetBytes(fragment)))
            {
                if (!IsFunction(symbol))
                    continue;
                NameForms forms = SymbolNames.FormsOf(table.NameBytes(symbol), isGo);
                if (pattern.Match(forms) is not MatchRank.None and var rank)
                    found.Add(New(symbol, forms.Symbol, rank));
            }

            return;
        }

        ForEachPiece(table, (first, end) =>
        {
            var some = new List<Candidate>();
            for (int i = first; i < end; i++)
            {
                Symbol symbol = table[i];
                if (!IsFunction(symbol))
                    continue;
                NameForms forms = SymbolNames.FormsOf(table.NameBytes(symbol), isGo);
                if (pattern.Match(forms) is not MatchRank.None and var rank)
                    some.Add(New(symbol, forms.Symbol, rank));
            }

            lock (found)
                found.AddRange(some);
        });
    }

    private static void Match(FunctionTable functions, NamePattern pattern, List<Candidate> found)
    {
        byte[]? fragment = pattern.RequiredFragment is { } required ? Encoding.UTF8.GetBytes(required) : null;
        for (int i = 0; i < functions.Count; i++)
        {
            ObjectFile.Go.FunctionRow row = functions.Row(i);
            ReadOnlySpan<byte> name = functions.Name(row);
            if (fragment is not null && name.IndexOf(fragment) < 0)
                continue;
            string text = Encoding.UTF8.GetString(name);
            if (pattern.Match(new NameForms(NameLanguage.Go, text)) is not MatchRank.None and var rank)
                found.Add(new Candidate(row.Entry, row.Size, text, rank));
        }
    }

    private void MatchDebug(NamePattern pattern, List<Candidate> found)
    {
        byte[]? fragment = pattern.RequiredFragment is { } required ? Encoding.UTF8.GetBytes(required) : null;
        UnitScan.ForEach(image.Debug, (unit, index) =>
        {
            var some = new List<Candidate>();
            foreach (ObjectFile.Dwarf.FunctionRow row in FunctionScan.Read(unit, index, inlined: false))
            {
                if (row.Kind != FunctionRowKind.Function || !image.Elf.IsExecutable(row.Range.Start))
                    continue;
                Die entry = unit.DieAt(new UnitOffset(row.Entry - unit.Header.Offset.Value));
                if (fragment is not null && !SymbolNames.MayContain(entry, fragment))
                    continue;
                if (SymbolNames.FormsOf(entry) is { } forms && pattern.Match(forms) is not MatchRank.None and var rank)
                    some.Add(new Candidate(row.Range.Start, row.Range.End - row.Range.Start, forms.Symbol, rank, Entry: entry));
            }

            lock (found)
                found.AddRange(some);
        });
    }

    /// <summary>Whether a symbol names code that is in this image.</summary>
    internal bool IsFunction(Symbol symbol) =>
        symbol.MayBeCode && symbol.Type is SymbolType.STT_FUNC or SymbolType.STT_GNU_IFUNC or SymbolType.STT_NOTYPE && image.Elf.IsExecutable(symbol.Address);

    private static Candidate New(Symbol symbol, string name, MatchRank rank) =>
        new(symbol.Address, symbol.Size, name, rank, symbol.Type, symbol.Binding);

    private static void ForEachPiece(SymbolTable table, Action<int, int> visit)
    {
        int pieces = (table.Count + RowsPerPiece - 1) / RowsPerPiece;
        if (pieces == 1)
            visit(Math.Min(1, table.Count), table.Count);
        else
            Parallel.For(0, pieces, i => visit(Math.Max(1, i * RowsPerPiece), Math.Min(table.Count, (i + 1) * RowsPerPiece)));
    }
}
