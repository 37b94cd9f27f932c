using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.Fuzz.Targets;

/// <summary>Reads everything that an ELF file has outside of DWARF.</summary>
internal static class ElfTargets
{
    public static void Image(IByteSource source)
    {
        var image = ElfImage.Open(source);
        foreach (var section in image.Sections) Tolerate(() => image.Contents(section).ReadAll().Contains((byte)1));
        foreach (var segment in image.Segments)
        {
            image.TryGetFileOffset(segment.Address, out var offset);
            image.TryGetAddress(offset, out _);
            image.ReadAt(segment.Address, new byte[100]);
            image.IsExecutable(segment.Address);
        }

        Notes.Read(image);
        DebugLink.Read(image);
        DebugLink.ReadAlternate(image);
        Symbols(source);
    }

    public static void Symbols(IByteSource source)
    {
        var image = ElfImage.Open(source);
        foreach (var table in (Func<SymbolTable>[])[() => image.Symbols, () => image.DynamicSymbols])
        {
            Tolerate(() =>
            {
                foreach (var symbol in table())
                {
                    Tolerate(() => table().Find(table().NameBytes(symbol)));
                    Tolerate(() => table().Version(symbol, out _));
                    table().FindAt(symbol.Address);
                    table().FindContaining(symbol.Address + symbol.Size / 2);
                    table().NextAfter(symbol.Address);
                }
            });
        }
    }

    /// <summary>Goes on behind damage, as the product does: a part that cannot be read must not hide the others.</summary>
    public static void Tolerate(Action action)
    {
        try
        {
            action();
        }
        catch (BinaryFormatException)
        {
            // the one allowed outcome
        }
    }
}
