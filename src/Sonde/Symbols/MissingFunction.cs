using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Specs;
using Sonde.Specs.Names;

namespace Sonde.Symbols;

/// <summary>Why a name leads nowhere: it is chosen at load time, is in a library, was inlined everywhere, has another spelling, or there are no names.</summary>
internal sealed class MissingFunction(Image image, FunctionFinder finder)
{
    /// <summary>The diagnostic.</summary>
    /// <param name="where">What was asked for.</param>
    /// <param name="probe">The probe it is about.</param>
    public Diagnostic Explain(Where.Function where, string? probe)
    {
        Diagnostic Wrong(string code, string message, string? hint) => new(code, DiagnosticKind.Request, message, hint, probe);
        if (where.Syntax is not PatternSyntax.Regex)
        {
            if (IsChosenAtLoadTime(where.Name))
                return Wrong("SND3008", $"{where.Name} of {image.Path} is one of several functions, chosen when the program is loaded (IFUNC)", $"name the one that was chosen: try '*{where.Name}*'");
            if (IsImported(where.Name))
                return Wrong("SND3001", $"{where.Name} is not in {image.Path}: it comes from a shared library", $"name the library: 'LIB!{where.Name}', or --lib LIB");
        }

        if (!finder.HasNames)
            return NoSymbols(image, probe);

        string file = where.File is { } name ? $" of the file {name}" : "";
        if (where.Syntax == PatternSyntax.Regex)
            return Wrong("SND3001", $"no function{file} in {image.Path} fits /{where.Name}/", NotListed());
        if (InlinedCopies(where) is > 0 and var copies)
        {
            return Wrong(
                "SND3009", $"{where.Name} has no code of its own in {image.Path}: it was inlined at {copies} place{(copies > 1 ? "s" : "")}",
                "an entry probe sees the copies; or probe its caller, or a line of its file (FILE:LINE)");
        }

        if (where.Syntax != PatternSyntax.Glob && IsDescribed(where))
        {
            return Wrong(
                "SND3009", $"{where.Name} has no code left in {image.Path}: it was inlined, and the compiler kept nothing of it",
                "probe its caller, or a line near the call (FILE:LINE)");
        }

        IReadOnlyList<string> near = where.File is null ? finder.Suggest(where.Name) : [];
        return Wrong(
            "SND3001", $"there is no function {where.Name}{file} in {image.Path}",
            near.Count > 0 ? $"did you mean {string.Join(" or ", near)}?" : NotListed());
    }

    // Where only the names are left that others link to, the one that is missing may be in a debug file.
    private string NotListed() => image.Elf.Symbols.Count <= 1 && image.Separate is null && !image.Debug.Exists && image.DebugFilePlaces.Count > 0
        ? $"its own symbols were stripped; give its debug file with --debug-file; looked at {string.Join(", ", image.DebugFilePlaces)}"
        : "`sonde ls` lists the functions";

    /// <summary>That there are no names at all, with every place where they were looked for.</summary>
    public static Diagnostic NoSymbols(Image image, string? probe)
    {
        string hint = image.DebugFilePlaces.Count > 0
            ? $"give its debug file with --debug-file; looked at {string.Join(", ", image.DebugFilePlaces)}"
            : "build it without stripping, or give its debug file with --debug-file";
        return new Diagnostic("SND3002", DiagnosticKind.Request, $"{image.Path} has no symbols: it was stripped", hint, probe);
    }

    private bool IsChosenAtLoadTime(string name) =>
        image.SymbolTables.Any(t => t.Find(name).Exists(s => s.Type == SymbolType.STT_GNU_IFUNC && s.IsDefined));

    private bool IsImported(string name) => image.Elf.DynamicSymbols.Find(name).Exists(s => !s.IsDefined);

    private int InlinedCopies(Where.Function where)
    {
        if (!image.Debug.Exists)
            return 0;
        var pattern = new NamePattern(where);
        try
        {
            var fits = new Dictionary<long, bool>();
            int copies = 0;
            foreach (FunctionRow row in FunctionScan.Run(image.Debug).Rows)
            {
                if (row.Kind != FunctionRowKind.Inlined)
                    continue;
                if (!fits.TryGetValue(row.Origin, out bool isOurs))
                    fits.Add(row.Origin, isOurs = Fits(pattern, row.Origin));
                copies += isOurs ? 1 : 0;
            }

            return copies;
        }
        catch (BinaryFormatException)
        {
            return 0;
        }
    }

    /// <summary>Whether there is a function of that name to which no code belongs.</summary>
    private bool IsDescribed(Where.Function where)
    {
        var pattern = new NamePattern(where);
        int found = 0;
        UnitScan.ForEach(image.Debug, (unit, _) =>
        {
            var cursor = new DieCursor(unit.Root);
            while (cursor.Next())
            {
                if (cursor.Tag == DW_TAG.DW_TAG_subprogram && cursor.Current.Has(DW_AT.DW_AT_inline)
                    && SymbolNames.FormsOf(cursor.Current) is { } forms && pattern.Match(forms).Tier() == 3)
                    Interlocked.Increment(ref found);
            }
        });
        return found > 0;
    }

    private bool Fits(NamePattern pattern, long entry)
    {
        try
        {
            return SymbolNames.FormsOf(image.Debug.DieAt(new InfoOffset(entry))) is { } forms && pattern.Match(forms).Tier() == 3;
        }
        catch (BinaryFormatException)
        {
            return false;
        }
    }
}
