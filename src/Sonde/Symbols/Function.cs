using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Types;

namespace Sonde.Symbols;

/// <summary>A function with code of its own in an image: what a probe's WHERE resolves to.</summary>
internal sealed record Function
{
    /// <summary>The image it is in.</summary>
    public required Image Image { get; init; }

    /// <summary>The name in its language's spelling, as events show it.</summary>
    public required string Name { get; init; }

    /// <summary>The name in the symbol table; empty when it has none there.</summary>
    public required string Symbol { get; init; }

    /// <summary>Its first instruction.</summary>
    public required FileAddress Address { get; init; }

    /// <summary>How many bytes of code it has, 0 when nothing tells.</summary>
    public required ulong Size { get; init; }

    /// <summary>Its entry in the debug information; does not exist when there is none.</summary>
    public Die Entry { get; init; }

    /// <summary>The language it was written in.</summary>
    public SourceLanguage Language { get; init; }

    /// <summary>Whether other images can call it: then it keeps to the platform's calling convention.</summary>
    public bool IsExternal { get; init; }

    /// <summary>The source file of its declaration.</summary>
    public string? File { get; init; }

    /// <summary>The line of its declaration, 0 when not known.</summary>
    public int Line { get; init; }

    /// <summary>Other names of the same address.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];

    /// <summary>The lines of its code that are meant, own ones and those of copies inlined into it; empty when it is the function that is meant.</summary>
    public IReadOnlyList<SourceLine> Lines { get; init; } = [];

    /// <summary>The copies inlined into its code that are meant; empty when it is the function that is meant.</summary>
    public IReadOnlyList<InlinedCopy> Copies { get; init; } = [];
}

/// <summary>A line of a source file.</summary>
/// <param name="Path">The file, as <see cref="SourcePath.Normal"/> writes it.</param>
/// <param name="Number">The line, from 1.</param>
/// <param name="Within">The function whose line is meant, by its name; null for every one that has code of it.</param>
internal sealed record SourceLine(string Path, int Number, string? Within = null);

/// <summary>A copy of a function that was inlined into another.</summary>
/// <param name="Entry">Its entry in the debug information.</param>
/// <param name="Name">The inlined function's name.</param>
/// <param name="File">The source file of its declaration.</param>
/// <param name="Line">The line of its declaration, 0 when not known.</param>
internal sealed record InlinedCopy(Die Entry, string Name, string? File, int Line);
