using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Names;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>
/// The functions of one name, by the way of a probe: name, symbol, address, the one unit that covers it. All units are read only where copies may have been
/// inlined into any of them.
/// </summary>
internal sealed class NamedListing(Image image, Signatures signatures)
{
    /// <summary>The functions; null when this way does not lead to any, and only a look at everything tells.</summary>
    /// <exception cref="BinaryFormatException">The symbols are damaged.</exception>
    public IReadOnlyList<ListedFunction>? TryList(Where.Function where)
    {
        if (where.Syntax is not (PatternSyntax.Name or PatternSyntax.Verbatim))
            return null;
        IReadOnlyList<Function> functions = new FunctionFinder(image).Find(where);

        // What only fits loosely may be shut out by something that was inlined everywhere.
        var pattern = new NamePattern(where);
        if (!functions.Any(f => f.OtherNames.Append(f.Symbol).Any(n => Forms(f, n) is { } forms && pattern.Match(forms).Tier() == 3)))
            return null;
        Dictionary<long, (int Count, InlinedCopy First)> copies = CopiesOf(where, functions);
        var found = new List<ListedFunction>();
        foreach (Function function in functions)
        {
            int inlined = 0;
            if (function.Entry.Exists && copies.Remove(KeyOf(function.Entry), out (int Count, InlinedCopy First) own))
                inlined = own.Count;

            // Go's own code of a function does not always refer to the entry that the copies refer to; the name does.
            foreach ((long key, (int count, InlinedCopy copy)) in function.Language == SourceLanguage.Go ? copies.ToList() : [])
            {
                if (copy.Name == function.Name && copies.Remove(key))
                    inlined += count;
            }

            found.Add(new ListedFunction(function.Name, SignatureOf(function), function.File, function.Line, function.Address, function.Size, function.Language, inlined, function.Symbol, function.Entry));
        }

        // Namesakes that have no code but in their callers.
        foreach ((_, (int count, InlinedCopy copy)) in copies.OrderBy(c => c.Key))
        {
            SourceLanguage language = Languages.Language.Of(copy.Entry.Unit.Language);
            string signature = language == SourceLanguage.Go || !copy.Entry.TryGetOrigin(out Die origin) ? "" : Try(() => signatures.Of(origin, copy.Name));
            found.Add(new ListedFunction(copy.Name, signature, copy.File, copy.Line, default, 0, language, count, copy.Name, default));
        }

        return found;
    }

    private static NameForms? Forms(Function function, string symbol) =>
        function.Entry.Exists && SymbolNames.FormsOf(function.Entry) is { } forms ? forms with { Symbol = symbol } : SymbolNames.FormsOf(Encoding.UTF8.GetBytes(symbol), function.Language == SourceLanguage.Go);

    // The entry that describes the function apart from its code, where there is one.
    private static long KeyOf(Die entry)
    {
        for (int hops = 0; hops < 4 && entry.TryGetReference(DW_AT.DW_AT_abstract_origin, out Die origin); hops++)
            entry = origin;
        return entry.Offset.Value;
    }

    private Dictionary<long, (int Count, InlinedCopy First)> CopiesOf(Where.Function where, IReadOnlyList<Function> functions)
    {
        var counts = new Dictionary<long, (int Count, InlinedCopy First)>();
        foreach (InlinedCopy copy in new InlineFinder(image, GoInlining.IsTooLarge).Find(where, functions).SelectMany(f => f.Copies))
        {
            long key = KeyOf(copy.Entry);
            counts[key] = counts.TryGetValue(key, out (int Count, InlinedCopy First) known) ? (known.Count + 1, known.First) : (1, copy);
        }

        return counts;
    }

    private string SignatureOf(Function function) => function.Entry.Exists
        ? Try(() => signatures.Of(function.Entry, function.Name))
        : Signatures.OfSymbol(SymbolNames.FormsOf(Encoding.UTF8.GetBytes(function.Symbol), function.Language == SourceLanguage.Go));

    private static string Try(Func<string> make)
    {
        try
        {
            return make();
        }
        catch (BinaryFormatException)
        {
            return ""; // The rest of it is still worth a line.
        }
    }
}
