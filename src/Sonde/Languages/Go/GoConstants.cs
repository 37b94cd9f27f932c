using System.Collections.Frozen;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>
/// The constants of integer types: DW_TAG_constant entries of the unit of the package that declares them, which is that of the
/// type but for very few (cmd/compile/internal/gc/obj.go, dumpGlobalConst, go1.15 to go1.27).
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class GoConstants
{
    private readonly Dictionary<DebugInfo, Dictionary<string, List<UnitHeader>>> _units = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(DebugInfo, string Package), Dictionary<Die, Dictionary<Int128, string>>> _constants = [];

    /// <summary>The names of a type's constants; null when it has none.</summary>
    /// <param name="type">The entry of an integer type.</param>
    /// <param name="name">Its name: <c>net/http.ConnState</c>.</param>
    public EnumPresentation? Of(Die type, string name)
    {
        int dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        if (dot <= 0 || name.Contains('[', StringComparison.Ordinal))
            return null;
        lock (_constants)
        {
            return OfPackage(type.Unit.DebugInfo, name[..dot]).TryGetValue(type, out Dictionary<Int128, string>? names)
                ? new EnumPresentation(names.ToFrozenDictionary(), EnumPresentation.AreFlags(names.Keys))
                : null;
        }
    }

    private Dictionary<Die, Dictionary<Int128, string>> OfPackage(DebugInfo debug, string package)
    {
        if (_constants.TryGetValue((debug, package), out Dictionary<Die, Dictionary<Int128, string>>? known))
            return known;
        _constants.Add((debug, package), known = []);
        try
        {
            foreach (UnitHeader header in UnitsOf(debug).GetValueOrDefault(package, []))
            {
                foreach (Die child in debug.Unit(header).Root.Children)
                {
                    if (child.Tag == DW_TAG.DW_TAG_constant && child.TryGetType(out Die type) && child.Name is { } name
                        && child.TryGetAttribute(DW_AT.DW_AT_const_value, out AttributeValue value))
                        Add(known, type, name[(name.LastIndexOf('.') + 1)..], value);
                }
            }
        }
        catch (BinaryFormatException)
        {
            // What has been found is good.
        }

        return known;
    }

    private static void Add(Dictionary<Die, Dictionary<Int128, string>> known, Die type, string name, AttributeValue value)
    {
        if (name == "_")
            return;
        if (!known.TryGetValue(type, out Dictionary<Int128, string>? names))
            known.Add(type, names = []);

        // As the value itself is read: by the width and the sign of the type. The entry has it with a sign.
        bool signed = (DW_ATE?)type.Unsigned(DW_AT.DW_AT_encoding) == DW_ATE.DW_ATE_signed;
        int unused = 64 - (int)Math.Clamp(8 * TypeReader.SizeOf(type), 8, 64);
        long bits = value.AsSigned() << unused;
        names.TryAdd(signed ? bits >> unused : (Int128)((ulong)bits >> unused), name);
    }

    private Dictionary<string, List<UnitHeader>> UnitsOf(DebugInfo debug)
    {
        if (_units.TryGetValue(debug, out Dictionary<string, List<UnitHeader>>? units))
            return units;
        _units.Add(debug, units = []);
        foreach (UnitHeader header in debug.Units)
        {
            Unit unit = debug.Unit(header);
            if (unit.Language != DW_LANG.DW_LANG_Go || unit.Name is not { } name)
                continue;
            if (!units.TryGetValue(name, out List<UnitHeader>? same))
                units.Add(name, same = []);
            same.Add(header);
        }

        return units;
    }
}
