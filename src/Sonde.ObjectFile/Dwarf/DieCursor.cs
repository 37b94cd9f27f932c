using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// Walks the entries below one entry, depth first. <see cref="Depth"/> is 0 at the entry it starts with, 1 at its children.
/// </summary>
internal ref struct DieCursor
{
    /// <summary>Nesting that no compiler reaches; beyond it the unit is refused.</summary>
    public const int MaxDepth = 2000;

    private readonly Unit _unit;
    private readonly AbbreviationTable _table;
    private ByteCursor _cursor;
    private int _abbreviation;
    private int _headSize;
    private long _offset;

    /// <summary>Starts at an entry; it is the current one until <see cref="Next"/> is called.</summary>
    public DieCursor(Die start)
    {
        _unit = start.Unit;
        _table = _unit.Abbreviations;
        _cursor = _unit.Section.Cursor(start.Offset.Value, _unit.Header.End);
        ReadHead();
    }

    /// <summary>How far below the start the current entry is; negative behind the last.</summary>
    public int Depth { get; private set; }

    public readonly Die Current => new(_unit, _offset, _abbreviation, _headSize);

    public readonly long CurrentOffset => _offset;

    public readonly DW_TAG Tag => _table[_abbreviation].Tag;

    public readonly bool HasChildren => _table[_abbreviation].HasChildren;

    internal readonly ref readonly Abbreviation Abbreviation => ref _table[_abbreviation];

    /// <summary>A cursor over the attributes of the current entry, which costs no look-up of the window.</summary>
    internal readonly ByteCursor AttributeCursor
    {
        get
        {
            var cursor = _cursor;
            cursor.Seek(_offset + _headSize);
            return cursor;
        }
    }

    /// <summary>Moves to the next entry in the section: the first child, else the next sibling, else that of the nearest ancestor.</summary>
    public bool Next()
    {
        if (Depth < 0) return false;
        _cursor.Seek(_offset + _headSize);
        ref readonly var abbreviation = ref _table[_abbreviation];
        Forms.SkipAll(ref _cursor, _table, abbreviation, _unit.Header);
        if (abbreviation.HasChildren) Depth++;
        return ReadNext();
    }

    /// <summary>Moves to the next entry that is not below the current one. False when the current one was the last child of its parent.</summary>
    public bool NextSibling()
    {
        var depth = Depth;
        return NextOutside() && Depth == depth;
    }

    /// <summary>Moves to the next entry that is not below the current one, at whatever depth.</summary>
    public bool NextOutside()
    {
        if (Depth < 0) return false;
        ref readonly var abbreviation = ref _table[_abbreviation];
        if (!abbreviation.HasChildren) return Next();
        var depth = Depth;
        if (abbreviation.HasSibling && Current.TryGetAttribute(DW_AT.DW_AT_sibling, out var sibling) && sibling.Class == AttributeClass.Reference &&
            sibling.Form is not (DW_FORM.DW_FORM_ref_addr or DW_FORM.DW_FORM_ref_sig8))
        {
            var target = _unit.Header.Offset.Value + Forms.Length(sibling.Raw);
            if (sibling.Raw >= (ulong)_unit.Header.Length || target <= _offset) Malformed.Invalid(_unit.Section.Name, _offset, "DW_AT_sibling does not lead forward");
            _cursor.Seek(target);
            return ReadNext();
        }

        while (Next())
        {
            if (Depth <= depth) return true;
        }

        return false;
    }

    private bool ReadNext()
    {
        while (Depth > 0)
        {
            // Some producers leave out the zeros that end the last lists of a unit.
            if (_cursor.AtEnd) break;
            if (ReadHead())
            {
                if (Depth > MaxDepth) Malformed.Budget(_unit.Section.Name, _offset, "entries nested too deeply");
                return true;
            }

            Depth--;
        }

        Depth = -1;
        return false;
    }

    private bool ReadHead()
    {
        var offset = _cursor.Offset;
        var code = _cursor.ReadULeb128();
        if (code == 0) return false;
        _abbreviation = _table.IndexOf(code);
        if (_abbreviation < 0)
        {
            _abbreviation = 0;
            Malformed.Invalid(_unit.Section.Name, offset, $"abbreviation {code} is not in the table");
        }

        _offset = offset;
        _headSize = (int)(_cursor.Offset - offset);
        return true;
    }
}
