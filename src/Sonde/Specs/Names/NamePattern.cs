using System.Buffers;
using System.Text.RegularExpressions;

namespace Sonde.Specs.Names;

/// <summary>
/// A function pattern made ready for matching against many functions. Thread-safe. Ask <see cref="RequiredFragment"/> first: a symbol that
/// does not contain it cannot match, and need not even be demangled.
/// </summary>
internal sealed class NamePattern
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(1);

    private static readonly SearchValues<char> WordCharacters = SearchValues.Create("_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    private static readonly SearchValues<char> Separators = SearchValues.Create(":. /$[]{}#%-+=!&|^,;\"'\\@");

    // What manglings write as one or two letters, or demanglers add; parts of these words are no more certain.
    private const string Abbreviated =
        "std::allocator basic_string char_traits basic_istream basic_ostream basic_iostream anonymous namespace lambda operator const volatile thunk virtual clone "
        + "unsigned signed int long short bool float double void wchar_t char8_t char16_t char32_t decltype auto nullptr_t __int128 __float128 "
        + "closure impl shim vtable str usize isize u128 i128 mut dyn extern unsafe for crate guard variable typeinfo";

    private readonly string _text;
    private readonly Regex? _regex;
    private readonly Glob? _glob;
    private readonly Lazy<QualifiedName> _cpp;
    private readonly Lazy<QualifiedName> _rust;
    private readonly Lazy<(Glob Cpp, Glob Rust)> _canonicalGlobs;

    public NamePattern(Where.Function function)
    {
        Function = function;
        _text = function.Name;
        if (function.Syntax == PatternSyntax.Regex)
            _regex = NewRegex(function.Name);
        else if (function.Syntax == PatternSyntax.Glob)
            _glob = Glob.Compile(function.Name);
        _cpp = new(() => QualifiedName.FromCpp(_text));
        _rust = new(() => QualifiedName.FromRust(_text));
        _canonicalGlobs = new(() => (_glob!.Select(CanonicalCppPart), _glob.Select(part => RustName.Canonical(part))));
        RequiredFragment = FindFragment();
    }

    public Where.Function Function { get; }

    /// <summary>Letters and digits that occur in every spelling of every function this pattern fits, mangled ones too; null when none are certain.</summary>
    public string? RequiredFragment { get; }

    /// <summary>Throws what <paramref name="error"/> makes of the reason why a regular expression is refused.</summary>
    public static void CheckRegex(string expression, Func<string, Exception> error)
    {
        try
        {
            NewRegex(expression);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            string reason = e is NotSupportedException ? "it needs backtracking or is too large" : LastSentence(e.Message);
            throw error($"this regular expression cannot be used: {reason}");
        }
    }

    /// <summary>How well a function fits.</summary>
    public MatchRank Match(in NameForms forms)
    {
        if (_regex is not null)
            return MatchRegex(forms);
        var rank = MatchExact(forms);
        if (rank == MatchRank.None && _glob is not null && MatchGlob(forms) && !CompilerMade.IsCompilerMade(forms))
            rank = MatchRank.Glob;
        return rank;
    }

    private MatchRank MatchExact(in NameForms forms)
    {
        if (_text == forms.Source)
            return MatchRank.Source;
        if (_text == forms.Symbol)
            return forms.Demangled is null && forms.Source is null ? MatchRank.Source : MatchRank.Symbol;
        if (_text == forms.Demangled)
            return MatchRank.Demangled;
        return forms.Language switch
        {
            NameLanguage.Go => MatchGo(forms),
            NameLanguage.Cpp => MatchCpp(forms),
            NameLanguage.Rust => MatchRust(forms),
            _ => MatchSymbol(forms.Symbol),
        };
    }

    private MatchRank MatchSymbol(string symbol) =>
        symbol.AsSpan(0, FunctionName.EndOfSymbol(symbol)).SequenceEqual(_text) && !CompilerMade.IsCompilerMade(symbol, NameLanguage.C)
            ? MatchRank.Symbol
            : MatchRank.None;

    private MatchRank MatchGo(in NameForms forms)
    {
        string name = GoName.Unescape(forms.Source ?? forms.Symbol);
        if (IsGo(name, _text))
            return MatchRank.Source;
        // Looser spellings make a name shorter, never longer.
        if (_text.Length >= name.Length)
            return MatchRank.None;
        string shortened = _text.Contains('/') ? name : GoName.ShortPackage(name);
        return IsGo(shortened, _text) || IsGo(GoName.WithoutReceiverPointer(name), _text) || IsGo(GoName.WithoutReceiverPointer(shortened), _text)
            ? MatchRank.Loose
            : MatchRank.None;
    }

    private static bool IsGo(string name, string pattern)
    {
        if (name == pattern)
            return true;
        if (!name.Contains('['))
            return false;
        return GoName.ReplaceTypeArguments(name, "") == pattern || GoName.ReplaceTypeArguments(name, "[...]") == pattern
            || GoName.WithoutShapes(name) == pattern.Replace(", ", ",", StringComparison.Ordinal);
    }

    private MatchRank MatchCpp(in NameForms forms)
    {
        var rank = MatchSymbol(forms.Symbol);
        foreach (string? spelling in (ReadOnlySpan<string?>)[forms.Source, forms.Demangled])
        {
            if (spelling is not null && rank == MatchRank.None)
                rank = MatchCpp(spelling);
        }

        return rank;
    }

    private MatchRank MatchCpp(string spelling)
    {
        var pattern = _cpp.Value;
        var name = QualifiedName.FromCpp(spelling);
        if (!pattern.Fits(name) && (pattern.Spelled() is not null || name.Spelled() is not { } spelled || !pattern.Fits(spelled)))
            return MatchRank.None;
        if ((pattern.Suffix.Length == 0 && CompilerMade.IsCompilerMade(spelling, NameLanguage.Cpp)))
            return MatchRank.None;
        if (pattern.Suffix.Length > 0 && pattern.Suffix != name.Suffix)
            return MatchRank.None;
        if (pattern.Parameters is null)
            return MatchRank.Demangled;
        // Source spellings have no parameters; whether they fit is for the demangled name to say.
        if (name.Parameters != pattern.Parameters)
            return MatchRank.None;
        return name.Qualifiers == pattern.Qualifiers ? MatchRank.Demangled : pattern.Qualifiers.Length == 0 ? MatchRank.Loose : MatchRank.None;
    }

    private MatchRank MatchRust(in NameForms forms)
    {
        var rank = MatchSymbol(forms.Symbol);
        foreach (string? spelling in (ReadOnlySpan<string?>)[forms.Source, forms.Demangled])
        {
            if (spelling is not null && rank is MatchRank.None or MatchRank.Loose)
                rank = (MatchRank)Math.Max((int)rank, (int)MatchRust(QualifiedName.FromRust(spelling)));
        }

        return rank;
    }

    private MatchRank MatchRust(QualifiedName name)
    {
        var pattern = _rust.Value;
        if (pattern.Fits(name) || QualifiedName.Fits(AnyClosure(pattern), AnyClosure(name)) && pattern.Components.Any(c => c.Base == "{{closure}}"))
            return MatchRank.Demangled;
        if (name.Components.Count == 0 || RustName.TraitImpl(name.Components[0].Base) is not { } impl)
            return MatchRank.None;
        foreach (string part in (ReadOnlySpan<string>)[impl.Type, impl.Trait])
        {
            List<NameComponent> spelled = [.. QualifiedName.SplitComponents(part, cpp: false), .. name.Components.Skip(1)];
            if (QualifiedName.Fits(pattern.Components, spelled))
                return MatchRank.Loose;
        }

        return MatchRank.None;
    }

    private static List<NameComponent> AnyClosure(QualifiedName name) =>
        [.. name.Components.Select(c => c with { Base = RustName.AnyClosure(c.Base) })];

    private bool MatchGlob(in NameForms forms)
    {
        var glob = _glob!;
        if (glob.IsMatch(forms.Symbol) || (forms.Source is not null && glob.IsMatch(forms.Source)))
            return true;
        switch (forms.Language)
        {
            case NameLanguage.Go:
                string name = GoName.Unescape(forms.Source ?? forms.Symbol);
                return glob.IsMatch(name) || glob.IsMatch(GoName.ReplaceTypeArguments(name, ""));
            case NameLanguage.Cpp:
                return IsGlobMatch(_canonicalGlobs.Value.Cpp, QualifiedName.FromCpp(forms.Demangled ?? forms.Source ?? forms.Symbol));
            case NameLanguage.Rust:
                return IsGlobMatch(_canonicalGlobs.Value.Rust, QualifiedName.FromRust(forms.Demangled ?? forms.Source ?? forms.Symbol));
            default:
                return glob.IsMatch(forms.Symbol.AsSpan(0, FunctionName.EndOfSymbol(forms.Symbol)));
        }
    }

    private static bool IsGlobMatch(Glob glob, QualifiedName name) =>
        glob.IsMatch(name.Bare) || glob.IsMatch(name.WithArguments) || glob.IsMatch(name.WithParameters);

    private MatchRank MatchRegex(in NameForms forms)
    {
        bool fits = _regex!.IsMatch(forms.Symbol)
            || (forms.Source is not null && _regex.IsMatch(forms.Source))
            || (forms.Demangled is not null && _regex.IsMatch(forms.Demangled));
        return fits && !CompilerMade.IsCompilerMade(forms) ? MatchRank.Regex : MatchRank.None;
    }

    /// <summary>The part of a glob between two wildcards as it stands in a canonical name. Brackets are not split across parts by rule.</summary>
    private static string CanonicalCppPart(string part)
    {
        int bracket = part.AsSpan().IndexOfAny("(<");
        return bracket < 0 || part.Contains("operator", StringComparison.Ordinal) || part.Contains("(anonymous", StringComparison.Ordinal)
            ? part.Replace("__cxx11::", "", StringComparison.Ordinal).Replace("__1::", "", StringComparison.Ordinal)
            : string.Concat(part.AsSpan(0, bracket), CppTypeText.Canonical(part.AsSpan(bracket)));
    }

    private string? FindFragment()
    {
        if (_regex is not null)
            return null;
        if (_glob is not null)
            return LongestWord(_glob);
        return LongestComponent(_text);
    }

    /// <summary>The longest component: a mangling spells each at least once, unless it has a letter for it.</summary>
    private static string? LongestComponent(string name)
    {
        if (name.StartsWith("_Z", StringComparison.Ordinal) || name.StartsWith("_R", StringComparison.Ordinal))
            return null; // a mangled name fits the function it demangles to as well
        string? longest = null;
        var components = QualifiedName.SplitComponents(FunctionName.Split(RustName.WithoutHashes(name)).QualifiedName, cpp: true);
        foreach (var component in components)
        {
            // Of a Go name the part behind the last dot; what manglings have is without dots.
            string word = component.Base[(component.Base.LastIndexOf('.') + 1)..];
            bool isWord = word.Length > 0 && !word.AsSpan().ContainsAnyExcept(WordCharacters);
            if (isWord && word.Length > (longest?.Length ?? 0) && !IsAbbreviated(word) && !CppTypeText.IsInlineNamespace(word))
                longest = word;
        }

        return longest;
    }

    private static bool IsAbbreviated(ReadOnlySpan<char> word) => Abbreviated.AsSpan().Contains(word, StringComparison.Ordinal);

    /// <summary>For a glob only a whole identifier of plain ASCII is certain to be spelled out, and only in names that are not mangled.</summary>
    private static string? LongestWord(Glob glob)
    {
        string? longest = null;
        foreach (string part in glob.Parts)
        {
            if (part.Contains("operator", StringComparison.Ordinal) || part.Contains('~') || part.Contains('<') || part.Contains('('))
                return null;
            foreach (var range in part.AsSpan().SplitAny(Separators))
            {
                var word = part.AsSpan(range);
                if (!word.ContainsAnyExcept(WordCharacters) && word.Length > (longest?.Length ?? 2) && !IsAbbreviated(word))
                    longest = word.ToString();
            }
        }

        return longest;
    }

    private static Regex NewRegex(string expression) =>
        new(expression, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, RegexTimeout);

    private static string LastSentence(string message)
    {
        int dot = message.TrimEnd('.').LastIndexOf(". ", StringComparison.Ordinal);
        return (dot < 0 ? message : message[(dot + 2)..]).TrimEnd('.');
    }
}
