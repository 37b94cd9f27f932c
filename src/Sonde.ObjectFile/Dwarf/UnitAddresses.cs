using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// Address to unit. .debug_aranges is asked first, but believed only if the unit it names agrees; then the ranges that root entries state;
/// last, units that state none are asked for their functions.
/// </summary>
internal sealed class UnitAddresses(DebugInfo info)
{
    private const int MaxRanges = 16 << 20;

    private readonly Lazy<(AddressMap Map, List<long> Units)> _listed = new(() =>
    {
        var units = new List<long>();
        var ranges = Aranges.Read(info.Aranges, units);
        return (AddressMap.Build(ranges), units);
    });

    private readonly Lock _lock = new();
    private readonly List<(ulong Start, ulong End, int Unit)> _ranges = [];
    private readonly List<InfoOffset> _silent = [];
    private AddressMap? _map;
    private int _next;

    public List<Unit> Find(FileAddress address)
    {
        var found = FindListed(address);
        if (found.Count > 0) return found;
        foreach (var i in FindRoots(address))
        {
            if (!info.UnitList.TryGet(i, out var header)) continue;
            var unit = info.Unit(header);
            if (!found.Contains(unit)) found.Add(unit);
        }

        if (found.Count > 0) return found;
        foreach (var offset in _silent)
        {
            try
            {
                var unit = info.UnitAt(offset);
                if (unit.Index.FunctionsAt(address).Count > 0) found.Add(unit);
            }
            catch (BinaryFormatException)
            {
                // One damaged unit must not hide the others.
            }
        }

        return found;
    }

    private List<Unit> FindListed(FileAddress address)
    {
        var found = new List<Unit>();
        foreach (var i in _listed.Value.Map.FindAll(address))
        {
            try
            {
                var unit = info.UnitAt(new InfoOffset(_listed.Value.Units[i]));
                if ((unit.Covers(address) ?? unit.RootTag == DW_TAG.DW_TAG_compile_unit) && !found.Contains(unit)) found.Add(unit);
            }
            catch (BinaryFormatException)
            {
                // A stale table (some tools rewrite .debug_info and forget it).
            }
        }

        return found;
    }

    /// <summary>
    /// In a compressed section the roots are read only until one fits (that is Go, where no two units share code); else all of them.
    /// </summary>
    private List<int> FindRoots(FileAddress address)
    {
        lock (_lock)
        {
            if (_map is not null) return _map.FindAll(address);
            if (info.Info.IsInflating)
            {
                foreach (var (start, end, unit) in _ranges)
                {
                    if (address.Value >= start && address.Value < end) return [unit];
                }
            }

            while (info.UnitList.TryGet(_next, out var header))
            {
                var before = _ranges.Count;
                ReadRoot(header, _next++);
                if (!info.Info.IsInflating) continue;
                for (var i = before; i < _ranges.Count; i++)
                {
                    if (address.Value >= _ranges[i].Start && address.Value < _ranges[i].End) return [_ranges[i].Unit];
                }
            }

            _map = AddressMap.Build(_ranges);
            return _map.FindAll(address);
        }
    }

    private void ReadRoot(in UnitHeader header, int index)
    {
        if (header.Version == 0 || header.IsTypeUnit) return;
        try
        {
            var unit = new Unit(info, header);
            if (unit.RootTag is not (DW_TAG.DW_TAG_compile_unit or DW_TAG.DW_TAG_skeleton_unit or DW_TAG.DW_TAG_partial_unit)) return;
            var stated = unit.Ranges();
            if (_ranges.Count + stated.Count > MaxRanges) Malformed.Budget(info.Info.Name, header.Offset.Value, "too many ranges");
            foreach (var range in stated) _ranges.Add((range.Start.Value, range.End.Value, index));
            if (stated.Count == 0 && unit.RootTag == DW_TAG.DW_TAG_compile_unit && !unit.StatesRanges) _silent.Add(header.Offset);
        }
        catch (BinaryFormatException)
        {
            _silent.Add(header.Offset);
        }
    }
}
