using Sonde.Languages;
using Sonde.Languages.Cpp;
using Sonde.Languages.Rust;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Specs;
using Sonde.Specs.Names;
using Sonde.Types;

namespace Sonde.Symbols;

/// <summary>
/// Finds the functions of an image that a pattern means: name, symbol table, address, and of the debug information only the
/// unit that covers the address.
/// </summary>
internal sealed class FunctionFinder(Image image)
{
    private const int MaximumSuggestions = 3;

    /// <summary>The functions that fit best, by address; those of one address are one function with other names.</summary>
    /// <exception cref="BinaryFormatException">The symbol table is damaged.</exception>
    public IReadOnlyList<Function> Find(Where.Function where)
    {
        var pattern = new NamePattern(where);

        // An exact symbol needs no look at any other. In Go the symbol is the name.
        List<(Symbol Symbol, SymbolTable Table, MatchRank Rank)> found = where.Syntax is PatternSyntax.Name or PatternSyntax.Glob or PatternSyntax.Verbatim
            ? [.. Tables.SelectMany(t => t.Find(where.Name).Where(IsFunction).Select(s => (s, t, MatchRank.Source)))]
            : [];
        if (found.Count == 0)
            found = Scan(pattern);
        int best = found.Count == 0 ? 0 : found.Max(f => f.Rank.Tier());
        IEnumerable<Function> functions = found
            .Where(f => f.Rank.Tier() == best)
            .GroupBy(f => f.Symbol.Address)
            .OrderBy(g => g.Key)
            .Select(g => Make(g.Key, [.. g.Select(f => (f.Symbol, f.Table))]));
        return [.. where.File is { } file ? functions.Where(f => f.File is { } path && (path == file || path.EndsWith("/" + file, StringComparison.Ordinal))) : functions];
    }

    /// <summary>Names that the user may have meant.</summary>
    public IReadOnlyList<string> Suggest(string name)
    {
        var names = new List<string>();
        foreach (SymbolTable table in Tables)
        {
            foreach (Symbol symbol in table)
            {
                if (!IsFunction(symbol))
                    continue;
                NameForms forms = FormsOf(table.Name(symbol));
                names.Add(forms.Demangled ?? forms.Symbol);
            }
        }

        return Suggestions.Find(name, names, MaximumSuggestions);
    }

    /// <summary>Whether there are names of functions at all.</summary>
    public bool HasSymbols => Tables.Any(t => t.Count > 1);

    private IEnumerable<SymbolTable> Tables => [image.Elf.Symbols, image.Elf.DynamicSymbols];

    private List<(Symbol, SymbolTable, MatchRank)> Scan(NamePattern pattern)
    {
        var found = new List<(Symbol, SymbolTable, MatchRank)>();
        byte[]? fragment = pattern.RequiredFragment is { } required ? System.Text.Encoding.UTF8.GetBytes(required) : null;
        foreach (SymbolTable table in Tables)
        {
            foreach (Symbol symbol in table)
            {
                if (!IsFunction(symbol))
                    continue;
                ReadOnlySpan<byte> name = table.NameBytes(symbol);
                if (fragment is not null && name.IndexOf(fragment) < 0)
                    continue;
                MatchRank rank = pattern.Match(FormsOf(System.Text.Encoding.UTF8.GetString(name)));
                if (rank != MatchRank.None)
                    found.Add((symbol, table, rank));
            }
        }

        return found;
    }

    private bool IsFunction(Symbol symbol) =>
        symbol.MayBeCode && symbol.Type is SymbolType.STT_FUNC or SymbolType.STT_GNU_IFUNC or SymbolType.STT_NOTYPE && image.Elf.IsExecutable(symbol.Address);

    private NameForms FormsOf(string symbol)
    {
        if (IsGo)
            return new NameForms(NameLanguage.Go, symbol);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(symbol);
        if (RustDemangler.IsMangled(bytes) && RustDemangler.Demangle(bytes) is { } rust)
            return new NameForms(NameLanguage.Rust, symbol, rust);
        return ItaniumDemangler.IsMangled(bytes) && ItaniumDemangler.Demangle(bytes) is { } cpp
            ? new NameForms(NameLanguage.Cpp, symbol, cpp)
            : new NameForms(NameLanguage.C, symbol);
    }

    private bool IsGo => _isGo ??= image.Elf.TryGetSection(".gopclntab", out _) || image.Elf.TryGetSection(".data.rel.ro.gopclntab", out _)
        || image.Elf.TryGetSection(".go.buildinfo", out _);

    private bool? _isGo;

    private Function Make(FileAddress address, List<(Symbol Symbol, SymbolTable Table)> symbols)
    {
        (Symbol symbol, SymbolTable table) = symbols[0];
        NameForms forms = FormsOf(table.Name(symbol));
        Die entry = FindEntry(address, table.Name(symbol));
        SourceLanguage language = entry.Exists ? Language.Of(entry.Unit.Language)
            : forms.Language switch
            {
                NameLanguage.Go => SourceLanguage.Go,
                NameLanguage.Cpp => SourceLanguage.Cpp,
                NameLanguage.Rust => SourceLanguage.Rust,
                _ => SourceLanguage.Unknown,
            };
        string name = forms.Demangled ?? forms.Symbol;
        (string? file, int line) = Declaration(entry);
        return new Function
        {
            Image = image,
            Name = name,
            Symbol = forms.Symbol,
            Address = address,
            Size = symbols.Max(s => s.Symbol.Size),
            Entry = entry,
            Language = language,
            IsExternal = symbols.Any(s => s.Symbol.Binding != SymbolBinding.STB_LOCAL),
            File = file,
            Line = line,
            OtherNames = [.. symbols.Skip(1).Select(s => s.Table.Name(s.Symbol)).Where(n => n != forms.Symbol).Distinct()],
        };
    }

    private Die FindEntry(FileAddress address, string symbol)
    {
        try
        {
            // Equal functions folded into one have an entry each; the one of our name is ours.
            List<Die> entries = image.Debug.FindFunctions(address);
            foreach (Die entry in entries)
            {
                if (entry.LinkageName == symbol || entry.Name == symbol)
                    return entry;
            }

            return entries.Count > 0 ? entries[0] : default;
        }
        catch (BinaryFormatException)
        {
            return default; // Shown as no-debug-info; `sonde ls` names the damage.
        }
    }

    private static (string? File, int Line) Declaration(Die entry)
    {
        if (!entry.Exists)
            return (null, 0);
        try
        {
            int line = (int)Math.Min(entry.Unsigned(DW_AT.DW_AT_decl_line) ?? 0, int.MaxValue);
            string? file = entry.TryGetInherited(DW_AT.DW_AT_decl_file, out AttributeValue number)
                ? number.Unit.Lines?.FilePath(number.AsUnsigned())
                : null;
            if (file is null && entry.TryGetAddress(DW_AT.DW_AT_low_pc, out FileAddress start) && entry.Unit.Lines is { } lines
                && lines.TryFindRow(start, out var row))
                (file, line) = (row.File >= 0 ? lines.Files[row.File].Path : null, row.Line);
            return (file, line);
        }
        catch (BinaryFormatException)
        {
            return (null, 0);
        }
    }
}
