using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>One attribute of an abbreviation: name, form, the value of DW_FORM_implicit_const, and the bytes it takes in an entry (-1: varies).</summary>
internal readonly record struct AttributeSpec(DW_AT Name, DW_FORM Form, sbyte Size, long ImplicitConst);

/// <summary>One abbreviation: its attributes are a range of the table's list.</summary>
/// <param name="Code">The code that entries begin with.</param>
/// <param name="Tag">Tag of those entries.</param>
/// <param name="HasChildren">Whether children follow.</param>
/// <param name="HasSibling">Whether DW_AT_sibling is among the attributes.</param>
/// <param name="First">Index of the first attribute.</param>
/// <param name="Count">Number of attributes.</param>
/// <param name="Size">Bytes of all attributes together, -1 when that varies.</param>
internal readonly record struct Abbreviation(ulong Code, DW_TAG Tag, bool HasChildren, bool HasSibling, int First, int Count, int Size);

/// <summary>
/// One table of .debug_abbrev (DWARF 5, section 7.5.3) as two flat lists, with the sizes of forms worked out for units of one kind.
/// Immutable once read.
/// </summary>
internal sealed class AbbreviationTable
{
    /// <summary>Bounds on what one table may hold; the largest real ones have a few thousand rows.</summary>
    private const int MaxRows = 1 << 20, MaxAttributes = 1 << 22;

    private readonly Abbreviation[] _rows;
    private readonly AttributeSpec[] _attributes;
    private readonly Dictionary<ulong, int>? _byCode;

    private AbbreviationTable(Abbreviation[] rows, AttributeSpec[] attributes)
    {
        _rows = rows;
        _attributes = attributes;
        for (var i = 0; i < rows.Length; i++)
        {
            // Compilers number from 1; only if one does not, a dictionary is needed.
            if (rows[i].Code == (ulong)i + 1) continue;
            _byCode = new Dictionary<ulong, int>(rows.Length);
            for (var j = 0; j < rows.Length; j++) _byCode.TryAdd(rows[j].Code, j);
            break;
        }
    }

    /// <summary>Reads the table that a unit uses. With <paramref name="only"/> set, stops behind that code: enough for the root entry.</summary>
    public static AbbreviationTable Read(DebugInfo info, in UnitHeader unit, ulong only = 0)
    {
        var section = info.Abbrev;
        var cursor = section.Cursor(unit.AbbreviationsOffset);
        var rows = new List<Abbreviation>();
        var attributes = new List<AttributeSpec>();
        while (!cursor.AtEnd)
        {
            var code = cursor.ReadULeb128();
            if (code == 0) break;
            if (rows.Count >= MaxRows || attributes.Count > MaxAttributes) Malformed.Budget(section.Name, cursor.Offset, "abbreviation table too long");
            var tag = cursor.ReadULeb128();
            var hasChildren = cursor.ReadByte() != 0;
            var first = attributes.Count;
            int size = 0;
            bool hasSibling = false;
            while (true)
            {
                ulong name = cursor.ReadULeb128(), form = cursor.ReadULeb128();
                if (name == 0 && form == 0) break;
                if (form > ushort.MaxValue) Malformed.Unsupported(section.Name, cursor.Offset, $"form 0x{form:x}");
                if (attributes.Count > MaxAttributes) Malformed.Budget(section.Name, cursor.Offset, "abbreviation table too long");
                var implicitConst = (DW_FORM)form == DW_FORM.DW_FORM_implicit_const ? cursor.ReadSLeb128() : 0;
                var bytes = Forms.FixedSize((DW_FORM)form, unit);
                size = size < 0 || bytes < 0 ? -1 : size + bytes;
                hasSibling |= name == (ulong)DW_AT.DW_AT_sibling;
                // A name beyond 16 bits is a vendor's that nobody asks for: keep the form, so that it can be skipped.
                attributes.Add(new AttributeSpec((DW_AT)(name > ushort.MaxValue ? ushort.MaxValue : name), (DW_FORM)form, (sbyte)bytes, implicitConst));
            }

            rows.Add(new Abbreviation(code, (DW_TAG)Math.Min(tag, ushort.MaxValue), hasChildren, hasSibling, first, attributes.Count - first, size));
            if (code == only) break;
        }

        info.ChargeAbbreviations(cursor.Offset - unit.AbbreviationsOffset);
        return new AbbreviationTable(rows.ToArray(), attributes.ToArray());
    }

    /// <summary>Index of the row of a code; -1 when the table has none.</summary>
    public int IndexOf(ulong code)
    {
        if (_byCode is not null) return _byCode.GetValueOrDefault(code, -1);
        return code - 1 < (ulong)_rows.Length ? (int)(code - 1) : -1;
    }

    public int Count => _rows.Length;

    public ref readonly Abbreviation this[int index] => ref _rows[index];

    public ReadOnlySpan<AttributeSpec> Attributes(in Abbreviation abbreviation) => _attributes.AsSpan(abbreviation.First, abbreviation.Count);
}
