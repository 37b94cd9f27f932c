namespace Sonde.Specs.Names;

/// <summary>Whose rules a function's name follows.</summary>
internal enum NameLanguage
{
    /// <summary>C, assembly, or not known: the symbol is the name.</summary>
    C,
    Go,
    Cpp,
    Rust,
}

/// <summary>The spellings one function has.</summary>
/// <param name="Language">Whose rules they follow.</param>
/// <param name="Symbol">As in the symbol table: mangled where the language mangles.</param>
/// <param name="Demangled">As a demangler writes it, with parameters where it writes them; null when not mangled or not demangled.</param>
/// <param name="Source">The qualified name of the debug info; null when there is none.</param>
internal readonly record struct NameForms(NameLanguage Language, string Symbol, string? Demangled = null, string? Source = null);

/// <summary>
/// How well a pattern fits a function, best last. Keep the functions of the best <see cref="MatchRanks.Tier"/> found: an exact name shuts
/// out what only fits loosely or as a glob; within a tier all are overloads, instances and namesakes, and all are meant.
/// </summary>
internal enum MatchRank
{
    None,
    Regex,
    Glob,

    /// <summary>Go's <c>http.Get</c> for <c>net/http.Get</c>, <c>T.M</c> for <c>(*T).M</c>; Rust's <c>Type::m</c> for <c>&lt;Type as Trait>::m</c>;
    /// C++ parameters that fit but for a <c>const</c> at the end.</summary>
    Loose,
    Symbol,
    Demangled,
    Source,
}

internal static class MatchRanks
{
    /// <summary>0 nothing, 1 pattern, 2 loose, 3 exact.</summary>
    public static int Tier(this MatchRank rank) => rank switch
    {
        MatchRank.None => 0,
        MatchRank.Regex or MatchRank.Glob => 1,
        MatchRank.Loose => 2,
        _ => 3,
    };
}
