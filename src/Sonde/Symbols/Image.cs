using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;

namespace Sonde.Symbols;

/// <summary>
/// One ELF file of a target, open for reading, with its separate debug file if it has one. Code and segments are the file's,
/// debug information comes from where it is, symbols from both.
/// </summary>
/// <remarks>Safe for concurrent readers, until it is disposed of.</remarks>
internal sealed class Image : IDisposable
{
    private readonly FileByteSource _source;
    private readonly Lazy<IReadOnlyList<SymbolTable>> _tables;
    private readonly Lazy<GoImage?> _go;
    private readonly Lazy<FrameTable> _frames;
    private readonly List<string> _places = [];

    private Image(string path, string openPath, string root, FileByteSource source, ElfImage elf, DebugFileOptions debugFiles)
    {
        Path = path;
        OpenPath = openPath;
        _source = source;
        Elf = elf;
        Separate = new DebugFileFinder(debugFiles).Find(elf, path, root, _places);
        Debug = DebugInfo.Open(Separate is { } file && DebugInfo.Open(file.Elf).Exists ? file.Elf : elf);
        _tables = new(FindTables);
        _go = new(OpenGo);
        _frames = new(() => FrameTable.Open(Elf, Separate?.Elf));
    }

    /// <summary>The path as people know it.</summary>
    public string Path { get; }

    /// <summary>The path that leads to the very file, also when it was replaced or is in another mount namespace: <c>/proc/PID/exe</c>.</summary>
    public string OpenPath { get; }

    /// <summary>Its headers, sections and symbols.</summary>
    public ElfImage Elf { get; }

    /// <summary>Its debug information, in the file or beside it.</summary>
    public DebugInfo Debug { get; }

    /// <summary>The debug file beside it, null when it has none.</summary>
    public DebugFile? Separate { get; }

    /// <summary>Where a debug file was looked for, with what was wrong there. Empty when none was needed.</summary>
    public IReadOnlyList<string> DebugFilePlaces => _places;

    /// <summary>Every symbol table there is; the same symbol can be in more than one.</summary>
    public IReadOnlyList<SymbolTable> SymbolTables => _tables.Value;

    /// <summary>What Go's runtime tables tell; null when it is no Go program, or its tables are damaged.</summary>
    public GoImage? Go => _go.Value;

    /// <summary>Call frame information.</summary>
    public FrameTable Frames => _frames.Value;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The path as people know it.</param>
    /// <param name="openPath">The path to open, when that is another.</param>
    /// <param name="root">The root directory of its process, empty for our own.</param>
    /// <param name="debugFiles">Where debug files may be.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="BinaryFormatException">It is not an x86-64 ELF file.</exception>
    public static Image Open(string path, string? openPath = null, string root = "", DebugFileOptions? debugFiles = null)
    {
        var source = new FileByteSource(openPath ?? path);
        try
        {
            return new Image(path, openPath ?? path, root, source, ElfImage.Open(source), debugFiles ?? DebugFileOptions.Default);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Separate?.Dispose();
        _source.Dispose();
    }

    private List<SymbolTable> FindTables()
    {
        List<SymbolTable> tables = [Elf.Symbols, Elf.DynamicSymbols];

        // What was not stripped is in both.
        if (Separate is { } file && Elf.Symbols.Count <= 1)
            tables.Insert(0, file.Elf.Symbols);
        tables.RemoveAll(t => t.Count <= 1);
        return tables;
    }

    private GoImage? OpenGo()
    {
        try
        {
            return GoImage.TryOpen(Elf);
        }
        catch (BinaryFormatException)
        {
            return null; // Its symbols and DWARF may be good all the same.
        }
    }
}
