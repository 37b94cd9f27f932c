using System.Text;

namespace Sonde.Specs.Names;

/// <summary>A C++ or Rust name in canonical components, ready to be compared. Immutable.</summary>
internal sealed class QualifiedName
{
    private const string AnonymousNamespace = "(anonymous namespace)";

    private QualifiedName(NameComponent[] components, string? parameters, string qualifiers, string suffix) =>
        (Components, Parameters, Qualifiers, Suffix) = (components, parameters, qualifiers, suffix);

    public IReadOnlyList<NameComponent> Components { get; }

    /// <summary>Canonical parameter list with its parentheses, or null when none is written (always in Rust).</summary>
    public string? Parameters { get; }

    /// <summary><c>const</c> and the like, without blanks.</summary>
    public string Qualifiers { get; }

    /// <summary>What was appended to a copy of the function, as written.</summary>
    public string Suffix { get; }

    public static QualifiedName FromCpp(string name)
    {
        var parts = FunctionName.Split(name);
        var components = SplitComponents(parts.QualifiedName, cpp: true);
        components.RemoveAll(c => c.TemplateArguments is null && c.Parameters is null && CppTypeText.IsInlineNamespace(c.Base));
        string? parameters = parts.Parameters is null ? null : CppTypeText.Canonical(parts.Parameters);
        return new QualifiedName([.. components], parameters, parts.Qualifiers.Replace(" ", "", StringComparison.Ordinal), parts.Suffix);
    }

    /// <param name="name">A demangled Rust name; hashes and crate disambiguators are dropped.</param>
    public static QualifiedName FromRust(string name)
    {
        var components = SplitComponents(RustName.WithoutHashes(name), cpp: false);
        // <T>::f is T::f
        if (components.Count > 0 && components[0].Base is ['<', .., '>'] first && RustName.TraitImpl(first) is null)
            components = [.. SplitComponents(first[1..^1], cpp: false), .. components.Skip(1)];
        return new QualifiedName([.. components], null, "", "");
    }

    /// <summary>The name without template arguments and parameters: what most globs are meant for.</summary>
    public string Bare => string.Join("::", Components.Select(c => c.Base));

    /// <summary>The name with its template arguments.</summary>
    public string WithArguments => string.Join("::", Components.Select(c => c.ToString()));

    public string WithParameters => WithArguments + Parameters + Qualifiers;

    /// <summary>True when this name, taken as a pattern, names the function. What the pattern leaves out may be anything.</summary>
    public bool Fits(QualifiedName function) => Fits(Components, function.Components);

    /// <summary>The same name without its anonymous namespaces, which have no spelling in the source; null when it has none.</summary>
    public QualifiedName? Spelled() => Components.All(c => c.Base != AnonymousNamespace) ? null
        : new QualifiedName([.. Components.Where(c => c.Base != AnonymousNamespace)], Parameters, Qualifiers, Suffix);

    public static bool Fits(IReadOnlyList<NameComponent> pattern, IReadOnlyList<NameComponent> function)
    {
        if (pattern.Count != function.Count)
            return false;
        // From the back: that is where names differ.
        for (int i = pattern.Count - 1; i >= 0; i--)
        {
            if (!pattern[i].Fits(function[i]))
                return false;
        }

        return true;
    }

    public static List<NameComponent> SplitComponents(string name, bool cpp)
    {
        var components = new List<NameComponent>();
        var text = new StringBuilder();
        string? arguments = null;
        string? parameters = null;
        int open = -1;
        bool isOperator = false;
        bool inQualifiers = false;
        var scanner = new NameScanner(name);
        while (scanner.MoveNext())
        {
            var unit = name.AsSpan(scanner.Start, scanner.End - scanner.Start);
            if (scanner.Depth > 0)
                continue;
            if (scanner.Unit == NameUnit.Open)
            {
                open = scanner.Start;
            }
            else if (scanner.Unit == NameUnit.Close && open >= 0)
            {
                var bracketed = name.AsSpan(open, scanner.End - open);
                bool isWhole = text.Length == 0;
                if (scanner.Current == '>' && !isWhole)
                    arguments = cpp ? CppTypeText.Canonical(bracketed) : RustName.Canonical(bracketed);
                else if (scanner.Current == ')' && !isWhole && cpp)
                    parameters = CppTypeText.Canonical(bracketed);
                else if (!(cpp && bracketed.StartsWith("[abi:")))
                    AppendBracketed(text, bracketed, cpp);
                open = -1;
            }
            else if (unit is ":" && name.AsSpan(scanner.Start).StartsWith("::"))
            {
                scanner.MoveNext();
                // Rust's turbofish: `f::<T>` is one component
                if (!cpp && scanner.End < name.Length && name[scanner.End] == '<' && text.Length > 0)
                    continue;
                Flush();
            }
            else if (parameters is not null && (scanner.IsBlank || inQualifiers))
            {
                inQualifiers = true; // `run(int) const::{lambda()#1}`
            }
            else if (scanner.Unit == NameUnit.Operator)
            {
                isOperator = true;
                text.Append(TypeOfOperator(unit));
            }
            else if (!scanner.IsBlank)
            {
                text.Append(unit);
            }
            else if (isOperator && text.Length > 0 && NameScanner.IsWord(text[^1]))
            {
                text.Append(' '); // operator new, operator unsigned long
            }
        }

        if (open >= 0)
            text.Append(name.AsSpan(open));
        Flush();
        return components;

        void Flush()
        {
            if (text.Length > 0 || arguments is not null)
                components.Add(new NameComponent(text.ToString().Trim(), arguments, parameters));
            text.Clear();
            arguments = parameters = null;
            isOperator = inQualifiers = false;
        }
    }

    private static void AppendBracketed(StringBuilder text, ReadOnlySpan<char> bracketed, bool cpp)
    {
        if (!cpp)
            text.Append(RustName.Canonical(bracketed));
        else if (bracketed is "(anonymous namespace)")
            text.Append(bracketed);
        else
            text.Append(CppTypeText.Canonical(bracketed));
    }

    private static string TypeOfOperator(ReadOnlySpan<char> unit)
    {
        var symbol = unit["operator".Length..].Trim();
        return symbol.IsEmpty ? "operator " : string.Concat("operator", symbol);
    }
}
