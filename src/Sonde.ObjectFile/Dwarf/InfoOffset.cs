namespace Sonde.ObjectFile.Dwarf;

/// <summary>Place of an entry in .debug_info or, up to DWARF 4, in .debug_types. Unique within one file.</summary>
internal readonly record struct InfoOffset(long Value, bool InTypes = false) : IComparable<InfoOffset>
{
    public int CompareTo(InfoOffset other) => InTypes == other.InTypes ? Value.CompareTo(other.Value) : InTypes.CompareTo(other.InTypes);

    public static bool operator <(InfoOffset left, InfoOffset right) => left.CompareTo(right) < 0;

    public static bool operator >(InfoOffset left, InfoOffset right) => left.CompareTo(right) > 0;

    public static bool operator <=(InfoOffset left, InfoOffset right) => left.CompareTo(right) <= 0;

    public static bool operator >=(InfoOffset left, InfoOffset right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{(InTypes ? ".debug_types" : ".debug_info")}+0x{Value:x}";
}

/// <summary>Place of an entry relative to the header of its unit, as DW_FORM_ref1..8 hold it.</summary>
internal readonly record struct UnitOffset(long Value);
