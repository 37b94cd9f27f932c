using System.Buffers.Binary;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>runtime.moduledata of the image: where the runtime keeps text, types and tables. Addresses are the file's.</summary>
/// <param name="Address">Where it lies.</param>
/// <param name="Layout">How it was read.</param>
/// <param name="Text">Start of Go's text.</param>
/// <param name="TextEnd">Its end.</param>
/// <param name="Types">What type and name offsets count from.</param>
/// <param name="TypesEnd">End of type data.</param>
/// <param name="GoFunc">What function data counts from, 0 before Go 1.18.</param>
/// <param name="TypeLinks">Offsets of type descriptors: address and count.</param>
/// <param name="ItabLinks">Pointers to itabs: address and count.</param>
/// <param name="TypeDescriptors">From Go 1.27: bytes from <paramref name="Types"/> that are type descriptors, one behind the other.</param>
/// <param name="Itabs">From Go 1.27: address and size of all itabs, one behind the other.</param>
internal sealed record ModuleData(
    FileAddress Address, ModuleLayout Layout, FileAddress Text, FileAddress TextEnd, FileAddress Types, FileAddress TypesEnd, FileAddress GoFunc,
    (FileAddress Address, long Count) TypeLinks, (FileAddress Address, long Count) ItabLinks, ulong TypeDescriptors, (FileAddress Address, ulong Size) Itabs)
{
    private const int WordSize = 8, LargestWords = 64;

    /// <summary>Reads the structure at an address by the first layout whose values make sense; null when none does.</summary>
    public static ModuleData? TryRead(FileAddress address, MemoryReader read, PclntabHeader header, FileAddress pclntab)
    {
        Span<byte> bytes = stackalloc byte[LargestWords * WordSize];
        var length = read(address.Value, bytes);
        Span<ulong> words = stackalloc ulong[LargestWords];
        for (var i = 0; i < length / WordSize; i++) words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * WordSize)..]);
        if (!IsOfTable(words, header, pclntab)) return null;
        foreach (var layout in ModuleLayout.All)
        {
            if (layout.Format == header.Format && layout.Words * WordSize <= length && MakesSense(words, layout)) return Make(address, words, layout);
        }

        return null;
    }

    /// <summary>The first words point into the function table, at exactly the places its header names.</summary>
    private static bool IsOfTable(ReadOnlySpan<ulong> words, PclntabHeader header, FileAddress pclntab)
    {
        if (words[0] != pclntab.Value) return false;
        // 1.15 begins with the table as a slice.
        if (header.Format == PclntabFormat.Go12) return words[1] > 16 && words[1] == words[2] && words[3] == pclntab.Value + 16 && words[4] == (ulong)header.FunctionCount + 1;
        return words[1] == pclntab.Value + (ulong)header.Names && words[4] == pclntab.Value + (ulong)header.Units
            && words[7] == pclntab.Value + (ulong)header.Files && words[10] == pclntab.Value + (ulong)header.Values;
    }

    private static bool MakesSense(ReadOnlySpan<ulong> words, ModuleLayout layout)
    {
        ulong text = words[layout.Text], textEnd = words[layout.Text + 1];
        if (text == 0 || textEnd <= text) return false;
        for (var pair = 1; pair < ModuleLayout.BoundPairs; pair++)
        {
            ulong start = words[layout.Text + pair * 2], end = words[layout.Text + pair * 2 + 1];
            if (start > end) return false;
        }

        // minpc and maxpc stand in front: the first and last function.
        if (words[layout.Text - 2] < text || words[layout.Text - 1] > textEnd + 1) return false;
        ulong types = words[layout.Types], typesEnd = words[layout.TypesEnd];
        if (types == 0 || typesEnd < types) return false;
        if (layout.GoFunc != ModuleLayout.None && (words[layout.GoFunc] == 0 || words[layout.ReadOnlyData] == 0)) return false;
        if (!IsSlice(words, layout.TextSections)) return false;
        if (layout.HasContiguousTypes)
        {
            var size = typesEnd - types;
            ulong descriptors = words[layout.Types + 1], itabs = words[layout.TypesEnd + 1], itabSize = words[layout.TypesEnd + 2];
            return descriptors <= size && itabs <= size && itabSize <= size - itabs;
        }

        return IsSlice(words, layout.TypeLinks) && IsSlice(words, layout.ItabLinks);
    }

    private static bool IsSlice(ReadOnlySpan<ulong> words, int at) =>
        words[at + 1] == words[at + 2] && words[at + 1] < 1 << 24 && (words[at] != 0 || words[at + 1] == 0);

    private static ModuleData Make(FileAddress address, ReadOnlySpan<ulong> words, ModuleLayout layout)
    {
        var types = new FileAddress(words[layout.Types]);
        return new(
            address, layout, new(words[layout.Text]), new(words[layout.Text + 1]), types, new(words[layout.TypesEnd]),
            layout.GoFunc == ModuleLayout.None ? default : new(words[layout.GoFunc]),
            layout.TypeLinks == ModuleLayout.None ? default : (new(words[layout.TypeLinks]), (long)words[layout.TypeLinks + 1]),
            layout.ItabLinks == ModuleLayout.None ? default : (new(words[layout.ItabLinks]), (long)words[layout.ItabLinks + 1]),
            layout.HasContiguousTypes ? words[layout.Types + 1] : 0,
            layout.HasContiguousTypes ? (types + words[layout.TypesEnd + 1], words[layout.TypesEnd + 2]) : default);
    }
}
