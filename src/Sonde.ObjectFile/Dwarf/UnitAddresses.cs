using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// Address to unit. .debug_aranges is asked first, but believed only if the unit it names agrees; then the ranges that root entries state;
/// last, units that state none are asked for their functions.
/// </summary>
internal sealed class UnitAddresses(DebugInfo info)
{
    private readonly Lazy<(AddressMap Map, List<long> Units)> _listed = new(() =>
    {
        var units = new List<long>();
        var ranges = Aranges.Read(info.Aranges, units);
        return (AddressMap.Build(ranges), units);
    });

    private readonly Lazy<(AddressMap Map, List<InfoOffset> Silent)> _roots = new(() => ReadRoots(info));

    public List<Unit> Find(FileAddress address)
    {
        var found = new List<Unit>();
        foreach (var i in _listed.Value.Map.FindAll(address))
        {
            try
            {
                var unit = info.UnitAt(new InfoOffset(_listed.Value.Units[i]));
                if (Agrees(unit, address) && !found.Contains(unit)) found.Add(unit);
            }
            catch (BinaryFormatException)
            {
                // A stale table (some tools rewrite .debug_info and forget it).
            }
        }

        if (found.Count > 0) return found;
        foreach (var i in _roots.Value.Map.FindAll(address))
        {
            var unit = info.Unit(info.Units[i]);
            if (!found.Contains(unit)) found.Add(unit);
        }

        if (found.Count > 0) return found;
        foreach (var offset in _roots.Value.Silent)
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

    private static bool Agrees(Unit unit, FileAddress address)
    {
        var ranges = unit.Ranges();
        if (ranges.Count == 0) return unit.RootTag == DW_TAG.DW_TAG_compile_unit;
        foreach (var range in ranges)
        {
            if (range.Contains(address)) return true;
        }

        return false;
    }

    private static (AddressMap, List<InfoOffset>) ReadRoots(DebugInfo info)
    {
        var ranges = new List<(ulong, ulong, int)>();
        var silent = new List<InfoOffset>();
        var headers = info.Units;
        for (var i = 0; i < headers.Count; i++)
        {
            var header = headers[i];
            if (header.Version == 0 || header.IsTypeUnit) continue;
            try
            {
                var unit = new Unit(info, header);
                if (unit.RootTag is not (DW_TAG.DW_TAG_compile_unit or DW_TAG.DW_TAG_skeleton_unit or DW_TAG.DW_TAG_partial_unit)) continue;
                var stated = unit.Ranges();
                foreach (var range in stated) ranges.Add((range.Start.Value, range.End.Value, i));
                if (stated.Count == 0 && unit.RootTag == DW_TAG.DW_TAG_compile_unit && !unit.StatesRanges) silent.Add(header.Offset);
            }
            catch (BinaryFormatException)
            {
                silent.Add(header.Offset);
            }
        }

        return (AddressMap.Build(ranges), silent);
    }
}
