using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;

namespace Sonde.Symbols;

/// <summary>One ELF file of a target, open for reading.</summary>
internal sealed class Image : IDisposable
{
    private readonly FileByteSource _source;

    private Image(string path, string openPath, FileByteSource source, ElfImage elf)
    {
        Path = path;
        OpenPath = openPath;
        _source = source;
        Elf = elf;
        Debug = DebugInfo.Open(elf);
    }

    /// <summary>The path as people know it.</summary>
    public string Path { get; }

    /// <summary>The path that leads to the very file, also when it was replaced or is in another mount namespace: <c>/proc/PID/exe</c>.</summary>
    public string OpenPath { get; }

    /// <summary>Its headers, sections and symbols.</summary>
    public ElfImage Elf { get; }

    /// <summary>Its debug information.</summary>
    public DebugInfo Debug { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="ObjectFile.Bytes.BinaryFormatException">It is not an x86-64 ELF file.</exception>
    public static Image Open(string path, string? openPath = null)
    {
        var source = new FileByteSource(openPath ?? path);
        try
        {
            return new Image(path, openPath ?? path, source, ElfImage.Open(source));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
