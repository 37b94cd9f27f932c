namespace Sonde.Types;

/// <summary>The language a function or type was written in.</summary>
public enum SourceLanguage
{
    /// <summary>Not known; values are written as in C.</summary>
    Unknown,

    /// <summary>C.</summary>
    C,

    /// <summary>C++.</summary>
    Cpp,

    /// <summary>Go.</summary>
    Go,

    /// <summary>Rust.</summary>
    Rust,

    /// <summary>Assembly.</summary>
    Assembly,
}
