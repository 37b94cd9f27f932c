using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>
/// Finds .dynsym through PT_DYNAMIC in a file without section headers. Nothing states the number of rows, so it comes from the hash tables.
/// </summary>
internal static class DynamicSymbolTable
{
    private const int EntrySize = 24;

    /// <summary>The table; null when the file has none.</summary>
    public static SymbolTable? TryOpen(ElfImage image)
    {
        var dynamic = image.Dynamic;
        if (!dynamic.TryGet(DynamicTag.DT_SYMTAB, out var address) || dynamic.Strings is not { } strings) return null;
        if (image.TryGetMemory("DT_SYMTAB", new FileAddress(address)) is not { } all) return null;
        var count = CountByHash(image) ?? CountByGnuHash(image) ?? CountByStringTable(image, address);
        count = Math.Min(count, all.Length / EntrySize);
        if (count <= 0 || !image.TryGetFileOffset(new FileAddress(address), out var offset)) return null;
        return new SymbolTable(new SectionData("DT_SYMTAB", image.Source, offset, count * EntrySize), strings, () => SymbolVersions.Open(image));
    }

    /// <summary>DT_HASH: nchain is the number of symbols.</summary>
    private static long? CountByHash(ElfImage image)
    {
        if (!image.Dynamic.TryGet(DynamicTag.DT_HASH, out var address)) return null;
        return image.TryGetMemory("DT_HASH", new FileAddress(address), 8)?.Cursor(4).ReadUInt32();
    }

    /// <summary>DT_GNU_HASH: the last chain ends at the last symbol.</summary>
    private static long? CountByGnuHash(ElfImage image)
    {
        if (!image.Dynamic.TryGet(DynamicTag.DT_GNU_HASH, out var address)) return null;
        if (image.TryGetMemory("DT_GNU_HASH", new FileAddress(address)) is not { Length: >= 16 } table) return null;
        var cursor = table.Cursor();
        uint bucketCount = cursor.ReadUInt32(), firstSymbol = cursor.ReadUInt32(), bloomCount = cursor.ReadUInt32();
        cursor.Seek(Math.Min(16 + 8L * bloomCount, table.Length));
        uint last = 0;
        for (uint i = 0; i < bucketCount && cursor.Remaining >= 4; i++) last = Math.Max(last, cursor.ReadUInt32());
        if (last < firstSymbol) return firstSymbol;
        cursor.Seek(Math.Min(cursor.Offset + 4L * (last - firstSymbol), table.Length));
        while (cursor.Remaining >= 4)
        {
            last++;
            if ((cursor.ReadUInt32() & 1) != 0) break;
        }

        return last;
    }

    /// <summary>Linkers put the strings right behind the symbols: the last resort.</summary>
    private static long CountByStringTable(ElfImage image, ulong address) =>
        image.Dynamic.TryGet(DynamicTag.DT_STRTAB, out var strings) && strings > address ? (long)Math.Min((strings - address) / EntrySize, int.MaxValue) : 0;
}
