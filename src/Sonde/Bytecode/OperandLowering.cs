using Sonde.Kernel.Assembly;
using Sonde.Plans;
using Sonde.Sites;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// Operands into registers. R6 holds the context, R7 the frame; R0-R5 are lost. A nil pointer or unreadable memory on the
/// way jumps to the label given.
/// </summary>
internal sealed class OperandLowering(CodeWriter code, GoroutinePlace? goroutine = null)
{
    /// <summary>Writes the conditions that operands are made of.</summary>
    public PredicateLowering? Predicates { get; set; }

    /// <summary>The stack slots of the words that walks keep.</summary>
    public Dictionary<CursorOperand, short> Cursors { get; } = [];

    /// <summary>The stack slots where what has been found is kept, zero until then.</summary>
    public Dictionary<FoundOperand, short> Remembered { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>What has been found wherever control can come from.</summary>
    public HashSet<FoundOperand> Known { get; private set; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Takes a stack slot for each search, so that none is made twice. Ended by <see cref="Forget"/>.</summary>
    public void Remember(IReadOnlyList<FoundOperand> searches)
    {
        foreach (FoundOperand search in searches)
        {
            short slot = code.Reserve(8);
            code.Add(StoreImm(Width.DW, Register.R10, slot, 0));
            Remembered.Add(search, slot);
        }
    }

    /// <summary>Gives the slots back.</summary>
    public void Forget()
    {
        code.Release(8 * Remembered.Count);
        Remembered.Clear();
        Known.Clear();
    }

    /// <summary>Finds what is always needed, once, before it is used.</summary>
    public void Find(IReadOnlyList<FoundOperand> searches, Escapes escapes)
    {
        foreach (FoundOperand search in searches)
        {
            if (!Remembered.ContainsKey(search) || Known.Contains(search))
                continue;
            var found = new Label("found");
            EmitSearch(search, found, escapes.Range, escapes);
            code.Add(Mark(found));
            Known.Add(search);
        }
    }

    /// <summary>Writes what is not always reached: what is found there is not known behind it.</summary>
    public void Aside(Action write)
    {
        HashSet<FoundOperand> known = Known;
        Known = new HashSet<FoundOperand>(known, ReferenceEqualityComparer.Instance);
        write();
        Known = known;
    }

    /// <summary>Computes <paramref name="operand"/> into <paramref name="target"/> (any register but R6 to R10).</summary>
    public void Emit(Operand operand, Register target, Label nil, Label fault) => Emit(operand, target, new Escapes(nil, fault, fault));

    /// <summary>Computes <paramref name="operand"/> into <paramref name="target"/> (any register but R6 to R10).</summary>
    public void Emit(Operand operand, Register target, Escapes escapes)
    {
        switch (operand)
        {
            case RegisterOperand register:
                code.Add(Load(Width.DW, target, Register.R6, ContextRegisters.OffsetOf(register.Register)), register.Register.ToString().ToLowerInvariant());
                break;

            case ThreadPointerOperand pointer:
                EmitThreadPointer(pointer, target, escapes.Fault);
                break;

            case ConstantOperand constant:
                code.Add(LoadConstant(target, constant.Value));
                break;

            case FrameOperand frame:
                EmitFrame(frame.Offset, frame.Size, frame.Signed, target);
                break;

            case HeldOperand held:
                EmitHeld(held, target, escapes);
                break;

            case CursorOperand cursor:
                code.Add(Load(Width.DW, target, Register.R10, Cursors[cursor]));
                break;

            case FoundOperand search when Known.Contains(search):
                code.Add(Load(Width.DW, target, Register.R10, Remembered[search]), "found before");
                break;

            case FoundOperand search:
                var found = new Label("found");
                EmitSearch(search, found, escapes.Range, escapes);
                code.Add(Mark(found));
                if (target != Register.R0)
                    code.Add(Mov(target, Register.R0));
                break;

            case WidenedOperand widened:
                Emit(widened.Value, Register.R1, escapes);
                FloatWidening.Emit(code);
                if (target != Register.R1)
                    code.Add(Mov(target, Register.R1));
                break;

            case ChoiceOperand choice:
                EmitChoice(choice, target, escapes);
                break;

            case FactOperand { Fact: Fact.ProcessAndThread }:
                code.Add(Mov(target, Register.R8));
                break;

            case FactOperand { Fact: Fact.Time }:
                code.Add(Call(Helper.BPF_FUNC_ktime_get_ns));
                if (target != Register.R0)
                    code.Add(Mov(target, Register.R0));
                break;

            case FactOperand { Fact: Fact.Goroutine } when goroutine is not null:
                Emit(new LoadOperand(goroutine.Pointer, goroutine.GoidOffset, 8), target, escapes);
                break;

            case FactOperand { Fact: Fact.Goroutine }:
                code.Add(Jump(escapes.Fault));
                break;

            case TruthOperand truth:
                EmitTruth(truth, target, escapes);
                break;

            case TextLengthOperand length:
                Predicates!.EmitLength(length.Text, escapes);
                if (target != Register.R0)
                    code.Add(Mov(target, Register.R0));
                break;

            case LoadOperand load:
                EmitLoad(load, target, escapes);
                break;

            case BinaryOperand binary:
                EmitBinary(binary, target, escapes);
                break;

            case UnaryOperand unary:
                Emit(unary.Value, target, escapes);
                code.Add(unary.Operator == UnaryOperator.Negate ? Neg(target) : XorImm(target, -1));
                Wrap(target, unary.Size, unary.Signed);
                break;

            case BitFieldOperand field:
                Emit(field.Storage, target, escapes);
                if (field.BitSize == 0 || field.BitOffset + field.BitSize > 64)
                    throw new PlanTooLargeException("a bit-field that is spread over more than 64 bits cannot be computed with");
                code.Add(LshImm(target, (int)(64 - field.BitOffset - field.BitSize)));
                code.Add(field.Signed ? ArshImm(target, (int)(64 - field.BitSize)) : RshImm(target, (int)(64 - field.BitSize)));
                break;

            case CheckedOperand element:
                EmitCheck(element, escapes);
                Emit(element.Value, target, escapes);
                break;

            case NonNilOperand address:
                Emit(address.Value, target, escapes);
                code.Add(JumpIfImm(target, Condition.Equal, 0, escapes.Nil));
                break;

            case WitnessedOperand witnessed:
                EmitPair(witnessed.Witness, witnessed.Unlike, escapes);
                code.Add(JumpIf(Register.R1, Condition.Equal, Register.R2, escapes.Fault), "the registers were lost on the way");
                Emit(witnessed.Value, target, escapes);
                break;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Goes to <paramref name="found"/> with the address in R0, or to <paramref name="absent"/>; what is remembered is not looked for again.</summary>
    public void EmitSearch(FoundOperand search, Label found, Label absent, Escapes escapes)
    {
        if (!Remembered.TryGetValue(search, out short slot))
        {
            new WalkLowering(code, this).Emit(search, found, absent, escapes);
            return;
        }

        var first = new Label("found first");
        code.Add(Load(Width.DW, Register.R0, Register.R10, slot));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, found), "found before");
        new WalkLowering(code, this).Emit(search, first, absent, escapes);
        code.Add(Mark(first));
        code.Add(Store(Width.DW, Register.R10, slot, Register.R0));
        code.Add(Jump(found));
    }

    private void EmitChoice(ChoiceOperand choice, Register target, Escapes escapes)
    {
        var (yes, no, done) = (new Label("chosen"), new Label("else"), new Label("either"));
        Aside(() => Predicates!.Emit(choice.Test, yes, no, escapes));
        code.Add(Mark(yes));
        Aside(() => Emit(choice.Then, target, escapes));
        code.Add(Jump(done));
        code.Add(Mark(no));
        Aside(() => Emit(choice.Else, target, escapes));
        code.Add(Mark(done));
    }

    /// <summary>Computes an address and leaves it, with the displacement added, in R3, where the read helpers take it.</summary>
    public void EmitAddress(Operand address, long displacement, Escapes escapes)
    {
        Emit(address, Register.R3, escapes);
        if (CanBeNil(address))
            code.Add(JumpIfImm(Register.R3, Condition.Equal, 0, escapes.Nil));
        if (displacement == (int)displacement)
        {
            if (displacement != 0)
                code.Add(AddImm(Register.R3, (int)displacement));
        }
        else
        {
            code.Add(LdImm64(Register.R2, displacement));
            code.Add(Add(Register.R3, Register.R2));
        }
    }

    // The stack pointer, and what is computed from it, is never nil.
    private static bool CanBeNil(Operand address) => address switch
    {
        RegisterOperand { Register: GeneralRegister.Rsp } => false,
        BinaryOperand { Operator: BinaryOperator.Add, Left: RegisterOperand { Register: GeneralRegister.Rsp } } => false,
        ConstantOperand { Value: not 0 } or NonNilOperand => false,
        _ => true,
    };

    private void EmitThreadPointer(ThreadPointerOperand pointer, Register target, Label fault)
    {
        short slot = code.Reserve(8);
        code.Add(Call(Helper.BPF_FUNC_get_current_task));
        code.Add(Mov(Register.R3, Register.R0));
        code.Add(AddImm(Register.R3, pointer.TaskOffset));
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, slot));
        code.Add(MovImm(Register.R2, 8));
        code.Add(Call(Helper.BPF_FUNC_probe_read_kernel));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, fault));
        code.Add(Load(Width.DW, target, Register.R10, slot));
        code.Release(8);
    }

    private void EmitLoad(LoadOperand load, Register target, Escapes escapes)
    {
        EmitAddress(load.Address, load.Displacement, escapes);
        short slot = code.Reserve(8);
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, slot));
        code.Add(MovImm(Register.R2, (int)load.Size));
        code.Add(Call(Helper.BPF_FUNC_probe_read_user));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, escapes.Fault));
        Width width = WidthOf((int)load.Size);
        code.Add(Load(width, target, Register.R10, slot));
        if (load.Signed)
            code.Add(SignExtend(target, width));
        code.Release(8);
    }

    private void EmitBinary(BinaryOperand binary, Register target, Escapes escapes)
    {
        EmitPair(binary.Left, binary.Right, escapes);

        // Operands of another width or sign take the operation's first, as far as it makes a difference to the result.
        bool byWidth = binary.Operator is BinaryOperator.Divide or BinaryOperator.Remainder;
        if (byWidth || binary.Operator == BinaryOperator.ShiftRight)
            Wrap(Register.R1, binary.Size, binary.Signed);
        if (byWidth)
            Wrap(Register.R2, binary.Size, binary.Signed);
        switch (binary.Operator)
        {
            case BinaryOperator.Add:
                code.Add(Add(Register.R1, Register.R2));
                break;
            case BinaryOperator.Subtract:
                code.Add(Sub(Register.R1, Register.R2));
                break;
            case BinaryOperator.Multiply:
                code.Add(Mul(Register.R1, Register.R2));
                break;
            case BinaryOperator.Divide or BinaryOperator.Remainder:
                bool divide = binary.Operator == BinaryOperator.Divide;

                // Division by zero has no value in any of the languages: the expression cannot be evaluated.
                code.Add(JumpIfImm(Register.R2, Condition.Equal, 0, escapes.Range));
                if (binary.Signed)
                    code.Add(divide ? SignedDiv(Register.R1, Register.R2, Register.R3) : SignedMod(Register.R1, Register.R2, Register.R3));
                else
                    code.Add(divide ? Div(Register.R1, Register.R2) : Mod(Register.R1, Register.R2));
                break;
            case BinaryOperator.And:
                code.Add(And(Register.R1, Register.R2));
                break;
            case BinaryOperator.Or:
                code.Add(Or(Register.R1, Register.R2));
                break;
            case BinaryOperator.Xor:
                code.Add(Xor(Register.R1, Register.R2));
                break;
            case BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight:
                EmitShift(binary);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        Wrap(Register.R1, binary.Size, binary.Signed);
        if (target != Register.R1)
            code.Add(Mov(target, Register.R1));
    }

    /// <summary>Two operands into R1 and R2.</summary>
    public void EmitPair(Operand left, Operand right, Escapes escapes)
    {
        if (right is ConstantOperand constant)
        {
            Emit(left, Register.R1, escapes);
            code.Add(LoadConstant(Register.R2, constant.Value));
            return;
        }

        if (IsDirect(right))
        {
            Emit(left, Register.R1, escapes);
            Emit(right, Register.R2, escapes);
            return;
        }

        Emit(left, Register.R0, escapes);
        short slot = code.Reserve(8);
        code.Add(Store(Width.DW, Register.R10, slot, Register.R0));
        Emit(right, Register.R2, escapes);
        code.Add(Load(Width.DW, Register.R1, Register.R10, slot));
        code.Release(8);
    }

    // Loaded by instructions that change no other register.
    private static bool IsDirect(Operand operand) => operand switch
    {
        RegisterOperand or ConstantOperand or FrameOperand or CursorOperand or FactOperand { Fact: Fact.ProcessAndThread } => true,
        BitFieldOperand field => IsDirect(field.Storage),
        _ => false,
    };

    private void EmitFrame(uint offset, uint size, bool signed, Register target)
    {
        if (offset <= (uint)short.MaxValue)
        {
            code.Add(Load(WidthOf((int)size), target, Register.R7, (short)offset));
        }
        else
        {
            // The displacement of an instruction has 16 bits, a large frame more.
            code.Add(Mov(target, Register.R7));
            code.Add(AddImm(target, checked((int)offset)));
            code.Add(Load(WidthOf((int)size), target, target, 0));
        }

        if (signed)
            code.Add(SignExtend(target, WidthOf((int)size)));
    }

    // Both bits say that it was out of range.
    private void EmitHeld(HeldOperand held, Register target, Escapes escapes)
    {
        if (held.Status.Mask != 0)
        {
            var (noFault, good) = (new Label("no fault"), new Label("held"));
            code.Add(LoadConstant(Register.R2, (long)held.Status.Mask));
            code.Add(Load(Width.DW, Register.R1, Register.R7, (short)FrameHeader.Faults));
            code.Add(Load(Width.DW, Register.R0, Register.R7, (short)FrameHeader.Nils));
            code.Add(And(Register.R1, Register.R2));
            code.Add(And(Register.R0, Register.R2));
            code.Add(JumpIfImm(Register.R1, Condition.Equal, 0, noFault));
            code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, escapes.Range));
            code.Add(Jump(escapes.Fault));
            code.Add(Mark(noFault));
            code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, escapes.Nil));
            code.Add(Mark(good));
        }

        EmitFrame(held.Offset, held.Size, held.Signed, target);
    }

    private void EmitTruth(TruthOperand truth, Register target, Escapes escapes)
    {
        var (yes, no, done) = (new Label("true"), new Label("false"), new Label("truth"));
        Aside(() => Predicates!.Emit(truth.Predicate, yes, no, escapes));
        code.Add(Mark(yes));
        code.Add(MovImm(target, 1));
        code.Add(Jump(done));
        code.Add(Mark(no));
        code.Add(MovImm(target, 0));
        code.Add(Mark(done));
    }

    private void EmitCheck(CheckedOperand element, Escapes escapes)
    {
        EmitPair(element.Index, element.Count, escapes);
        code.Add(JumpIf(Register.R1, element.Inclusive ? Condition.Greater : Condition.GreaterOrEqual, Register.R2, escapes.Range));
    }

    // As in Go: a count of the width or more shifts everything out (BPF would mask the count).
    private void EmitShift(BinaryOperand binary)
    {
        var (inRange, done) = (new Label("shift"), new Label("shifted"));
        bool arithmetic = binary.Operator == BinaryOperator.ShiftRight && binary.Signed;
        code.Add(JumpIfImm(Register.R2, Condition.Less, 64, inRange));
        code.Add(arithmetic ? ArshImm(Register.R1, 63) : MovImm(Register.R1, 0));
        code.Add(Jump(done));
        code.Add(Mark(inRange));
        code.Add(binary.Operator == BinaryOperator.ShiftLeft ? Lsh(Register.R1, Register.R2)
            : arithmetic ? Arsh(Register.R1, Register.R2) : Rsh(Register.R1, Register.R2));
        code.Add(Mark(done));
    }

    private void Wrap(Register register, uint size, bool signed)
    {
        Width width = WidthOf((int)size);
        code.Add(signed ? SignExtend(register, width) : ZeroExtend(register, width));
    }
}
