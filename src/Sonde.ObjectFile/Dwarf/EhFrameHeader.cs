using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>.eh_frame_hdr (LSB core, "The .eh_frame_hdr section"): function start to entry, sorted, found through PT_GNU_EH_FRAME.</summary>
internal sealed class EhFrameHeader
{
    private const byte SortedTableEncoding = 0x3b; // DW_EH_PE_datarel | DW_EH_PE_sdata4: what every linker writes

    private readonly SectionData _data;
    private readonly ulong _address;
    private readonly long _table;
    private readonly int _count;

    private EhFrameHeader(SectionData data, ulong address, FileAddress frameAddress, long table, int count)
    {
        _data = data;
        _address = address;
        FrameAddress = frameAddress;
        _table = table;
        _count = count;
    }

    /// <summary>Where .eh_frame is mapped.</summary>
    public FileAddress FrameAddress { get; }

    /// <summary>Whether there is a table; it then lists every function of the image.</summary>
    public bool IsComplete => _count > 0;

    /// <summary>Opens it; null when there is none that can be used.</summary>
    public static EhFrameHeader? TryOpen(ElfImage image)
    {
        foreach (var segment in image.Segments)
        {
            if (segment.Type != SegmentType.PT_GNU_EH_FRAME || image.TryGetMemory(".eh_frame_hdr", segment.Address, segment.FileSize) is not { } data) continue;
            try
            {
                return Read(data, segment.Address.Value);
            }
            catch (BinaryFormatException)
            {
                return null; // the entries themselves are walked instead
            }
        }

        return null;
    }

    /// <summary>Address of the entry of the last function that begins at or before an address.</summary>
    public bool TryFind(FileAddress pc, out FileAddress entry)
    {
        entry = default;
        int low = 0, high = _count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (unchecked(_address + (ulong)_data.Cursor(_table + middle * 8L).ReadInt32()) <= pc.Value) low = middle + 1;
            else high = middle;
        }

        if (low == 0) return false;
        entry = new FileAddress(unchecked(_address + (ulong)_data.Cursor(_table + (low - 1) * 8L + 4).ReadInt32()));
        return true;
    }

    private static EhFrameHeader? Read(SectionData data, ulong address)
    {
        var cursor = data.Cursor();
        if (cursor.ReadByte() != 1) return null;
        byte frameEncoding = cursor.ReadByte(), countEncoding = cursor.ReadByte(), tableEncoding = cursor.ReadByte();
        var frame = new FileAddress(PointerEncoding.Read(ref cursor, frameEncoding, address, address, 0));
        if (countEncoding == PointerEncoding.Omit || tableEncoding != SortedTableEncoding) return new EhFrameHeader(data, address, frame, 0, 0);
        var count = PointerEncoding.Read(ref cursor, countEncoding, address, address, 0);
        if (count > (ulong)cursor.Remaining / 8) Malformed.Truncated(data.Name, cursor.Offset, Forms.Length(count));
        return new EhFrameHeader(data, address, frame, cursor.Offset, (int)count);
    }
}
