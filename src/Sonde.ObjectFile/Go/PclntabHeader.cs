using System.Buffers.Binary;
using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Go;

/// <summary>runtime.pcHeader (runtime/symtab.go), checked. Offsets count from the header.</summary>
/// <param name="Format">Which layout.</param>
/// <param name="Quantum">Smallest instruction: the unit of program counter steps. 1 on x86-64.</param>
/// <param name="FunctionCount">Rows of the function table; one more entry ends the last.</param>
/// <param name="FileCount">Rows of the file table.</param>
/// <param name="TextStart">What function entries are relative to; 0 when they are absolute, relocated or (from 1.26) not stored.</param>
/// <param name="Names">Function names.</param>
/// <param name="Units">File numbers of each compilation unit; 0 in the oldest format.</param>
/// <param name="Files">File names, or for the oldest format their offsets.</param>
/// <param name="Values">Tables of values that vary with the program counter.</param>
/// <param name="Functions">Function table, then what it points to.</param>
internal readonly record struct PclntabHeader(
    PclntabFormat Format, int Quantum, int FunctionCount, uint FileCount, ulong TextStart, long Names, long Units, long Files, long Values, long Functions)
{
    /// <summary>Most functions that are believed; the largest Go programs have half a million.</summary>
    private const ulong MaxFunctions = 1 << 24;

    private const int FixedSize = 8, LargestSize = 72;

    /// <summary>Bytes of an entry of the function table.</summary>
    public int EntrySize => Format >= PclntabFormat.Go118 ? 8 : 16;

    /// <summary>Bytes of runtime._func before the arrays.</summary>
    public int FunctionSize => Format switch { PclntabFormat.Go12 => 40, PclntabFormat.Go116 => 44, PclntabFormat.Go118 => 40, _ => 44 };

    /// <summary>The format of eight bytes that look like the beginning of a header for x86-64.</summary>
    public static bool TryGetFormat(ReadOnlySpan<byte> bytes, out PclntabFormat format)
    {
        format = default;
        if (bytes.Length < FixedSize || bytes[4] != 0 || bytes[5] != 0 || bytes[6] is not (1 or 2 or 4) || bytes[7] != 8) return false;
        switch (BinaryPrimitives.ReadUInt32LittleEndian(bytes))
        {
            case 0xfffffffb:
                format = PclntabFormat.Go12;
                return true;
            case 0xfffffffa:
                format = PclntabFormat.Go116;
                return true;
            case 0xfffffff0:
                format = PclntabFormat.Go118;
                return true;
            case 0xfffffff1:
                format = PclntabFormat.Go120;
                return true;
            default:
                return false;
        }
    }

    /// <summary>The header at the start of <paramref name="data"/>; null when its fields cannot be.</summary>
    public static PclntabHeader? TryRead(SectionData data)
    {
        if (data.Length < LargestSize || !TryGetFormat(data.Read(0, FixedSize), out var format)) return null;
        var cursor = data.Cursor(6);
        int quantum = cursor.ReadByte();
        cursor.Skip(1);
        var functions = cursor.ReadUInt64();
        if (functions is 0 or > MaxFunctions) return null;
        var header = format == PclntabFormat.Go12
            ? ReadOldest(data, quantum, (int)functions)
            : ReadOffsets(ref cursor, format, quantum, (int)functions);
        return header is { } read && read.Fits(data.Length) ? read : null;
    }

    private static PclntabHeader? ReadOldest(SectionData data, int quantum, int count)
    {
        const int Table = 16;
        var end = Table + count * 16L + 8;
        if (end + 4 > data.Length) return null;
        long files = data.Cursor(end).ReadUInt32();
        if (files + 4 > data.Length) return null;
        return new(PclntabFormat.Go12, quantum, count, data.Cursor(files).ReadUInt32(), 0, 0, 0, files, 0, 0);
    }

    private static PclntabHeader? ReadOffsets(ref ByteCursor cursor, PclntabFormat format, int quantum, int count)
    {
        var files = cursor.ReadUInt64();
        var text = format >= PclntabFormat.Go118 ? cursor.ReadUInt64() : 0;
        Span<long> offsets = stackalloc long[5];
        foreach (ref var offset in offsets)
        {
            var value = cursor.ReadUInt64();
            if (value > long.MaxValue / 2) return null;
            offset = (long)value;
        }

        return new(format, quantum, count, (uint)Math.Min(files, uint.MaxValue), text, offsets[0], offsets[1], offsets[2], offsets[3], offsets[4]);
    }

    private bool Fits(long length)
    {
        if (Format == PclntabFormat.Go12) return Files > 16 && FileCount < (ulong)length;
        return Names >= 32 && Names < Units && Units <= Files && Files < Values && Values < Functions
            && Functions + FunctionCount * (long)EntrySize + EntrySize / 2 <= length;
    }
}
