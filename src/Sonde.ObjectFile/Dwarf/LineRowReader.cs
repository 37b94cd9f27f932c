using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// Runs a line program (DWARF 5, section 6.2.5): call <see cref="Next"/>, look at <see cref="Current"/>. Sequences of code that the linker dropped are left out.
/// </summary>
internal ref struct LineRowReader
{
    private readonly LineProgram _program;
    private ByteCursor _cursor;
    private ulong _address;
    private ulong _file;
    private int _line;
    private int _column;
    private LineFlags _flags;
    private int _view;
    private bool _dropped;

    internal LineRowReader(LineProgram program)
    {
        _program = program;
        _cursor = program.Section.Cursor(program.ProgramStart, program.End);
        Reset();
    }

    public LineRow Current { get; private set; }

    /// <summary>Moves to the next row; false behind the last.</summary>
    public bool Next()
    {
        while (!_cursor.AtEnd)
        {
            if (Step() && !_dropped) return true;
        }

        return false;
    }

    /// <summary>Executes one opcode; true when it made a row.</summary>
    private bool Step()
    {
        int opcode = _cursor.ReadByte();
        if (opcode >= _program.OpcodeBase)
        {
            var adjusted = opcode - _program.OpcodeBase;
            if (_program.LineRange == 0) Malformed.Invalid(_program.Section.Name, _cursor.Offset - 1, "special opcode with line range 0");
            Advance((ulong)(adjusted / _program.LineRange));
            _line += _program.LineBase + adjusted % _program.LineRange;
            return Emit();
        }

        switch ((DW_LNS)opcode)
        {
            case 0:
                return Extended();
            case DW_LNS.DW_LNS_copy:
                return Emit();
            case DW_LNS.DW_LNS_advance_pc:
                Advance(_cursor.ReadULeb128());
                break;
            case DW_LNS.DW_LNS_advance_line:
                _line += (int)_cursor.ReadSLeb128();
                break;
            case DW_LNS.DW_LNS_set_file:
                _file = _cursor.ReadULeb128();
                break;
            case DW_LNS.DW_LNS_set_column:
                _column = (int)Math.Min(_cursor.ReadULeb128(), int.MaxValue);
                break;
            case DW_LNS.DW_LNS_negate_stmt:
                _flags ^= LineFlags.IsStatement;
                break;
            case DW_LNS.DW_LNS_set_basic_block:
                _flags |= LineFlags.BasicBlock;
                break;
            case DW_LNS.DW_LNS_const_add_pc:
                if (_program.LineRange == 0) Malformed.Invalid(_program.Section.Name, _cursor.Offset - 1, "const_add_pc with line range 0");
                Advance((ulong)((255 - _program.OpcodeBase) / _program.LineRange));
                break;
            case DW_LNS.DW_LNS_fixed_advance_pc:
                // The one advance that does not restart the views: the assembler could not tell whether the address changes.
                _address += _cursor.ReadUInt16();
                break;
            // From version 3 on, but what counts is that the header lists them: Go up to 1.24 says 2 and uses them.
            case DW_LNS.DW_LNS_set_prologue_end:
                _flags |= LineFlags.PrologueEnd;
                break;
            case DW_LNS.DW_LNS_set_epilogue_begin:
                _flags |= LineFlags.EpilogueBegin;
                break;
            default:
                // Unknown standard opcodes, and set_isa: the header says how many LEB128 operands to skip.
                for (var i = 0; i < _program.OpcodeLengths[opcode - 1]; i++) _cursor.SkipLeb128();
                break;
        }

        return false;
    }

    private bool Extended()
    {
        var length = _cursor.ReadULeb128();
        if (length == 0) return false;
        if (length > (ulong)_cursor.Remaining) Malformed.Truncated(_program.Section.Name, _cursor.Offset, Forms.Length(length));
        var end = _cursor.Offset + (long)length;
        var made = false;
        switch ((DW_LNE)_cursor.ReadByte())
        {
            case DW_LNE.DW_LNE_end_sequence:
                _flags |= LineFlags.EndSequence;
                made = Emit() && !_dropped;
                Reset();
                break;
            case DW_LNE.DW_LNE_set_address:
                var size = (int)Math.Min(end - _cursor.Offset, 8);
                _address = _cursor.ReadUnsigned(size);
                _view = 0;
                _dropped = RangeList.IsTombstone(_address) || size == 4 && _address >= uint.MaxValue - 1;
                break;
            default:
                // discriminators, DW_LNE_define_file (nobody emits it), vendors
                break;
        }

        _cursor.Seek(end);
        return made;
    }

    private void Advance(ulong operations)
    {
        var delta = operations * (ulong)_program.MinimumInstructionLength;
        if (delta != 0) _view = 0;
        _address += delta;
    }

    private bool Emit()
    {
        Current = new LineRow(new FileAddress(_address), _program.FileIndex(_file), _line, _column, _flags, _view++);
        _flags &= LineFlags.IsStatement;
        return true;
    }

    private void Reset()
    {
        _address = 0;
        _file = 1;
        _line = 1;
        _column = 0;
        _flags = _program.DefaultIsStatement ? LineFlags.IsStatement : LineFlags.None;
        _view = 0;
        _dropped = false;
    }
}
