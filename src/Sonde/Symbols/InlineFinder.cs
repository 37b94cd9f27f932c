using System.Collections.Concurrent;
using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Specs;
using Sonde.Specs.Names;
using Sonde.Types;

namespace Sonde.Symbols;

/// <summary>
/// Finds the copies of functions that were inlined into others. Reads only what can hold one: when the debug information
/// of a function shows that it was never inlined, nothing.
/// </summary>
/// <param name="image">Where they are looked for.</param>
/// <param name="isTooLarge">Tells Go functions that the compiler never inlines, by their code.</param>
/// <remarks>For one thread; uses several for what is long.</remarks>
internal sealed class InlineFinder(Image image, Func<Function, bool> isTooLarge)
{
    private readonly FunctionMaker _maker = new(image);

    /// <summary>
    /// The functions that copies of the wanted ones were inlined into, each with its copies.
    /// </summary>
    /// <param name="where">What was asked for.</param>
    /// <param name="functions">The functions found by it that have code of their own; none when there are none.</param>
    public IReadOnlyList<Function> Find(Where.Function where, IReadOnlyList<Function> functions)
    {
        if (!image.Debug.Exists)
            return [];
        IEnumerable<int>? units = null;
        if (functions.Count > 0 && !functions.Any(MayBeElsewhere))
        {
            HashSet<InfoOffset> own = [.. functions.Where(f => f.Entry.Exists && f.Entry.Has(DW_AT.DW_AT_abstract_origin)).SelectMany(UnitsOf)];
            if (own.Count == 0)
                return [];
            units = Enumerable.Range(0, image.Debug.Units.Count).Where(i => own.Contains(image.Debug.Units[i].Offset));
        }

        var copies = new ConcurrentBag<(long Function, long Entry, long Origin, MatchRank Rank)>();
        var pattern = new NamePattern(where);
        var known = new ConcurrentDictionary<long, MatchRank>();
        Parallel.ForEach(Partitioner.Create(units ?? Enumerable.Range(0, image.Debug.Units.Count), EnumerablePartitionerOptions.NoBuffering), i =>
        {
            try
            {
                foreach (FunctionRow row in FunctionScan.Read(new Unit(image.Debug, image.Debug.Units[i]), i))
                {
                    if (row.Kind != FunctionRowKind.Inlined || row.Origin == 0)
                        continue;
                    MatchRank rank = known.GetOrAdd(row.Origin, origin => RankOf(pattern, where, origin));
                    if (rank != MatchRank.None)
                        copies.Add((row.Function, row.Entry, row.Origin, rank));
                }
            }
            catch (BinaryFormatException)
            {
                // One damaged unit must not hide the others.
            }
        });
        if (copies.IsEmpty)
            return [];

        // As for functions: what fits exactly shuts out what only fits loosely.
        int best = functions.Count > 0 ? TierOf(pattern, functions) : copies.Max(c => c.Rank.Tier());
        Dictionary<Die, List<Die>> byFunction = copies.Where(c => c.Rank.Tier() >= best)
            .GroupBy(c => c.Function)
            .ToDictionary(g => DieAt(g.Key), g => g.Select(c => c.Entry).Order().Select(DieAt).ToList());
        return [.. _maker.Make([.. byFunction.Keys.OrderBy(d => d.Offset.Value)]).Select(f => f with { Copies = [.. byFunction[f.Entry].Select(CopyOf)] })];
    }

    private static int TierOf(NamePattern pattern, IReadOnlyList<Function> functions) =>
        functions.Max(f => pattern.Match(f.Entry.Exists && SymbolNames.FormsOf(f.Entry) is { } forms ? forms : SymbolNames.FormsOf(Encoding.UTF8.GetBytes(f.Symbol), f.Language == SourceLanguage.Go)).Tier());

    private Die DieAt(long offset) => image.Debug.DieAt(new InfoOffset(offset));

    private MatchRank RankOf(NamePattern pattern, Where.Function where, long origin)
    {
        try
        {
            Die entry = DieAt(origin);
            if (SymbolNames.FormsOf(entry) is not { } forms || pattern.Match(forms) is not (not MatchRank.None and var rank))
                return MatchRank.None;
            return where.File is not { } file || (FunctionMaker.Declared(entry).File is { } path && SourcePath.Matches(path, SourcePath.Normal(file))) ? rank : MatchRank.None;
        }
        catch (BinaryFormatException)
        {
            return MatchRank.None;
        }
    }

    private static InlinedCopy CopyOf(Die entry)
    {
        (string? file, int line) = FunctionMaker.Declared(entry);
        if (file is null && entry.TryGetReference(DW_AT.DW_AT_abstract_origin, out Die origin))
        {
            file = FunctionMaker.Declared(origin).File;

            // Up to Go 1.21 neither is stated, but where its code and its parameters are.
            line = line > 0 ? line : FunctionMaker.FirstParameterLine(origin);
            if (file is null && RangeList.Of(entry) is [var first, ..] && entry.Unit.Lines is { } lines && lines.TryFindRow(first.Start, out LineRow row) && row.File >= 0)
                (file, line) = (lines.Files[row.File].Path, line is > 0 and < int.MaxValue ? line : row.Line);
            line = line == int.MaxValue ? 0 : line;
        }

        return new InlinedCopy(entry, SymbolNames.Display(entry) ?? "", file, line);
    }

    private static IEnumerable<InfoOffset> UnitsOf(Function function)
    {
        yield return function.Entry.Unit.Header.Offset;
        if (function.Entry.TryGetReference(DW_AT.DW_AT_abstract_origin, out Die origin))
            yield return origin.Unit.Header.Offset;
    }

    /// <summary>
    /// Whether copies may be in units that know nothing of this function's own code. The unit with the code tells by an
    /// abstract origin that it inlined the function itself.
    /// </summary>
    private bool MayBeElsewhere(Function function)
    {
        if (!function.Entry.Exists || image.Debug.Units.Count == 1)
            return false;
        bool isAbstract = function.Entry.TryGetAttribute(DW_AT.DW_AT_abstract_origin, out AttributeValue origin);

        // With link-time optimisation all of a program is one unit, whose functions are described in others.
        if (isAbstract && origin.Form == DW_FORM.DW_FORM_ref_addr)
            return true;
        return function.Language switch
        {
            SourceLanguage.Go => IsExported(function.Name) && !isTooLarge(function),

            // What is external and not weak is defined in one unit only, and cannot be inlined where it is not.
            SourceLanguage.C or SourceLanguage.Cpp => IsWeak(function),
            _ => true,
        };
    }

    private bool IsWeak(Function function)
    {
        foreach (SymbolTable table in image.SymbolTables)
        {
            if (table.Find(function.Symbol).Exists(s => s.Address == function.Address && s.Binding == SymbolBinding.STB_WEAK))
                return true;
        }

        return image.SymbolTables.Count == 0;
    }

    /// <summary>Whether other packages can name it, or instantiate it. Those of main cannot be imported.</summary>
    private static bool IsExported(string name)
    {
        if (name.Contains('['))
            return true;
        return !name.StartsWith("main.", StringComparison.Ordinal) && char.IsUpper(name[(name.LastIndexOf('.') + 1)..].FirstOrDefault());
    }
}
