using System.Collections.Immutable;
using Sonde.Languages;
using Sonde.ObjectFile.Dwarf;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>A parameter or result as the debug information declares it.</summary>
/// <param name="Name">As events show it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Entry">The entry with its location; does not exist for results that have none.</param>
/// <param name="IsHidden">Made by the compiler or blank: it takes part in the calling convention and is not shown.</param>
internal readonly record struct Parameter(string Name, TypeId Type, Die Entry, bool IsHidden);

/// <summary>The parameters and results of a function, in the order of the declaration.</summary>
internal sealed record FunctionSignature(ImmutableArray<Parameter> Parameters, ImmutableArray<Parameter> Results)
{
    /// <summary>Reads it from the function's entry.</summary>
    public static FunctionSignature Read(Function function, TypeReader types)
    {
        if (!function.Entry.Exists)
            return new FunctionSignature([], []);
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        var results = ImmutableArray.CreateBuilder<Parameter>();
        var seen = new HashSet<string>();
        var numbers = new List<int>();
        int? unnamedFrom = null;
        foreach (Die child in function.Entry.Children)
        {
            if (child.Tag != DW_TAG.DW_TAG_formal_parameter)
                continue;
            string name = child.Name ?? "";

            // Go 1.25 and 1.26 describe a result twice when a closure refers to it (seen).
            if (function.Language == SourceLanguage.Go && name.Length > 0 && name != "_" && !seen.Add(name))
                continue;

            // Go marks results by DW_AT_variable_parameter.
            if (function.Language == SourceLanguage.Go && child.Flag(DW_AT.DW_AT_variable_parameter))
            {
                bool unnamed = name.Length == 0 || name[0] == '~' || name == "_";
                if (name.StartsWith("~r", StringComparison.Ordinal) && int.TryParse(name.AsSpan(2), out int number))
                {
                    numbers.Add(number);
                    unnamedFrom ??= number - results.Count;
                }

                results.Add(new Parameter(unnamed ? $"${results.Count}" : name, types.ReadTypeOf(child), child, false));
                continue;
            }

            parameters.Add(new Parameter(name, types.ReadTypeOf(child), child, IsHiddenName(name)));
        }

        if (function.Language != SourceLanguage.Go && function.Entry.TryGetType(out Die result)
            && types.Graph[types.Read(result)].Size > 0)
            results.Add(new Parameter("$0", types.Read(result), default, false));

        // Go 1.15 lists them by their places, of which one without a size shares its own with the next (seen): the numbers tell.
        bool inOrder = true;
        if (function.Language == SourceLanguage.Go && results.Count > 1 && numbers.Count == results.Count)
        {
            Parameter[] byNumber = [.. numbers.Zip(results).OrderBy(r => r.First).Select((r, i) => r.Second with { Name = $"${i}" })];
            results.Clear();
            results.AddRange(byNumber);
            unnamedFrom = numbers.Min();
        }
        else if (function.Language == SourceLanguage.Go)
        {
            inOrder = results.Count < 2 || results.All(r => types.Graph[r.Type].Size > 0);
        }

        // Up to Go 1.16 the numbers of unnamed results begin behind the parameters, the blank ones that are not listed, too.
        int count = parameters.Count;
        int receiver = function.Name.Contains(".(*", StringComparison.Ordinal) ? 1 : 0;
        return new FunctionSignature(parameters.DrainToImmutable(), results.DrainToImmutable())
        {
            IsComplete = unnamedFrom is null ? null : unnamedFrom + receiver <= count,
            ResultsAreInOrder = inOrder,
        };
    }

    /// <summary>
    /// The parameters of an inlined copy in the order of the declaration. Compilers leave out of the copy what it does not
    /// need; such a parameter's entry is that of the declaration, which has no place.
    /// </summary>
    public static ImmutableArray<Parameter> ReadInlined(Die copy, TypeReader types)
    {
        List<Die> own = Scopes.Parameters(copy);
        var entries = new List<Die>();
        if (copy.TryGetReference(DW_AT.DW_AT_abstract_origin, out Die origin))
        {
            foreach (Die declared in Scopes.Parameters(origin))
            {
                int at = own.FindIndex(p => p.TryGetReference(DW_AT.DW_AT_abstract_origin, out Die of) && of == declared);
                entries.Add(at < 0 ? declared : own[at]);
                if (at >= 0)
                    own.RemoveAt(at);
            }
        }

        entries.AddRange(own);
        bool isGo = Language.Of(copy.Unit.Language) == SourceLanguage.Go;
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        foreach (Die entry in entries)
        {
            string name = entry.Name ?? "";
            if (!isGo || !entry.Flag(DW_AT.DW_AT_variable_parameter))
                parameters.Add(new Parameter(name, types.ReadTypeOf(entry), entry, IsHiddenName(name)));
        }

        return parameters.DrainToImmutable();
    }

    private static bool IsHiddenName(string name) =>
        name.Length == 0 || name == "_" || name[0] is '.' or '~' || name == "__in_chrg" || name == "__vtt_parm";

    /// <summary>Whether the debug information lists all parameters; null when it cannot be told.</summary>
    public bool? IsComplete { get; private init; }

    /// <summary>Whether the results are known to be in the order of the declaration; where places follow from it, it matters.</summary>
    public bool ResultsAreInOrder { get; private init; } = true;

    /// <summary>The layouts as a calling convention takes them.</summary>
    public Signature Layouts(TypeGraph types) =>
        new([.. Parameters.Select(p => LayoutOf(p, types[p.Type].Layout))], [.. Results.Select(r => types[r.Type].Layout)]);

    // "fbreg N, deref" says that the frame slot holds the address of the argument: a class that goes by reference, also
    // where the compiler did not mark its type (DW_AT_calling_convention came with DWARF 5).
    private static Layout LayoutOf(Parameter parameter, Layout layout)
    {
        if (layout is not RecordLayout { ByReference: false } record || !parameter.Entry.Exists
            || !parameter.Entry.TryGetAttribute(DW_AT.DW_AT_location, out AttributeValue location) || LocationList.IsList(location))
            return layout;
        var operations = new Expression(location.AsBlock().ToArray(), location.Unit).Decode();
        return operations.Count == 2 && operations[0].Code == DW_OP.DW_OP_fbreg && operations[1].Code == DW_OP.DW_OP_deref
            ? record with { ByReference = true }
            : layout;
    }
}
