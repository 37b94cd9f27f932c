using System.Collections.Concurrent;
using System.Text;
using Sonde.Languages;
using Sonde.ObjectFile.Dwarf;
using Sonde.Specs.Names;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>Writes the declaration of a function as its language does, from the debug information.</summary>
/// <remarks>Safe for several threads.</remarks>
internal sealed class Signatures
{
    /// <summary>Letters of type names that are kept: Go has some ten thousand types for the whole program, C++ as many in each unit, with long names.</summary>
    private const int MaximumLetters = 1 << 20, PerName = 50;
    private const int MaximumParameters = 256;

    private static readonly ThreadLocal<Dictionary<SourceLanguage, TypeReader>> Readers = new(() => []);

    private readonly ConcurrentDictionary<InfoOffset, string> _names = [];
    private int _letters;

    /// <summary>The declaration.</summary>
    /// <param name="entry">The function's entry.</param>
    /// <param name="name">Its qualified name.</param>
    public string Of(Die entry, string name)
    {
        SourceLanguage language = Language.Of(entry.Unit.Language);
        List<Die> parameters = ParametersOf(entry);
        return language switch
        {
            SourceLanguage.Go => GoSignature.Write(name, parameters.ConvertAll(p => new GoParameter(p.Name ?? "", TypeName(p, language), p.Flag(DW_AT.DW_AT_variable_parameter)))),
            SourceLanguage.Rust => Rust(entry, name, parameters),
            _ => C(entry, name, parameters, language),
        };
    }

    /// <summary>What a symbol alone tells: in C++ the types of the parameters.</summary>
    public static string OfSymbol(in NameForms forms) =>
        forms is { Language: NameLanguage.Cpp, Demangled: { } demangled } && FunctionName.Split(demangled) is { Parameters: { } parameters } split
            ? $"{LastComponent(split.QualifiedName)}{parameters}{(split.Qualifiers.Length > 0 ? " " : "")}{split.Qualifiers}"
            : "";

    /// <summary>The name of the type of a parameter, member or function; <c>void</c> when it has none.</summary>
    public string TypeName(Die of, SourceLanguage language)
    {
        if (!of.TryGetType(out Die type))
            return language == SourceLanguage.Rust ? "()" : "void";
        if (_names.TryGetValue(type.Offset, out string? known))
            return known;
        if (!Readers.Value!.TryGetValue(language, out TypeReader? reader))
            Readers.Value.Add(language, reader = new TypeReader(new TypeGraph(), Language.TypesOf(language)));
        string name = Language.TypesOf(language).NameOf(type, reader);
        if (Interlocked.Add(ref _letters, name.Length + PerName) >= MaximumLetters)
        {
            _names.Clear();
            _letters = 0;
        }

        return _names.GetOrAdd(type.Offset, name);
    }

    /// <summary>
    /// The parameters as declared: a copy that the compiler specialised (.isra, .constprop) may have lost some, the entry it was copied from has them all.
    /// </summary>
    private static List<Die> ParametersOf(Die entry)
    {
        List<Die> best = Own(entry);
        for (int hops = 0; hops < 4 && entry.TryGetOrigin(out entry); hops++)
        {
            List<Die> other = Own(entry);
            if (other.Count > best.Count)
                best = other;
        }

        return best;
    }

    private static List<Die> Own(Die entry)
    {
        var parameters = new List<Die>();
        if (!entry.HasChildren)
            return parameters;
        foreach (Die child in entry.Children)
        {
            if (child.Tag is DW_TAG.DW_TAG_formal_parameter or DW_TAG.DW_TAG_unspecified_parameters && parameters.Count < MaximumParameters)
                parameters.Add(child);
        }

        return parameters;
    }

    // int add(shop::Item const &item, ...) const
    private string C(Die entry, string name, List<Die> parameters, SourceLanguage language)
    {
        var text = new StringBuilder();
        string last = LastComponent(name);
        bool isStructor = last.StartsWith('~') || (!entry.TryGetType(out _) && IsConstructor(name, last));
        if (!isStructor)
            text.Append(TypeName(entry, language));
        if (text.Length > 0 && text[^1] is not ('*' or '&'))
            text.Append(' ');
        text.Append(last).Append('(');
        bool isConstant = false, isFirst = true;
        foreach (Die parameter in parameters)
        {
            if (parameter.Tag == DW_TAG.DW_TAG_formal_parameter && parameter.Flag(DW_AT.DW_AT_artificial))
            {
                // The type of "this" is a constant pointer to what the method may change.
                isConstant |= parameter.TryGetType(out Die type) && TypeReader.TryStrip(type, out Die pointer) && pointer.TryGetType(out Die self) && self.Tag == DW_TAG.DW_TAG_const_type;
                continue;
            }

            text.Append(isFirst ? "" : ", ");
            isFirst = false;
            if (parameter.Tag == DW_TAG.DW_TAG_unspecified_parameters)
                text.Append("...");
            else
                AppendParameter(text, TypeName(parameter, language), parameter.Name);
        }

        if (isFirst && language == SourceLanguage.C)
            text.Append("void");
        return text.Append(')').Append(isConstant ? " const" : "").ToString();
    }

    // Cart::Cart, Box<int>::Box, basic_string<char>::basic_string<allocator<char>>
    private static bool IsConstructor(string name, string last)
    {
        if (name.Length < last.Length + 2)
            return false;
        string scope = LastComponent(name[..(name.Length - last.Length - 2)]);
        return scope.Split('<')[0] == last.Split('<')[0];
    }

    // "char *name", "int (*compare)(int, int)", "int values[4]"
    private static void AppendParameter(StringBuilder text, string type, string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            text.Append(type);
            return;
        }

        int function = type.IndexOf("(*)", StringComparison.Ordinal);
        int array = type.EndsWith(']') ? type.IndexOf('[') : -1;
        if (function >= 0)
            text.Append(type, 0, function + 2).Append(name).Append(type, function + 2, type.Length - function - 2);
        else if (array > 0)
            text.Append(type, 0, array).Append(' ').Append(name).Append(type, array, type.Length - array);
        else
            text.Append(type).Append(type.Length == 0 || type[^1] is '*' or '&' ? "" : " ").Append(name);
    }

    // fn add(&mut self, m: u32) -> u32
    private string Rust(Die entry, string name, List<Die> parameters)
    {
        var text = new StringBuilder("fn ").Append(LastComponent(name)).Append('(');
        for (int i = 0; i < parameters.Count; i++)
        {
            string type = TypeName(parameters[i], SourceLanguage.Rust);
            string parameter = parameters[i].Name ?? "_";
            text.Append(i > 0 ? ", " : "");
            if (parameter == "self" && i == 0)
                text.Append(type.StartsWith("&mut ", StringComparison.Ordinal) ? "&mut self" : type.StartsWith('&') ? "&self" : "self");
            else
                text.Append(parameter).Append(": ").Append(type);
        }

        text.Append(')');
        if (entry.TryGetType(out _) && TypeName(entry, SourceLanguage.Rust) is var result && result != "()")
            text.Append(" -> ").Append(result);
        return text.ToString();
    }

    /// <summary>What stands behind the last <c>::</c> outside of brackets.</summary>
    internal static string LastComponent(string name)
    {
        int depth = 0, start = 0;
        if (name.IndexOf("operator", StringComparison.Ordinal) is >= 0 and var at && (at == 0 || name[at - 1] == ':'))
            return name[at..];
        for (int i = 0; i < name.Length; i++)
        {
            depth += name[i] is '<' or '(' or '[' or '{' ? 1 : name[i] is '>' or ')' or ']' or '}' ? -1 : 0;
            if (depth == 0 && name[i] == ':' && i + 1 < name.Length && name[i + 1] == ':')
                start = i + 2;
        }

        return start < name.Length ? name[start..] : name;
    }
}
