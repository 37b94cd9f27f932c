using System.Runtime.InteropServices;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using static Sonde.ObjectFile.Dwarf.DW_OP;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// Runs an expression on terms instead of values (DWARF 5, sections 2.5 and 2.6): what can be computed now is, what depends on the process stays as
/// a term to be compiled into a read.
/// </summary>
internal sealed class ExpressionEvaluator
{
    private const int MaxSteps = 10_000, MaxStack = 256, MaxCalls = 8, MaxPieces = 4096;

    private readonly Die _function;
    private readonly FileAddress _pc;
    private readonly List<Term> _stack = [];
    private readonly List<Piece> _pieces = [];
    private int _steps, _calls;
    private bool _inFrameBase;

    private ExpressionEvaluator(Die function, FileAddress pc)
    {
        _function = function;
        _pc = pc;
    }

    /// <summary>
    /// The pieces of a location. <paramref name="function"/> is the out-of-line function around (for DW_OP_fbreg; need not exist),
    /// <paramref name="pc"/> the probed address. <paramref name="initial"/> is pushed first: the base address for DW_AT_data_member_location, of frame
    /// rules the CFA. Throws only if the expression is malformed.
    /// </summary>
    public static IReadOnlyList<Piece> Evaluate(Expression expression, Die function, FileAddress pc, Term? initial = null)
    {
        var evaluator = new ExpressionEvaluator(function, pc);
        if (initial is not null) evaluator._stack.Add(initial);
        try
        {
            return evaluator.Run(expression);
        }
        catch (UnsupportedExpression e)
        {
            return [new Piece(PieceKind.Unsupported) { Reason = e.Message }];
        }
        catch (BinaryFormatException e) when (e.Code is BinaryError.Unsupported or BinaryError.Unavailable)
        {
            return [new Piece(PieceKind.Unsupported) { Reason = e.Message }];
        }
    }

    private sealed class UnsupportedExpression(string message) : Exception(message);

    private IReadOnlyList<Piece> Run(Expression expression)
    {
        Piece? current = null;
        RunOperations(expression, ref current);
        if (_pieces.Count > 0)
        {
            // A location behind the last piece has no size: it is part of nothing.
            return _pieces;
        }

        return [current ?? (_stack.Count > 0 ? new Piece(PieceKind.Memory) { Term = _stack[^1] } : new Piece(PieceKind.Empty))];
    }

    private void RunOperations(Expression expression, ref Piece? current)
    {
        var operations = expression.Decode();
        var span = CollectionsMarshal.AsSpan(operations);
        for (var i = 0; i < span.Length; i++)
        {
            if (++_steps > MaxSteps) Fail(span[i], "too many steps");
            if (_stack.Count > MaxStack) Fail(span[i], "stack too deep");
            ref readonly var op = ref span[i];
            switch (op.Code)
            {
                case DW_OP_skip:
                    i = Target(span, i, op, expression.Bytes.Length);
                    break;
                case DW_OP_bra:
                    var condition = Pop(op);
                    if (condition.Kind != TermKind.Constant) throw new UnsupportedExpression("branch on run-time data");
                    if (condition.Offset != 0) i = Target(span, i, op, expression.Bytes.Length);
                    break;
                case DW_OP_piece or DW_OP_bit_piece:
                    AddPiece(op, ref current);
                    break;
                default:
                    Step(op, expression.Unit, ref current);
                    break;
            }
        }
    }

    private static int Target(ReadOnlySpan<Operation> operations, int i, in Operation op, int length)
    {
        // Both branches are 3 bytes long and count from their end.
        var target = op.Offset + 3 + (int)(long)op.Operand;
        for (var j = 0; j < operations.Length; j++)
        {
            if (operations[j].Offset == target) return j - 1;
        }

        if (target == length) return operations.Length;
        Fail(operations[i], "branch into an operation");
        return 0;
    }

    private void AddPiece(in Operation op, ref Piece? current)
    {
        if (_pieces.Count >= MaxPieces) Fail(op, "too many pieces");
        if (op.Operand > int.MaxValue) Fail(op, "piece too large");
        var piece = current ?? (_stack.Count > 0 ? new Piece(PieceKind.Memory) { Term = _stack[^1] } : new Piece(PieceKind.Empty));
        var bits = op.Code == DW_OP_piece ? (long)op.Operand * 8 : (long)op.Operand;
        // A piece of no size describes nothing, and 0 stands for "the whole value".
        if (bits > 0) _pieces.Add(piece with { BitSize = bits, BitOffset = op.Code == DW_OP_bit_piece ? op.Second : 0 });
        _stack.Clear();
        current = null;
    }

    private void Step(in Operation op, Unit? unit, ref Piece? current)
    {
        switch (op.Family)
        {
            case DW_OP_lit0 or DW_OP_const1u or DW_OP_const1s or DW_OP_const2u or DW_OP_const2s or DW_OP_const4u or DW_OP_const4s or DW_OP_const8u
                or DW_OP_const8s or DW_OP_constu or DW_OP_consts:
                Push(Term.Constant((long)op.Operand));
                break;
            case DW_OP_addr:
                Push(Term.Address(op.Operand));
                break;
            case DW_OP_addrx or DW_OP_GNU_addr_index:
                Push(Term.Address(UnitFor(op, unit).AddressAt(op.Operand)));
                break;
            case DW_OP_constx or DW_OP_GNU_const_index:
                Push(Term.Constant((long)UnitFor(op, unit).AddressAt(op.Operand)));
                break;
            case DW_OP_reg0 or DW_OP_regx:
                current = new Piece(PieceKind.Register) { Register = RegisterNumber(op) };
                break;
            case DW_OP_breg0 or DW_OP_bregx:
                Push(Term.OfRegister(RegisterNumber(op), op.Second));
                break;
            case DW_OP_fbreg:
                Push(FrameBase(op).Plus((long)op.Operand));
                break;
            case DW_OP_call_frame_cfa:
                Push(Term.Cfa);
                break;
            case DW_OP_push_object_address:
                Push(Term.Object);
                break;
            case DW_OP_form_tls_address or DW_OP_GNU_push_tls_address:
                Push(Term.Of(TermKind.TlsAddress, op.Code, Pop(op)));
                break;
            case DW_OP_dup:
                Push(Peek(op, 0));
                break;
            case DW_OP_drop:
                Pop(op);
                break;
            case DW_OP_over:
                Push(Peek(op, 1));
                break;
            case DW_OP_pick:
                Push(Peek(op, (int)op.Operand));
                break;
            case DW_OP_swap:
                var (top, second) = (Pop(op), Pop(op));
                Push(top);
                Push(second);
                break;
            case DW_OP_rot:
                var (a, b, c) = (Pop(op), Pop(op), Pop(op));
                Push(a);
                Push(c);
                Push(b);
                break;
            case DW_OP_deref:
                Push(Dereference(op, Pop(op), 8, default));
                break;
            case DW_OP_deref_size:
                Push(Dereference(op, Pop(op), (int)op.Operand, default));
                break;
            case DW_OP_deref_type or DW_OP_GNU_deref_type:
                Push(Dereference(op, Pop(op), (int)op.Operand, TypeAt(op, unit, op.Second)));
                break;
            case DW_OP_regval_type or DW_OP_GNU_regval_type:
                Push(Term.OfRegister(RegisterNumber(op)) with { Type = TypeAt(op, unit, op.Second) });
                break;
            case DW_OP_const_type or DW_OP_GNU_const_type:
                Push(new Term(TermKind.TypedConstant) { Type = TypeAt(op, unit, op.Second), Bytes = op.Block });
                break;
            case DW_OP_convert or DW_OP_GNU_convert:
                Push(Term.Of(TermKind.Convert, op.Code, Pop(op)) with { Type = op.Operand == 0 ? default : TypeAt(op, unit, Forms.Length(op.Operand)) });
                break;
            case DW_OP_reinterpret or DW_OP_GNU_reinterpret:
                Push(Term.Of(TermKind.Reinterpret, op.Code, Pop(op)) with { Type = op.Operand == 0 ? default : TypeAt(op, unit, Forms.Length(op.Operand)) });
                break;
            case DW_OP_plus_uconst:
                Push(Pop(op).Plus((long)op.Operand));
                break;
            case DW_OP_abs or DW_OP_neg or DW_OP_not:
                Push(TermArithmetic.Unary(op.Code, Pop(op)));
                break;
            case DW_OP_and or DW_OP_div or DW_OP_minus or DW_OP_mod or DW_OP_mul or DW_OP_or or DW_OP_plus or DW_OP_shl or DW_OP_shr or DW_OP_shra or DW_OP_xor
                or DW_OP_eq or DW_OP_ge or DW_OP_gt or DW_OP_le or DW_OP_lt or DW_OP_ne:
                var right = Pop(op);
                Push(TermArithmetic.Binary(op.Code, Pop(op), right));
                break;
            case DW_OP_stack_value:
                current = new Piece(PieceKind.Computed) { Term = Pop(op) };
                break;
            case DW_OP_implicit_value:
                current = new Piece(PieceKind.ImplicitValue) { Bytes = op.Block };
                break;
            case DW_OP_implicit_pointer or DW_OP_GNU_implicit_pointer:
                current = new Piece(PieceKind.ImplicitPointer) { Target = new InfoOffset(Forms.Length(op.Operand)), TargetOffset = op.Second };
                break;
            case DW_OP_entry_value or DW_OP_GNU_entry_value:
                Push(Term.Of(TermKind.EntryValue, op.Code, EntryTerm(op, unit)));
                break;
            case DW_OP_call2 or DW_OP_call4 or DW_OP_call_ref:
                Call(op, unit, ref current);
                break;
            case DW_OP_nop:
                break;
            case DW_OP_GNU_uninit:
                current = (current ?? new Piece(PieceKind.Memory) { Term = Peek(op, 0) }) with { IsUninitialized = true };
                break;
            default:
                throw new UnsupportedExpression($"operation {op.Code}");
        }
    }

    /// <summary>What was to be evaluated at entry: a register's contents, or a computation on them.</summary>
    private Term EntryTerm(in Operation op, Unit? unit)
    {
        if (++_calls > MaxCalls) Fail(op, "too many nested expressions");
        var inner = new ExpressionEvaluator(_function, _pc) { _calls = _calls, _steps = _steps };
        var pieces = inner.Run(new Expression(op.Block, unit));
        _calls--;
        _steps = inner._steps;
        return pieces is [{ Kind: PieceKind.Register } register] ? Term.OfRegister(register.Register)
            : pieces is [{ Kind: PieceKind.Memory or PieceKind.Computed, Term: { } term }] ? term
            : throw new UnsupportedExpression("entry value of more than a register or number");
    }

    private Term FrameBase(in Operation op)
    {
        if (_inFrameBase || !_function.Exists) Fail(op, "no frame base here");
        if (!LocationList.TryFind(_function, DW_AT.DW_AT_frame_base, _pc, out var expression)) throw new UnsupportedExpression("function has no frame base here");
        var inner = new ExpressionEvaluator(_function, _pc) { _inFrameBase = true, _steps = _steps };
        var pieces = inner.Run(expression);
        _steps = inner._steps;
        return pieces is [{ Kind: PieceKind.Register } register] ? Term.OfRegister(register.Register)
            : pieces is [{ Kind: PieceKind.Memory or PieceKind.Computed, Term: { } term }] ? term
            : throw new UnsupportedExpression("frame base in pieces");
    }

    private void Call(in Operation op, Unit? unit, ref Piece? current)
    {
        if (++_calls > MaxCalls) Fail(op, "calls nested too deeply");
        var from = UnitFor(op, unit);
        var callee = op.Code == DW_OP_call_ref
            ? from.DebugInfo.DieAt(new InfoOffset(Forms.Length(op.Operand)))
            : from.DieAt(new UnitOffset((long)op.Operand));
        // Without a location the call has no effect (DWARF 5, section 2.5.1.5).
        if (LocationList.TryFind(callee, DW_AT.DW_AT_location, _pc, out var expression)) RunOperations(expression, ref current);
        _calls--;
    }

    private static Term Dereference(in Operation op, Term address, int size, Die type)
    {
        if (size is < 1 or > 16) Fail(op, $"dereference of {size} bytes");
        return Term.Of(TermKind.Dereference, op.Code, address) with { Size = size, Type = type };
    }

    private static int RegisterNumber(in Operation op)
    {
        if (op.Operand > 1000) Fail(op, $"register {op.Operand}");
        return (int)op.Operand;
    }

    private static Unit UnitFor(in Operation op, Unit? unit)
    {
        if (unit is null) Fail(op, "needs a unit");
        return unit!;
    }

    private static Die TypeAt(in Operation op, Unit? unit, long offset)
    {
        var type = UnitFor(op, unit).DieAt(new UnitOffset(offset));
        if (type.Tag != DW_TAG.DW_TAG_base_type) Fail(op, "type is no base type");
        return type;
    }

    private void Push(Term term)
    {
        if (term.Depth > Term.MaxDepth) throw new BinaryFormatException(BinaryError.BudgetExceeded, "expression", 0, "terms nested too deeply");
        _stack.Add(term);
    }

    private Term Pop(in Operation op)
    {
        if (_stack.Count == 0) Fail(op, "stack is empty");
        var term = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return term;
    }

    private Term Peek(in Operation op, int depth)
    {
        if (depth >= _stack.Count) Fail(op, "stack is empty");
        return _stack[_stack.Count - 1 - depth];
    }

    private static void Fail(in Operation op, string what) =>
        throw new BinaryFormatException(BinaryError.Malformed, "expression", op.Offset, $"{op.Code}: {what}");
}
