using System.Buffers.Binary;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>
/// FUNCDATA_InlTree: which calls the compiler inlined into a function (runtime/symtab.go, from Go 1.21 runtime/symtabinl.go). PCDATA_InlTreeIndex
/// says for each instruction which of them it belongs to.
/// </summary>
internal sealed class InlineTree(FunctionTable functions, MemoryReader read, ulong goFunc)
{
    private const int PCDATA_InlTreeIndex = 2;

    /// <summary>Nesting of inlined calls; the compiler's budget allows some tens.</summary>
    private const int MaxDepth = 1000;

    private int FuncDataIndex => functions.Format == PclntabFormat.Go12 ? 4 : 3;

    private int EntrySize => functions.Format >= PclntabFormat.Go120 ? 16 : 20;

    /// <summary>
    /// The frames at an address, innermost first; the last one is the function itself. Without a tree only that one.
    /// Throws where the tree is damaged.
    /// </summary>
    public List<InlinedCall> At(in FunctionRow row, FileAddress address)
    {
        var calls = new List<InlinedCall>();
        var tree = functions.FuncData(row, FuncDataIndex, goFunc);
        int file = functions.ValueAt(row, row.FileNumbers, address), line = functions.Line(row, address);
        var index = tree == 0 ? -1 : functions.ValueAt(row, functions.PcDataTable(row, PCDATA_InlTreeIndex), address);
        while (index >= 0)
        {
            if (calls.Count == MaxDepth) Malformed.Budget(functions.Data.Name, row.DataOffset, "inline tree is too deep");
            var entry = ReadEntry(tree, index);
            calls.Add(new(entry.NameOffset, file, line, entry.StartLine, entry.FunctionId, true));
            if (functions.Format >= PclntabFormat.Go120)
            {
                // The instruction that stands for the call has the caller's line, and the caller's place in the tree.
                var caller = row.Entry + (ulong)entry.ParentPc;
                file = functions.ValueAt(row, row.FileNumbers, caller);
                line = functions.Line(row, caller);
                index = functions.ValueAt(row, functions.PcDataTable(row, PCDATA_InlTreeIndex), caller);
            }
            else
            {
                // A tree in which parents come later, or are their own, is damaged: depth bounds it.
                file = entry.File;
                line = entry.Line;
                index = entry.Parent;
            }
        }

        calls.Add(new(row.NameOffset, file, line, row.StartLine, row.FunctionId, false));
        return calls;
    }

    /// <summary>All stretches of instructions that belong directly to an inlined call, by address.</summary>
    public List<InlinedRange> Ranges(in FunctionRow row)
    {
        var ranges = new List<InlinedRange>();
        var tree = functions.FuncData(row, FuncDataIndex, goFunc);
        var table = functions.PcDataTable(row, PCDATA_InlTreeIndex);
        if (tree == 0 || table == 0) return ranges;
        var values = functions.Values(row, table);
        while (values.MoveNext())
        {
            if (values.Value < 0 || values.End == values.Start) continue;
            ranges.Add(new(ReadEntry(tree, values.Value).NameOffset, values.Value, row.Entry + values.Start, row.Entry + Math.Min(values.End, row.Size)));
        }

        return ranges;
    }

    private Entry ReadEntry(ulong tree, int index)
    {
        Span<byte> bytes = stackalloc byte[20];
        bytes = bytes[..EntrySize];
        var address = tree + (ulong)index * (ulong)EntrySize;
        if (index > 1 << 20 || read(address, bytes) < bytes.Length) Malformed.Truncated("inline tree", (long)address, EntrySize);
        if (functions.Format >= PclntabFormat.Go120)
        {
            // funcID, 3 bytes of padding, nameOff, parentPc, startLine
            return new(-1, bytes[0], 0, 0, Int32(bytes, 4), Int32(bytes, 8), Int32(bytes, 12));
        }

        // parent int16, funcID, padding, file, line, func, parentPc
        return new(BinaryPrimitives.ReadInt16LittleEndian(bytes), bytes[2], Int32(bytes, 4), Int32(bytes, 8), Int32(bytes, 12), Int32(bytes, 16), 0);
    }

    private static int Int32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);

    private readonly record struct Entry(int Parent, byte FunctionId, int File, int Line, int NameOffset, int ParentPc, int StartLine);
}
