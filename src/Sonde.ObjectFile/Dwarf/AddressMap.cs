using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>Address ranges with a payload each, sorted, as flat arrays. Ranges may nest and overlap.</summary>
internal sealed class AddressMap
{
    /// <summary>How many ranges that begin before an address are tried. Real ones nest a few deep.</summary>
    private const int MaxWalk = 10_000;

    private readonly ulong[] _starts, _ends, _reach;
    private readonly int[] _payloads;

    private AddressMap(ulong[] starts, ulong[] ends, ulong[] reach, int[] payloads)
    {
        _starts = starts;
        _ends = ends;
        _reach = reach;
        _payloads = payloads;
    }

    /// <summary>Builds the map; the list is sorted in place. Equal starts keep the order of their payloads.</summary>
    public static AddressMap Build(List<(ulong Start, ulong End, int Payload)> entries)
    {
        entries.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Payload.CompareTo(b.Payload));
        var starts = new ulong[entries.Count];
        var ends = new ulong[entries.Count];
        var reach = new ulong[entries.Count];
        var payloads = new int[entries.Count];
        for (var i = 0; i < starts.Length; i++)
        {
            (starts[i], ends[i], payloads[i]) = entries[i];
            reach[i] = i == 0 ? ends[i] : Math.Max(reach[i - 1], ends[i]);
        }

        return new AddressMap(starts, ends, reach, payloads);
    }

    public int Count => _starts.Length;

    public (AddressRange Range, int Payload) this[int i] => (new(new(_starts[i]), new(_ends[i])), _payloads[i]);

    /// <summary>Payloads of all ranges that contain an address, the one with the nearest start first.</summary>
    public List<int> FindAll(FileAddress address)
    {
        var found = new List<int>();
        int low = 0, high = _starts.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_starts[middle] <= address.Value) low = middle + 1;
            else high = middle;
        }

        for (int i = low - 1, steps = 0; i >= 0 && _reach[i] > address.Value && steps < MaxWalk; i--, steps++)
        {
            if (_ends[i] > address.Value) found.Add(_payloads[i]);
        }

        return found;
    }
}
