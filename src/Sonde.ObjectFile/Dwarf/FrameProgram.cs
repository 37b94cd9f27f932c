using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using static Sonde.ObjectFile.Dwarf.DW_CFA;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>Runs call frame instructions up to an address (DWARF 5, section 6.4.2).</summary>
internal ref struct FrameProgram
{
    private const int MaxRemembered = 64;

    private readonly SectionData _data;
    private readonly FunctionFrame _function;
    private readonly Stack<FrameRow> _remembered = new();
    private FrameRow _row = new();
    private FrameRow _initial = new();
    private ulong _location;

    private FrameProgram(SectionData data, in FunctionFrame function)
    {
        _data = data;
        _function = function;
        _location = function.Range.Start.Value;
    }

    /// <summary>The row that holds at an address of the function.</summary>
    public static FrameRow RowAt(SectionData data, in FunctionFrame function, FileAddress pc)
    {
        var program = new FrameProgram(data, function);
        program.Run(function.Common.InstructionsStart, function.Common.InstructionsEnd, ulong.MaxValue, out _);
        program._initial = program._row.Clone();
        program.Run(function.InstructionsStart, function.InstructionsEnd, pc.Value, out var next);
        var row = program._row;
        row.Function = function.Range;
        row.Range = new AddressRange(new FileAddress(program._location), new FileAddress(Math.Min(next, function.Range.End.Value)));
        row.ReturnAddressRegister = function.Common.ReturnAddressRegister;
        row.IsSignalFrame = function.Common.IsSignalFrame;
        if (row.CfaRegister < 0 && row.CfaExpression.IsEmpty) Malformed.Invalid(data.Name, function.InstructionsStart, "no rule for the CFA");
        return row;
    }

    private void Run(long start, long end, ulong pc, out ulong next)
    {
        var cursor = _data.Cursor(start, end);
        next = ulong.MaxValue;
        while (!cursor.AtEnd)
        {
            var instruction = cursor.ReadByte();
            var high = (DW_CFA)(instruction & 0xc0);
            var low = instruction & 0x3f;
            if (high == DW_CFA_advance_loc)
            {
                if (!Advance((ulong)low, pc, out next)) return;
            }
            else if (high == DW_CFA_offset)
            {
                _row[low] = new RegisterRule(RegisterRuleKind.Offset, Factored(cursor.ReadULeb128()), default);
            }
            else if (high == DW_CFA_restore)
            {
                _row[low] = _initial[low];
            }
            else if (!Other(ref cursor, (DW_CFA)instruction, pc, out next))
            {
                return;
            }
        }

        next = ulong.MaxValue;
    }

    private bool Other(ref ByteCursor cursor, DW_CFA instruction, ulong pc, out ulong next)
    {
        next = ulong.MaxValue;
        int register;
        switch (instruction)
        {
            case DW_CFA_nop:
                break;
            case DW_CFA_set_loc:
                var target = PointerEncoding.Read(ref cursor, _function.Common.PointerEncoding, 0, 0, 0);
                return Advance(unchecked(target - _location), pc, out next, 1);
            case DW_CFA_advance_loc1:
                return Advance(cursor.ReadByte(), pc, out next);
            case DW_CFA_advance_loc2:
                return Advance(cursor.ReadUInt16(), pc, out next);
            case DW_CFA_advance_loc4:
                return Advance(cursor.ReadUInt32(), pc, out next);
            case DW_CFA_offset_extended:
                register = Register(ref cursor);
                _row[register] = new RegisterRule(RegisterRuleKind.Offset, Factored(cursor.ReadULeb128()), default);
                break;
            case DW_CFA_offset_extended_sf:
                register = Register(ref cursor);
                _row[register] = new RegisterRule(RegisterRuleKind.Offset, Factored(cursor.ReadSLeb128()), default);
                break;
            case DW_CFA_GNU_negative_offset_extended:
                register = Register(ref cursor);
                _row[register] = new RegisterRule(RegisterRuleKind.Offset, -Factored(cursor.ReadULeb128()), default);
                break;
            case DW_CFA_val_offset:
                register = Register(ref cursor);
                _row[register] = new RegisterRule(RegisterRuleKind.ValueOffset, Factored(cursor.ReadULeb128()), default);
                break;
            case DW_CFA_val_offset_sf:
                register = Register(ref cursor);
                _row[register] = new RegisterRule(RegisterRuleKind.ValueOffset, Factored(cursor.ReadSLeb128()), default);
                break;
            case DW_CFA_restore_extended:
                register = Register(ref cursor);
                _row[register] = _initial[register];
                break;
            case DW_CFA_undefined:
                _row[Register(ref cursor)] = new RegisterRule(RegisterRuleKind.Undefined, 0, default);
                break;
            case DW_CFA_same_value:
                _row[Register(ref cursor)] = new RegisterRule(RegisterRuleKind.SameValue, 0, default);
                break;
            case DW_CFA_register:
                register = Register(ref cursor);
                _row[register] = new RegisterRule(RegisterRuleKind.Register, Register(ref cursor), default);
                break;
            case DW_CFA_remember_state:
                if (_remembered.Count >= MaxRemembered) Malformed.Budget(_data.Name, cursor.Offset, "remembered states");
                _remembered.Push(_row.Clone());
                break;
            case DW_CFA_restore_state:
                if (_remembered.Count == 0) Malformed.Invalid(_data.Name, cursor.Offset, "no state to restore");
                _row = _remembered.Pop();
                break;
            case DW_CFA_def_cfa:
                DefineCfa(Register(ref cursor), (long)cursor.ReadULeb128());
                break;
            case DW_CFA_def_cfa_sf:
                DefineCfa(Register(ref cursor), Factored(cursor.ReadSLeb128()));
                break;
            case DW_CFA_def_cfa_register:
                DefineCfa(Register(ref cursor), _row.CfaOffset);
                break;
            case DW_CFA_def_cfa_offset:
                DefineCfa(_row.CfaRegister, (long)cursor.ReadULeb128());
                break;
            case DW_CFA_def_cfa_offset_sf:
                DefineCfa(_row.CfaRegister, Factored(cursor.ReadSLeb128()));
                break;
            case DW_CFA_def_cfa_expression:
                _row.CfaExpression = Block(ref cursor);
                break;
            case DW_CFA_expression:
                register = Register(ref cursor);
                _row[register] = new RegisterRule(RegisterRuleKind.Expression, 0, Block(ref cursor));
                break;
            case DW_CFA_val_expression:
                register = Register(ref cursor);
                _row[register] = new RegisterRule(RegisterRuleKind.ValueExpression, 0, Block(ref cursor));
                break;
            case DW_CFA_GNU_args_size:
                cursor.SkipLeb128();
                break;
            case DW_CFA_GNU_window_save:
                break;
            default:
                Malformed.Unsupported(_data.Name, cursor.Offset - 1, $"frame instruction 0x{(int)instruction:x2}");
                break;
        }

        return true;
    }

    /// <summary>False when the row in force up to <paramref name="next"/> is the one asked for.</summary>
    private bool Advance(ulong delta, ulong pc, out ulong next, ulong? factor = null)
    {
        next = unchecked(_location + delta * (factor ?? _function.Common.CodeAlignment));
        if (next > pc) return false;
        _location = next;
        return true;
    }

    private void DefineCfa(int register, long offset)
    {
        _row.CfaRegister = register;
        _row.CfaOffset = offset;
        _row.CfaExpression = default;
    }

    private readonly long Factored(ulong offset) => unchecked((long)offset * _function.Common.DataAlignment);

    private readonly long Factored(long offset) => unchecked(offset * _function.Common.DataAlignment);

    private static int Register(ref ByteCursor cursor)
    {
        var register = cursor.ReadULeb128();
        if (register > 1000) Malformed.Invalid(cursor.SectionName, cursor.Offset, $"register {register}");
        return (int)register;
    }

    private static Expression Block(ref ByteCursor cursor) => new(cursor.ReadBytes(Forms.Length(cursor.ReadULeb128())).ToArray(), null);
}
