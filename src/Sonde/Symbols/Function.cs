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
}
