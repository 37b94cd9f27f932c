using Sonde.ObjectFile.Elf;

namespace Sonde.Symbols;

/// <summary>A file that holds the debug information, and perhaps the symbols, of another one. The addresses are those of the other.</summary>
internal sealed class DebugFile(string path, FileByteSource source, ElfImage elf) : IDisposable
{
    /// <summary>Where it was found.</summary>
    public string Path { get; } = path;

    /// <summary>Its headers, sections and symbols; it has no code.</summary>
    public ElfImage Elf { get; } = elf;

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
