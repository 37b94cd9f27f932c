using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// The headers of a section's units, read as far as they are asked for: a reference into the middle of a compressed section does not need its end.
/// Safe for concurrent readers.
/// </summary>
internal sealed class UnitList(SectionData section, bool inTypes)
{
    private const int MaxUnits = 2 << 20;

    private readonly Lock _lock = new();
    private readonly List<UnitHeader> _headers = [];
    private UnitHeader[]? _all;
    private long _next;

    /// <summary>Why the list ends early; null when it does not.</summary>
    public BinaryFormatException? Error { get; private set; }

    /// <summary>All units, in the order of the section.</summary>
    public IReadOnlyList<UnitHeader> All
    {
        get
        {
            if (_all is not null) return _all;
            lock (_lock)
            {
                while (ReadNext())
                {
                }

                return _all ??= _headers.ToArray();
            }
        }
    }

    /// <summary>The unit at an index; false behind the last one.</summary>
    public bool TryGet(int index, out UnitHeader header)
    {
        if (_all is { } all)
        {
            header = index < all.Length ? all[index] : default;
            return index < all.Length;
        }

        lock (_lock)
        {
            while (index >= _headers.Count && ReadNext())
            {
            }

            header = index < _headers.Count ? _headers[index] : default;
            return index < _headers.Count;
        }
    }

    /// <summary>The unit that contains an offset.</summary>
    public bool TryFind(InfoOffset offset, out UnitHeader header)
    {
        if (_all is { } all) return Search(all, offset, out header);
        lock (_lock)
        {
            while (_next <= offset.Value && ReadNext())
            {
            }

            return Search(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_headers), offset, out header);
        }
    }

    private static bool Search(ReadOnlySpan<UnitHeader> headers, InfoOffset offset, out UnitHeader header)
    {
        int low = 0, high = headers.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (headers[middle].Offset.Value <= offset.Value) low = middle + 1;
            else high = middle;
        }

        header = low > 0 ? headers[low - 1] : default;
        return low > 0 && header.Contains(offset);
    }

    private bool ReadNext()
    {
        if (_next >= section.Length || Error is not null) return false;
        try
        {
            if (_headers.Count >= MaxUnits) Malformed.Budget(section.Name, _next, "too many units");
            var header = UnitHeader.Read(section, _next, inTypes);
            _headers.Add(header);
            _next = header.End;
            return true;
        }
        catch (BinaryFormatException e)
        {
            Error = e; // The units before the damage are good.
            return false;
        }
    }
}
