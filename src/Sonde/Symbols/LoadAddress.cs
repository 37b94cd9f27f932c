using System.Globalization;
using Sonde.ObjectFile.Elf;

namespace Sonde.Symbols;

/// <summary>Where a process has an image in memory.</summary>
internal static class LoadAddress
{
    /// <summary>What is added to an address of the file; null when the process does not have the image, or has ended.</summary>
    public static ulong? BiasOf(int process, Image image)
    {
        if (image.Elf.Type == ElfType.ET_EXEC)
            return 0;
        try
        {
            foreach (Mapping mapping in Mapping.Of(process))
            {
                // The first segment is mapped lowest, and from its page on.
                if (mapping.Path == image.Path && image.Elf.Segments.Where(s => s.Type == SegmentType.PT_LOAD).Select(s => (ulong?)s.Address.Value).Min() is { } first)
                    return ulong.Parse(mapping.Range.AsSpan(0, mapping.Range.IndexOf('-')), NumberStyles.HexNumber, CultureInfo.InvariantCulture) - (first & ~0xffful);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
        }

        return null;
    }
}
