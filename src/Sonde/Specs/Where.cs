namespace Sonde.Specs;

/// <summary>The place a probe names. A closed hierarchy: function, function line, file line, whole file.</summary>
public abstract record Where
{
    private protected Where()
    {
    }

    /// <summary>The shared library the place is in, as a path or soname, or null for every image of the target.</summary>
    public string? Library { get; init; }

    /// <summary>Functions by name or pattern.</summary>
    /// <param name="Name">The name; for <see cref="PatternSyntax.Regex"/> the expression without its slashes, for
    /// <see cref="PatternSyntax.Verbatim"/> the text between the backquotes.</param>
    /// <param name="Syntax">How <paramref name="Name"/> is to be read.</param>
    public sealed record Function(string Name, PatternSyntax Syntax) : Where
    {
        /// <summary>The source file that chooses one of several namesakes (<c>store.c:init</c>), or null.</summary>
        public string? File { get; init; }
    }

    /// <summary>A line counted from the first line of a function: <c>main.handle+3</c>.</summary>
    /// <param name="Of">The function.</param>
    /// <param name="Offset">Lines below the function's first line.</param>
    public sealed record FunctionLine(Function Of, int Offset) : Where;

    /// <summary>A source line: <c>main.go:42</c>.</summary>
    /// <param name="File">A path or the end of one.</param>
    /// <param name="Number">The line, from 1.</param>
    public sealed record Line(string File, int Number) : Where;

    /// <summary>Every line of a source file: <c>main.go:*</c>.</summary>
    /// <param name="Path">A path or the end of one.</param>
    public sealed record WholeFile(string Path) : Where;
}
