using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// Call frame information by address: .eh_frame through the sorted table of .eh_frame_hdr where there is one, and .debug_frame (Go has only that).
/// </summary>
/// <remarks>Safe for concurrent readers.</remarks>
internal sealed class FrameTable
{
    private readonly FrameSection? _ehFrame, _debugFrame;
    private readonly EhFrameHeader? _header;
    private readonly FileAddress _ehFrameAddress;
    private readonly Lazy<(AddressMap Map, long[] Offsets)> _ehIndex, _debugIndex;

    private FrameTable(FrameSection? ehFrame, FileAddress ehFrameAddress, EhFrameHeader? header, FrameSection? debugFrame)
    {
        _ehFrame = ehFrame;
        _ehFrameAddress = ehFrameAddress;
        _header = header;
        _debugFrame = debugFrame;
        _ehIndex = new(() => BuildIndex(ehFrame));
        _debugIndex = new(() => BuildIndex(debugFrame));
    }

    /// <summary>
    /// Opens what the image has; .debug_frame also from its separate debug file. Never throws for a damaged header: then the entries are walked.
    /// </summary>
    public static FrameTable Open(ElfImage image, ElfImage? debugImage = null)
    {
        FrameSection? ehFrame = null, debugFrame = null;
        FileAddress ehFrameAddress = default;
        var header = EhFrameHeader.TryOpen(image);
        if (image.TryGetSection(".eh_frame", out var section) && section.HasBytes)
        {
            ehFrameAddress = section.Address;
            ehFrame = new FrameSection(image.Contents(section), section.Address, true);
        }
        else if (header is not null && image.TryGetMemory(".eh_frame", header.FrameAddress) is { } memory)
        {
            ehFrameAddress = header.FrameAddress;
            ehFrame = new FrameSection(memory, header.FrameAddress, true);
        }

        if ((image.TryGetContents(".debug_frame") ?? debugImage?.TryGetContents(".debug_frame")) is { } data)
            debugFrame = new FrameSection(data, default, false);
        return new FrameTable(ehFrame, ehFrameAddress, header, debugFrame);
    }

    /// <summary>The rules at an address. False when no entry covers it. Throws when the entry that does is damaged.</summary>
    public bool TryFind(FileAddress pc, out FrameRow row)
    {
        if (TryFind(_ehFrame, pc, out row)) return true;
        return TryFind(_debugFrame, pc, out row);
    }

    private bool TryFind(FrameSection? section, FileAddress pc, out FrameRow row)
    {
        row = null!;
        if (section is null) return false;
        if (section == _ehFrame && _header is not null && _header.TryFind(pc, out var place) && place >= _ehFrameAddress)
        {
            var offset = place - _ehFrameAddress;
            if (offset < (ulong)section.Data.Length && Covers(section, (long)offset, pc, out var function))
            {
                row = FrameProgram.RowAt(section.Data, function, pc);
                return true;
            }

            if (_header.IsComplete) return false;
        }

        var index = (section == _ehFrame ? _ehIndex : _debugIndex).Value;
        foreach (var i in index.Map.FindAll(pc))
        {
            row = FrameProgram.RowAt(section.Data, section.ReadFunction(index.Offsets[i]), pc);
            return true;
        }

        return false;
    }

    private static bool Covers(FrameSection section, long offset, FileAddress pc, out FunctionFrame function)
    {
        function = section.ReadFunction(offset);
        return function.Range.Contains(pc);
    }

    private static (AddressMap, long[]) BuildIndex(FrameSection? section)
    {
        var entries = section?.ReadIndex() ?? [];
        var ranges = new List<(ulong, ulong, int)>(entries.Count);
        var offsets = new long[entries.Count];
        for (var i = 0; i < offsets.Length; i++)
        {
            ranges.Add((entries[i].Start, entries[i].End, i));
            offsets[i] = entries[i].Offset;
        }

        return (AddressMap.Build(ranges), offsets);
    }
}
