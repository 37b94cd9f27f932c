using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;

namespace Sonde.Stacks;

/// <summary>From addresses in processes to those in the files that are mapped there. Files are opened when first met.</summary>
/// <remarks>For one thread. The files that the target has open are used, not disposed of.</remarks>
internal sealed class ProcessImages(DebugFileOptions debugFiles) : IDisposable
{
    private const int MaximumProcesses = 256;

    /// <summary>A process that maps files all the time must not be looked at for every event.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<int, (IReadOnlyList<Mapping> Mappings, long Read)> _processes = [];
    private readonly Dictionary<ImageIdentity, Image?> _images = [];
    private readonly Dictionary<Image, ImageSymbols> _symbols = [];

    /// <summary>What the addresses of an image mean.</summary>
    public ImageSymbols SymbolsOf(Image image)
    {
        if (!_symbols.TryGetValue(image, out ImageSymbols? symbols))
            _symbols.Add(image, symbols = new ImageSymbols(image));
        return symbols;
    }

    /// <summary>Opens the code that a process has in memory.</summary>
    public void Prepare(int process)
    {
        Find(process, 0);
        foreach (Mapping mapping in _processes[process].Mappings)
        {
            if (mapping is { IsExecutable: true, IsFile: true })
                Open(process, mapping);
        }
    }

    /// <summary>The file that an address of a process is in.</summary>
    /// <param name="process">The process; it may have ended.</param>
    /// <param name="address">The address.</param>
    /// <param name="image">The file.</param>
    /// <param name="place">The address in it.</param>
    /// <param name="name">When it is no file: what the kernel calls it, null when nothing is there.</param>
    public bool TryFind(int process, ulong address, out Image image, out FileAddress place, out string? name)
    {
        (image, place, name) = (null!, default, null);
        if (Find(process, address) is not { } mapping)
            return false;
        if (!mapping.IsFile)
        {
            name = mapping.Path.Length > 0 ? mapping.Path : null;
            return false;
        }

        name = Path.GetFileName(mapping.Path);
        if (Open(process, mapping) is not { } file)
            return false;
        image = file;
        return file.Elf.TryGetAddress((long)(address - mapping.Start) + mapping.Offset, out place);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Image? image in _images.Values)
            image?.Dispose();
    }

    private Mapping? Find(int process, ulong address)
    {
        if (!_processes.TryGetValue(process, out (IReadOnlyList<Mapping> Mappings, long Read) known))
        {
            if (_processes.Count >= MaximumProcesses)
                _processes.Clear();
            known = (Read(process, []), System.Diagnostics.Stopwatch.GetTimestamp());
            _processes.Add(process, known);
        }

        if (Within(known.Mappings, address) is { } mapping)
            return mapping;
        if (System.Diagnostics.Stopwatch.GetElapsedTime(known.Read) < Pause)
            return null;

        // Loaded meanwhile.
        known = (Read(process, known.Mappings), System.Diagnostics.Stopwatch.GetTimestamp());
        _processes[process] = known;
        return Within(known.Mappings, address);
    }

    private static Mapping? Within(IReadOnlyList<Mapping> mappings, ulong address)
    {
        int low = 0, high = mappings.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (mappings[middle].End <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low < mappings.Count && mappings[low].Contains(address) ? mappings[low] : null;
    }

    private static IReadOnlyList<Mapping> Read(int process, IReadOnlyList<Mapping> before)
    {
        try
        {
            return Mapping.All(process) is { Count: > 0 } mappings ? mappings : before;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return before; // It has ended.
        }
    }

    private Image? Open(int process, in Mapping mapping)
    {
        if (_images.TryGetValue(mapping.Identity, out Image? known))
            return known;
        Image? image = null;
        try
        {
            image = Image.Open(mapping.Path, LibrarySearch.OpenPath(process, mapping), $"/proc/{process}/root", debugFiles);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BinaryFormatException)
        {
            // Nothing of it is known but its name.
        }

        _images.Add(mapping.Identity, image);
        return image;
    }
}
