namespace Sonde.Languages;

/// <summary>What a demangled name is to contain.</summary>
[Flags]
internal enum DemangleOptions
{
    /// <summary>The bare name: no parameter list, no return type, no clone suffix.</summary>
    None = 0,

    /// <summary>C++: with return type, parameter list, qualifiers and clone suffixes. Without effect on Rust names, which carry none.</summary>
    Parameters = 1,

    /// <summary>Rust: with the hash of a legacy name (<c>::h0123456789abcdef</c>) or the crate disambiguators of a v0 name (<c>std[8f2c…]</c>).</summary>
    Hash = 2,

    /// <summary>C++: <c>std::basic_string&lt;char, …&gt;</c> where the mangled name has the abbreviation for <c>std::string</c>.</summary>
    ExpandAbbreviations = 4,
}
