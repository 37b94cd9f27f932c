using System.Diagnostics.CodeAnalysis;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// A debugging information entry: a place, not a copy. Attributes are read from the section when asked for.
/// </summary>
/// <remarks>The default value is "no entry": <see cref="Exists"/> is false, nothing else may be asked.</remarks>
internal readonly struct Die : IEquatable<Die>
{
    /// <summary>Hops over DW_AT_abstract_origin and DW_AT_specification: three are real, more are cyclic.</summary>
    private const int MaxHops = 16;

    private readonly Unit? _unit;
    private readonly int _abbreviation;
    private readonly int _headSize;

    internal Die(Unit unit, long offset, int abbreviation, int headSize)
    {
        _unit = unit;
        Offset = new InfoOffset(offset, unit.Header.Offset.InTypes);
        _abbreviation = abbreviation;
        _headSize = headSize;
    }

    [MemberNotNullWhen(true, nameof(_unit))]
    public bool Exists => _unit is not null;

    public Unit Unit => _unit ?? throw new InvalidOperationException("no entry");

    /// <summary>Where the entry begins in its section.</summary>
    public InfoOffset Offset { get; }

    public DW_TAG Tag => Abbreviation.Tag;

    public bool HasChildren => Abbreviation.HasChildren;

    internal ref readonly Abbreviation Abbreviation => ref Unit.Abbreviations[_abbreviation];

    internal long AttributesOffset => Offset.Value + _headSize;

    /// <summary>Reads one attribute of this entry itself; false when it has none of that name.</summary>
    public bool TryGetAttribute(DW_AT name, out AttributeValue value)
    {
        var unit = Unit;
        var table = unit.Abbreviations;
        var attributes = table.Attributes(table[_abbreviation]);
        for (var i = 0; i < attributes.Length; i++)
        {
            if (attributes[i].Name != name) continue;
            var cursor = unit.Section.Cursor(AttributesOffset, unit.Header.End);
            foreach (ref readonly var before in attributes[..i]) Forms.Skip(ref cursor, before, unit.Header);
            value = AttributeValue.Read(ref cursor, attributes[i], unit);
            return true;
        }

        value = default;
        return false;
    }

    public bool Has(DW_AT name)
    {
        foreach (ref readonly var attribute in Unit.Abbreviations.Attributes(Abbreviation))
        {
            if (attribute.Name == name) return true;
        }

        return false;
    }

    /// <summary>
    /// Reads an attribute of this entry, or of the entry that it is an instance or the definition of (DW_AT_abstract_origin, DW_AT_specification).
    /// </summary>
    public bool TryGetInherited(DW_AT name, out AttributeValue value)
    {
        var die = this;
        for (var hops = 0; hops < MaxHops; hops++)
        {
            if (die.TryGetAttribute(name, out value)) return true;
            if (!die.TryGetOrigin(out die)) return false;
        }

        Malformed.Budget(Offset.InTypes ? ".debug_types" : ".debug_info", Offset.Value, "too many origins");
        value = default;
        return false;
    }

    // In the methods below the variable behind "out" may be the very one that the method is called on (die.TryGetType(out die)),
    // so nothing is written to it before "this" was read for the last time.

    /// <summary>The entry one step behind DW_AT_abstract_origin, or else DW_AT_specification.</summary>
    public bool TryGetOrigin(out Die origin)
    {
        var self = this;
        return self.TryGetReference(DW_AT.DW_AT_abstract_origin, out origin) || self.TryGetReference(DW_AT.DW_AT_specification, out origin);
    }

    /// <summary>The entry that a reference attribute leads to; false when there is no such attribute.</summary>
    public bool TryGetReference(DW_AT name, out Die die)
    {
        if (TryGetAttribute(name, out var value)) return value.TryGetReference(out die);
        die = default;
        return false;
    }

    /// <summary>DW_AT_type, inherited if need be. False for void.</summary>
    public bool TryGetType(out Die type)
    {
        var found = TryGetInherited(DW_AT.DW_AT_type, out var value);
        type = default;
        if (!found || !value.TryGetReference(out type)) return false;

        // gcc with type units refers to a stub in the own unit, which names the type unit (DWARF 5, section 5.7.1).
        if (type.Has(DW_AT.DW_AT_signature) && type.TryGetReference(DW_AT.DW_AT_signature, out var whole)) type = whole;
        return true;
    }

    /// <summary>DW_AT_name, inherited if need be; null when it has none.</summary>
    public string? Name => TryGetInherited(DW_AT.DW_AT_name, out var value) ? value.AsString() : null;

    /// <summary>DW_AT_linkage_name (or the MIPS one before DWARF 4), inherited if need be; null when it has none.</summary>
    public string? LinkageName =>
        TryGetInherited(DW_AT.DW_AT_linkage_name, out var value) || TryGetInherited(DW_AT.DW_AT_MIPS_linkage_name, out value) ? value.AsString() : null;

    /// <summary>A constant of this entry or its origin; null when it has none or it is no constant.</summary>
    public ulong? Unsigned(DW_AT name) => TryGetInherited(name, out var value) && value.Class == AttributeClass.Constant ? value.AsUnsigned() : null;

    /// <inheritdoc cref="Unsigned"/>
    public long? Signed(DW_AT name) => TryGetInherited(name, out var value) && value.Class == AttributeClass.Constant ? value.AsSigned() : null;

    /// <summary>Whether a flag is set on this entry or its origin.</summary>
    public bool Flag(DW_AT name) => TryGetInherited(name, out var value) && value.AsFlag();

    /// <summary>Whether a flag is set on this very entry: DW_AT_declaration must not be inherited.</summary>
    public bool OwnFlag(DW_AT name) => TryGetAttribute(name, out var value) && value.AsFlag();

    public bool TryGetAddress(DW_AT name, out FileAddress address)
    {
        address = default;
        return TryGetAttribute(name, out var value) && value.TryGetAddress(out address);
    }

    /// <summary>All attributes in the order of the section.</summary>
    public AttributeEnumerator Attributes => new(this);

    /// <summary>Direct children, one after the other.</summary>
    public ChildEnumerable Children => new(this);

    /// <summary>The entry around this one; false for the root of a unit. Indexes the unit at the first call.</summary>
    public bool TryGetParent(out Die parent) => Unit.Index.TryGetParent(this, out parent);

    public bool Equals(Die other) => Offset == other.Offset && ReferenceEquals(_unit?.DebugInfo, other._unit?.DebugInfo);

    public override bool Equals(object? obj) => obj is Die other && Equals(other);

    public override int GetHashCode() => Offset.GetHashCode();

    public override string ToString() => Exists ? $"{Tag} at {Offset}" : "no entry";

    public static bool operator ==(Die left, Die right) => left.Equals(right);

    public static bool operator !=(Die left, Die right) => !left.Equals(right);

    /// <summary>Enumerates the attributes of an entry.</summary>
    internal ref struct AttributeEnumerator
    {
        private readonly Unit _unit;
        private readonly ReadOnlySpan<AttributeSpec> _specs;
        private ByteCursor _cursor;
        private int _next;

        internal AttributeEnumerator(Die die)
        {
            _unit = die.Unit;
            _specs = _unit.Abbreviations.Attributes(die.Abbreviation);
            _cursor = _unit.Section.Cursor(die.AttributesOffset, _unit.Header.End);
        }

        public AttributeValue Current { get; private set; }

        public readonly AttributeEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next >= _specs.Length) return false;
            Current = AttributeValue.Read(ref _cursor, _specs[_next++], _unit);
            return true;
        }
    }

    /// <summary>The direct children of an entry, for foreach.</summary>
    internal readonly struct ChildEnumerable(Die parent)
    {
        public ChildEnumerator GetEnumerator() => new(parent);

        public List<Die> ToList()
        {
            var list = new List<Die>();
            foreach (var child in this) list.Add(child);
            return list;
        }
    }

    internal ref struct ChildEnumerator
    {
        private DieCursor _cursor;
        private bool _started;

        internal ChildEnumerator(Die parent) => _cursor = new DieCursor(parent);

        public readonly Die Current => _cursor.Current;

        public bool MoveNext()
        {
            if (!_started)
            {
                _started = true;
                return _cursor.Next() && _cursor.Depth == 1;
            }

            return _cursor.NextSibling();
        }
    }
}
