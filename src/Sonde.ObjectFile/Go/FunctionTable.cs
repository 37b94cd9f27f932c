using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>
/// .gopclntab: the runtime's own table of all functions, in every Go program, stripped or not. Rows are read when asked for.
/// Safe for concurrent readers. Throws <see cref="BinaryFormatException"/> where the table is damaged.
/// </summary>
internal sealed class FunctionTable
{
    /// <summary>The windows that are kept of the index, which searches by address read all over.</summary>
    private const int MaximumWindows = 64, WindowSize = 32 << 10;

    private readonly SectionData _data, _index;
    private readonly PclntabHeader _header;
    private readonly FileMemory _memory;
    private readonly ulong _textStart;
    private readonly ulong[]? _relocatedEntries;

    internal FunctionTable(FileAddress address, SectionData data, PclntabHeader header, FileMemory memory, ulong textStart)
    {
        Address = address;
        _data = data;
        _index = data.WithOwnWindows((int)Math.Min((long)header.FunctionCount * header.EntrySize / WindowSize + 2, MaximumWindows));
        _header = header;
        _memory = memory;
        _textStart = textStart;
        if (header.Format < PclntabFormat.Go118 && memory.Relocations.Count > 0) _relocatedEntries = ReadEntries();
    }

    /// <summary>Where the header lies.</summary>
    public FileAddress Address { get; }

    public PclntabFormat Format => _header.Format;

    public int Count => _header.FunctionCount;

    /// <summary>What entries are relative to; the first function's entry in old formats, whose entries are absolute.</summary>
    public FileAddress TextStart => _header.Format >= PclntabFormat.Go118 ? new(_textStart) : Entry(0);

    /// <summary>End of the last function.</summary>
    public FileAddress TextEnd => Entry(Count);

    internal SectionData Data => _data;

    internal PclntabHeader Header => _header;

    /// <summary>Entry of a function; for <see cref="Count"/> the end of the last.</summary>
    public FileAddress Entry(int index)
    {
        if (_relocatedEntries is { } entries) return new(entries[index]);
        return new(ReadEntry(index, out _));
    }

    /// <summary>One function.</summary>
    public FunctionRow Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var entry = ReadEntry(index, out var offset);
        if (_relocatedEntries is { } entries) entry = entries[index];
        var start = _header.Functions + (long)offset;
        if (offset > (ulong)_data.Length || start > _data.Length - _header.FunctionSize)
            Malformed.Invalid(_data.Name, EntryOffset(index), "function lies outside of the table");

        var cursor = _data.Cursor(start);
        cursor.Skip(_header.Format >= PclntabFormat.Go118 ? 4 : 8);
        var name = cursor.ReadInt32();
        var arguments = cursor.ReadInt32();
        var deferReturn = cursor.ReadUInt32();
        var stack = cursor.ReadUInt32();
        var file = cursor.ReadUInt32();
        var line = cursor.ReadUInt32();
        var pcData = cursor.ReadUInt32();
        var unit = _header.Format >= PclntabFormat.Go116 ? cursor.ReadUInt32() : 0;
        var startLine = _header.Format >= PclntabFormat.Go120 ? cursor.ReadInt32() : 0;
        var id = cursor.ReadByte();
        var flags = (FunctionFlags)cursor.ReadByte();
        cursor.Skip(1);
        int funcData = cursor.ReadByte();
        if (pcData > 1 << 16) Malformed.Invalid(_data.Name, start, $"{pcData} value tables");
        return new(index, new(entry), Entry(index + 1), name, arguments, deferReturn, stack, file, line, unit, startLine, id,
            _header.Format >= PclntabFormat.Go116 ? flags : FunctionFlags.None, (int)pcData, funcData, cursor.Offset);
    }

    /// <summary>The function that covers an address.</summary>
    public bool TryFind(FileAddress address, out FunctionRow row)
    {
        row = default;
        int low = 0, high = Count;
        if (address < Entry(0) || address >= Entry(high)) return false;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (address < Entry(middle)) high = middle;
            else low = middle;
        }

        row = Row(low);
        return true;
    }

    /// <summary>The first function of this name; there can be more (ABI wrappers have the name of what they wrap).</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out FunctionRow row, int from = 0)
    {
        // The name first, then numbers are compared; but the oldest format has names among other things.
        var offsets = _header.Format == PclntabFormat.Go12 ? null : NameOffsets(name);
        for (var i = offsets is { Count: 0 } ? Count : from; i < Count; i++)
        {
            if (offsets is null ? !NameEquals(i, name) : !offsets.Contains(NameOffset(i))) continue;
            row = Row(i);
            return true;
        }

        row = default;
        return false;
    }

    /// <summary>A name by its offset: UTF-8, in place.</summary>
    public ReadOnlySpan<byte> Name(int offset)
    {
        if (offset < 0) Malformed.Invalid(_data.Name, _header.Names, "negative name offset");
        return _data.ReadCString(_header.Names + offset);
    }

    public ReadOnlySpan<byte> Name(in FunctionRow row) => Name(row.NameOffset);

    /// <summary>Line at an address of the function; -1 when it is not known.</summary>
    public int Line(in FunctionRow row, FileAddress address) => ValueAt(row, row.Lines, address);

    /// <summary>How far the stack pointer is below its value at the entry, before the instruction at the address runs; -1 when it is not known.</summary>
    public int StackDelta(in FunctionRow row, FileAddress address) => ValueAt(row, row.StackDeltas, address);

    /// <summary>Path of the source file at an address of the function; empty when it is not known.</summary>
    public ReadOnlySpan<byte> File(in FunctionRow row, FileAddress address) => FileName(row, ValueAt(row, row.FileNumbers, address));

    /// <summary>Path of a source file by the number that <see cref="FunctionRow.FileNumbers"/> holds; empty when there is none.</summary>
    public ReadOnlySpan<byte> FileName(in FunctionRow row, int number)
    {
        if (number < 0) return default;
        if (_header.Format == PclntabFormat.Go12)
        {
            // Number 0 is the count.
            if (number == 0 || number > _header.FileCount) return default;
            return _data.ReadCString(_data.Cursor(_header.Files + number * 4L).ReadUInt32());
        }

        var slot = _header.Units + (row.UnitOffset + (long)number) * 4;
        if (slot + 4 > _header.Files) return default;
        var offset = _data.Cursor(slot).ReadUInt32();
        return offset == uint.MaxValue ? default : _data.ReadCString(_header.Files + offset);
    }

    /// <summary>All ranges of a value table of the function: <see cref="FunctionRow.Lines"/> and its like.</summary>
    public PcValues Values(in FunctionRow row, uint table)
    {
        // 0 is "no table": it would be the byte before the first.
        var offset = table == 0 ? _data.Length : _header.Values + table;
        return offset >= _data.Length ? new(NoValues.Cursor(), 1, 0) : new(_data.Cursor(offset), _header.Quantum, row.Size);
    }

    /// <summary>A further value table (PCDATA_…); 0 when the function does not have it.</summary>
    internal uint PcDataTable(in FunctionRow row, int which) => which < row.PcDataCount ? _data.Cursor(row.DataOffset + which * 4L).ReadUInt32() : 0;

    /// <summary>Address of a data reference (FUNCDATA_…), 0 when the function does not have it. From Go 1.18 it is relative to go.func.*.</summary>
    internal ulong FuncData(in FunctionRow row, int which, ulong goFunc)
    {
        if (which >= row.FuncDataCount) return 0;
        var at = row.DataOffset + row.PcDataCount * 4L;
        if (_header.Format >= PclntabFormat.Go118)
        {
            var offset = _data.Cursor(at + which * 4L).ReadUInt32();
            return offset == uint.MaxValue || goFunc == 0 ? 0 : goFunc + offset;
        }

        // Pointers, aligned as such in memory.
        at = (at + (long)(Address.Value & 7) + 7 & ~7L) - (long)(Address.Value & 7) + which * 8L;
        return _memory.Relocations.TryGet(Address + (ulong)at, out var relocated) ? relocated : _data.Cursor(at).ReadUInt64();
    }

    internal int ValueAt(in FunctionRow row, uint table, FileAddress address) =>
        row.Contains(address) ? Values(row, table).At(address - row.Entry) : -1;

    private static SectionData NoValues { get; } = new("no values", [0, 0]);

    private int NameOffset(int index)
    {
        ReadEntry(index, out var offset);
        return _data.Cursor(_header.Functions + (long)offset + (_header.Format >= PclntabFormat.Go118 ? 4 : 8)).ReadInt32();
    }

    /// <summary>Where the name table has a name: more than once when functions share it.</summary>
    private List<int> NameOffsets(ReadOnlySpan<byte> name)
    {
        const int Chunk = 1 << 16;
        var offsets = new List<int>();
        if (name.IsEmpty) return offsets;
        var end = Math.Min(_header.Units, _data.Length);
        for (var at = _header.Names; at < end; at += Chunk)
        {
            // From the zero before the name to the one behind it.
            var start = Math.Max(at - 1, _header.Names);
            var bytes = _data.Read(start, (int)Math.Min(end - start, Chunk + name.Length + 2L));
            for (var from = 0; bytes[from..].IndexOf(name) is >= 0 and var hit; from += hit + 1)
            {
                int first = from + hit, behind = first + name.Length;
                if (behind >= bytes.Length || bytes[behind] != 0 || (first == 0 ? start != _header.Names : bytes[first - 1] != 0)) continue;
                var offset = (int)(start + first - _header.Names);
                // Pieces overlap.
                if (offsets.Count == 0 || offsets[^1] < offset) offsets.Add(offset);
            }
        }

        return offsets;
    }

    private bool NameEquals(int index, ReadOnlySpan<byte> name)
    {
        var nameAt = _header.Names + NameOffset(index);
        if (nameAt < 0 || nameAt > _data.Length - name.Length - 1) return false;
        var bytes = _data.Read(nameAt, name.Length + 1);
        return bytes[^1] == 0 && bytes[..^1].SequenceEqual(name);
    }

    private long EntryOffset(int index) => (_header.Format == PclntabFormat.Go12 ? 16 : _header.Functions) + (long)index * _header.EntrySize;

    private ulong ReadEntry(int index, out ulong offset)
    {
        var cursor = _index.Cursor(EntryOffset(index));
        var half = _header.EntrySize / 2;
        var entry = cursor.ReadUnsigned(half);
        // The entry that ends the table has no function.
        offset = index < Count ? cursor.ReadUnsigned(half) : 0;
        return _header.Format >= PclntabFormat.Go118 ? _textStart + entry : entry;
    }

    /// <summary>Absolute entries that the loader fills in.</summary>
    private ulong[] ReadEntries()
    {
        var entries = new ulong[Count + 1];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = _memory.Relocations.TryGet(Address + (ulong)EntryOffset(i), out var entry) ? entry : ReadEntry(i, out _);
        return entries;
    }
}
