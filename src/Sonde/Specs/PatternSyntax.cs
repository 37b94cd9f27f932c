namespace Sonde.Specs;

/// <summary>How the function part of a probe is to be read.</summary>
public enum PatternSyntax
{
    /// <summary>A name as it is spelled in the source, demangled or mangled.</summary>
    Name,

    /// <summary>A name with at least one <c>*</c> outside brackets; tried as a plain name first.</summary>
    Glob,

    /// <summary>A regular expression, written between slashes.</summary>
    Regex,

    /// <summary>A name in backquotes: nothing in it has a meaning of its own.</summary>
    Verbatim,
}
