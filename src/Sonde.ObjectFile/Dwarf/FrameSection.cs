using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>A common information entry: what the entries of many functions share (DWARF 5, section 6.4.1).</summary>
internal sealed record CommonFrame(
    ulong CodeAlignment, long DataAlignment, int ReturnAddressRegister, byte PointerEncoding, bool HasAugmentationData, bool IsSignalFrame, int AddressSize,
    long InstructionsStart, long InstructionsEnd);

/// <summary>A frame description entry: one function's rules.</summary>
internal readonly record struct FunctionFrame(AddressRange Range, CommonFrame Common, long InstructionsStart, long InstructionsEnd);

/// <summary>
/// The entries of one .debug_frame or .eh_frame section. The two differ in how an entry names its common one and in pointer encodings.
/// </summary>
internal sealed class FrameSection(SectionData data, FileAddress address, bool isEhFrame)
{
    private readonly Dictionary<long, CommonFrame> _common = [];
    private readonly Lock _lock = new();

    public SectionData Data => data;

    /// <summary>Visits all function entries. A damaged entry is skipped, a damaged length ends the walk.</summary>
    public List<(ulong Start, ulong End, long Offset)> ReadIndex()
    {
        var found = new List<(ulong, ulong, long)>();
        try
        {
            for (long offset = 0; offset < data.Length;)
            {
                var entry = ReadHead(offset);
                if (entry.Length == 0 && isEhFrame) break; // terminator
                if (!entry.IsCommon && entry.Length > 0)
                {
                    try
                    {
                        var range = ReadFunction(offset).Range;
                        if (range.End > range.Start && !RangeList.IsTombstone(range.Start.Value)) found.Add((range.Start.Value, range.End.Value, offset));
                    }
                    catch (BinaryFormatException)
                    {
                        // as good as absent: no frame for this function
                    }
                }

                offset = entry.End;
            }
        }
        catch (BinaryFormatException)
        {
            // What came before the damage is good.
        }

        return found;
    }

    /// <summary>Reads the function entry at an offset. Throws when it is none.</summary>
    public FunctionFrame ReadFunction(long offset)
    {
        var head = ReadHead(offset);
        if (head.IsCommon || head.Length == 0) Malformed.Invalid(data.Name, offset, "no frame description entry here");
        var common = Common(head.CommonOffset);
        var cursor = data.Cursor(head.Body, head.End);
        ulong start, length;
        if (isEhFrame)
        {
            start = PointerEncoding.Read(ref cursor, common.PointerEncoding, address.Value, 0, 0);
            length = PointerEncoding.Read(ref cursor, (byte)(common.PointerEncoding & 0x0f), 0, 0, 0);
        }
        else
        {
            start = cursor.ReadOffset(common.AddressSize);
            length = cursor.ReadOffset(common.AddressSize);
        }

        if (common.HasAugmentationData) cursor.Skip(Forms.Length(cursor.ReadULeb128()));
        return new FunctionFrame(new AddressRange(new FileAddress(start), new FileAddress(unchecked(start + length))), common, cursor.Offset, head.End);
    }

    private (long Length, bool IsCommon, long CommonOffset, long Body, long End) ReadHead(long offset)
    {
        var cursor = data.Cursor(offset);
        var offsetSize = 4;
        ulong length = cursor.ReadUInt32();
        if (length == 0xffffffff)
        {
            offsetSize = 8;
            length = cursor.ReadUInt64();
        }

        if (length > (ulong)cursor.Remaining) Malformed.Truncated(data.Name, offset, Forms.Length(length));
        var end = cursor.Offset + (long)length;
        if (length == 0) return (0, false, 0, cursor.Offset, end);
        if (length < (ulong)offsetSize) Malformed.Invalid(data.Name, offset, "entry too short");
        var idPlace = cursor.Offset;
        // .eh_frame always has a 4-byte id, relative to itself.
        var id = isEhFrame ? cursor.ReadUInt32() : cursor.ReadOffset(offsetSize);
        var isCommon = isEhFrame ? id == 0 : id == (offsetSize == 8 ? ulong.MaxValue : uint.MaxValue);
        return ((long)length, isCommon, isEhFrame ? idPlace - (long)id : Forms.Length(id), cursor.Offset, end);
    }

    private CommonFrame Common(long offset)
    {
        lock (_lock)
        {
            if (_common.TryGetValue(offset, out var known)) return known;
            var common = ReadCommon(offset);
            _common[offset] = common;
            return common;
        }
    }

    private CommonFrame ReadCommon(long offset)
    {
        var head = ReadHead(offset);
        if (!head.IsCommon) Malformed.Invalid(data.Name, offset, "no common information entry here");
        var cursor = data.Cursor(head.Body, head.End);
        int version = cursor.ReadByte();
        if (version is not (1 or 3 or 4)) Malformed.Unsupported(data.Name, offset, $"frame version {version}");
        var augmentation = System.Text.Encoding.ASCII.GetString(cursor.ReadCString());
        var addressSize = 8;
        if (version == 4)
        {
            addressSize = cursor.ReadByte();
            if (addressSize is not (4 or 8)) Malformed.Invalid(data.Name, offset, $"address size {addressSize}");
            cursor.Skip(1);
        }

        if (augmentation == "eh") cursor.Skip(8); // gcc 2
        var codeAlignment = cursor.ReadULeb128();
        var dataAlignment = cursor.ReadSLeb128();
        var returnRegister = version == 1 ? cursor.ReadByte() : (int)Math.Min(cursor.ReadULeb128(), 1000);
        byte encoding = 0;
        bool isSignalFrame = false, hasData = augmentation.StartsWith('z');
        if (hasData)
        {
            var end = cursor.ReadULeb128();
            if (end > (ulong)cursor.Remaining) Malformed.Truncated(data.Name, cursor.Offset, Forms.Length(end));
            var bodyEnd = cursor.Offset + (long)end;
            foreach (var letter in augmentation.AsSpan(1))
            {
                if (letter == 'R') encoding = cursor.ReadByte();
                else if (letter == 'L') cursor.Skip(1);
                else if (letter == 'P') PointerEncoding.Read(ref cursor, cursor.ReadByte(), address.Value, 0, 0);
                else if (letter == 'S') isSignalFrame = true;
                else if (letter != 'B') break; // unknown: the length says where the instructions begin
            }

            cursor.Seek(bodyEnd);
        }
        else if (augmentation.Length > 0 && augmentation != "eh")
        {
            Malformed.Unsupported(data.Name, offset, $"augmentation '{augmentation}'");
        }

        return new CommonFrame(codeAlignment, dataAlignment, returnRegister, encoding, hasData, isSignalFrame, addressSize, cursor.Offset, head.End);
    }
}
