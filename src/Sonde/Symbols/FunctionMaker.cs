using System.Text;
using Sonde.Languages;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Types;

namespace Sonde.Symbols;

/// <summary>Makes functions of the names that were found: one for each address, with what the debug information knows of it.</summary>
internal sealed class FunctionMaker(Image image)
{
    private const int MaximumOtherNames = 64;

    /// <summary>A function for each address.</summary>
    public IReadOnlyList<Function> Make(IReadOnlyList<IGrouping<FileAddress, Candidate>> groups)
    {
        Dictionary<FileAddress, List<Candidate>> all = groups.ToDictionary(g => g.Key, g => g.ToList());
        AddNamesakes(all);
        return Threads.Map(groups, g => Make(g.Key, all[g.Key]));
    }

    /// <summary>A function for each entry of the debug information that has code.</summary>
    public IReadOnlyList<Function> Make(IReadOnlyList<Die> entries)
    {
        var found = new List<Candidate>();
        foreach (Die entry in entries)
        {
            if (RangeList.Of(entry) is [var first, ..] && image.Elf.IsExecutable(first.Start))
                found.Add(new Candidate(first.Start, first.Size, SymbolNames.FormsOf(entry)?.Symbol ?? "", Specs.Names.MatchRank.Source, Entry: entry));
        }

        Dictionary<FileAddress, List<Candidate>> names = found.Select(c => c.Address).Distinct().ToDictionary(a => a, _ => new List<Candidate>());
        AddNamesakes(names);
        return [.. found.Select(c => Make(c.Address, [c, .. names[c.Address].Where(n => n.Name != c.Name)]))];
    }

    /// <summary>Where a function was declared; where its code begins when that is not said.</summary>
    internal static (string? File, int Line) Declaration(Die entry)
    {
        (string? file, int line) = Declared(entry);
        try
        {
            if (file is null && entry.Exists && entry.TryGetAddress(DW_AT.DW_AT_low_pc, out FileAddress start) && entry.Unit.Lines is { } lines
                && lines.TryFindRow(start, out LineRow row))
                (file, line) = (row.File >= 0 ? lines.Files[row.File].Path : null, line > 0 ? line : row.Line);
        }
        catch (BinaryFormatException)
        {
            // A damaged line program takes nothing but the place.
        }

        return (file, line);
    }

    /// <summary>Where a function was declared, as far as its entry says so: Go's copies of inlined functions have the line only.</summary>
    internal static (string? File, int Line) Declared(Die entry)
    {
        if (!entry.Exists)
            return (null, 0);
        try
        {
            int line = (int)Math.Min(entry.Unsigned(DW_AT.DW_AT_decl_line) ?? 0, int.MaxValue);
            return (entry.TryGetInherited(DW_AT.DW_AT_decl_file, out AttributeValue number) ? number.Unit.Lines?.FilePath(number.AsUnsigned()) : null, line);
        }
        catch (BinaryFormatException)
        {
            return (null, 0);
        }
    }

    /// <summary>
    /// Go states no line of a function before 1.22, only those of its parameters. The first instruction has the
    /// declaration's line when it is the stack check, and the first statement's in a function without one.
    /// </summary>
    internal static int FirstParameterLine(Die entry)
    {
        ulong line = int.MaxValue;
        foreach (Die child in entry.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_formal_parameter && child.Unsigned(DW_AT.DW_AT_decl_line) is { } stated and > 0)
                line = Math.Min(line, stated);
        }

        return (int)line;
    }

    /// <summary>What Go's own function table tells of an address.</summary>
    internal (string? File, int Line) GoDeclaration(FileAddress address)
    {
        try
        {
            if (image.Go?.Functions is not { } functions || !functions.TryFind(address, out ObjectFile.Go.FunctionRow row))
                return (null, 0);
            string file = Encoding.UTF8.GetString(functions.File(row, address));
            return (file.Length > 0 ? file : null, row.StartLine > 0 ? row.StartLine : Math.Max(functions.Line(row, address), 0));
        }
        catch (BinaryFormatException)
        {
            return (null, 0);
        }
    }

    // The other names of the addresses: one pass over each table.
    private void AddNamesakes(Dictionary<FileAddress, List<Candidate>> all)
    {
        foreach (SymbolTable table in image.SymbolTables)
        {
            foreach (Symbol symbol in table)
            {
                if (!symbol.MayBeCode || !all.TryGetValue(symbol.Address, out List<Candidate>? candidates) || candidates.Count > MaximumOtherNames)
                    continue;
                string name = table.Name(symbol);
                if (candidates.TrueForAll(c => c.Name != name))
                    candidates.Add(new Candidate(symbol.Address, symbol.Size, name, Specs.Names.MatchRank.None, symbol.Type, symbol.Binding));
            }
        }
    }

    private Function Make(FileAddress address, List<Candidate> names)
    {
        // The name that was asked for is the one to show; of several the one that others can link to.
        Candidate first = names.OrderByDescending(c => c.Rank).ThenByDescending(c => c.Binding != SymbolBinding.STB_LOCAL).First();
        Die entry = names.Select(c => c.Entry).FirstOrDefault(e => e.Exists);
        if (!entry.Exists)
            entry = FindEntry(address, first.Name);
        bool isGo = InGoCode(address);
        SourceLanguage language = entry.Exists ? Language.Of(entry.Unit.Language) : isGo ? SourceLanguage.Go : LanguageOf(first.Name);
        (string? file, int line) = Declaration(entry);
        if (isGo && (file is null || line == 0))
        {
            (file, line) = GoDeclaration(address);
            line = entry.Exists ? Math.Min(line, FirstParameterLine(entry)) : line;
        }

        return new Function
        {
            Image = image,
            Name = DisplayName(first, entry, language),
            Symbol = first.Name,
            Address = address,
            Size = SizeOf(address, names, entry),
            Entry = entry,
            Language = language,
            IsExternal = names.Exists(c => c.Binding is SymbolBinding.STB_GLOBAL or SymbolBinding.STB_WEAK),
            File = file,
            Line = line,
            OtherNames = [.. names.Select(c => c.Name).Where(n => n != first.Name).Distinct()],
        };
    }

    private static string DisplayName(in Candidate candidate, Die entry, SourceLanguage language)
    {
        ReadOnlySpan<byte> symbol = Encoding.UTF8.GetBytes(candidate.Name);
        string name = SymbolNames.Display(symbol, language == SourceLanguage.Go);
        bool isMangled = symbol.StartsWith("_Z"u8) || symbol.StartsWith("_R"u8);
        try
        {
            // What is not mangled (extern "C", #[no_mangle]) may still be in a namespace or module.
            return !isMangled && language is SourceLanguage.Cpp or SourceLanguage.Rust && entry.Exists ? SymbolNames.Display(entry) ?? name : name;
        }
        catch (BinaryFormatException)
        {
            return name;
        }
    }

    private ulong SizeOf(FileAddress address, List<Candidate> names, Die entry)
    {
        ulong size = names.Max(c => c.Size);
        if (size > 0)
            return size;
        try
        {
            if (entry.Exists && RangeList.Of(entry).Find(r => r.Start == address) is { } range && range.End > range.Start)
                return range.End - range.Start;
            if (image.Go?.Functions is { } functions && functions.TryFind(address, out ObjectFile.Go.FunctionRow row) && row.Entry == address)
                return row.Size;
        }
        catch (BinaryFormatException)
        {
            // The next symbol is as good a guess.
        }

        FileAddress? next = null;
        foreach (SymbolTable table in image.SymbolTables)
        {
            if (table.NextAfter(address) is { } after && (next is null || after < next))
                next = after;
        }

        return next is { } end && image.Elf.IsExecutable(end) ? end - address : 0;
    }

    private bool InGoCode(FileAddress address)
    {
        try
        {
            return image.Go?.Functions.TryFind(address, out _) == true;
        }
        catch (BinaryFormatException)
        {
            return false;
        }
    }

    private static SourceLanguage LanguageOf(string symbol) => SymbolNames.FormsOf(Encoding.UTF8.GetBytes(symbol), false).Language switch
    {
        Specs.Names.NameLanguage.Cpp => SourceLanguage.Cpp,
        Specs.Names.NameLanguage.Rust => SourceLanguage.Rust,
        _ => SourceLanguage.Unknown,
    };

    private Die FindEntry(FileAddress address, string symbol)
    {
        try
        {
            // A label within another function (assembly) does not have that function's parameters.
            List<Die> entries = image.Debug.FindFunctions(address);
            entries.RemoveAll(e => !RangeList.Of(e).Exists(r => r.Start == address));

            // Equal functions folded into one have an entry each; the one of our name is ours.
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
}
