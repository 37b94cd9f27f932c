using Sonde.Kernel.Assembly;
using Sonde.Plans;
using Sonde.Sites;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// Operands into registers. R6 holds the context, R7 the frame; R0-R5 are lost. A nil pointer or unreadable memory on the
/// way jumps to the label given.
/// </summary>
internal sealed class OperandLowering(CodeWriter code)
{
    /// <summary>Computes <paramref name="operand"/> into <paramref name="target"/> (any register but R6, R7, R10).</summary>
    public void Emit(Operand operand, Register target, Label nil, Label fault)
    {
        switch (operand)
        {
            case RegisterOperand register:
                code.Add(Load(Width.DW, target, Register.R6, ContextRegisters.OffsetOf(register.Register)), register.Register.ToString().ToLowerInvariant());
                break;

            case ThreadPointerOperand pointer:
                EmitThreadPointer(pointer, target, fault);
                break;

            case ConstantOperand constant:
                code.Add(LoadConstant(target, constant.Value));
                break;

            case FrameOperand frame:
                if (frame.Offset <= (uint)short.MaxValue)
                {
                    code.Add(Load(WidthOf((int)frame.Size), target, Register.R7, (short)frame.Offset));
                }
                else
                {
                    // The displacement of an instruction has 16 bits, a large frame more.
                    code.Add(Mov(target, Register.R7));
                    code.Add(AddImm(target, checked((int)frame.Offset)));
                    code.Add(Load(WidthOf((int)frame.Size), target, target, 0));
                }

                if (frame.Signed)
                    code.Add(SignExtend(target, WidthOf((int)frame.Size)));
                break;

            case LoadOperand load:
                EmitLoad(load, target, nil, fault);
                break;

            case BinaryOperand binary:
                EmitBinary(binary, target, nil, fault);
                break;

            case UnaryOperand unary:
                Emit(unary.Value, target, nil, fault);
                code.Add(unary.Operator == UnaryOperator.Negate ? Neg(target) : XorImm(target, -1));
                Wrap(target, unary.Size, unary.Signed);
                break;

            case BitFieldOperand field:
                Emit(field.Storage, target, nil, fault);
                if (field.BitSize == 0 || field.BitOffset + field.BitSize > 64)
                    throw new PlanTooLargeException("a bit-field that is spread over more than 64 bits cannot be computed with");
                code.Add(LshImm(target, (int)(64 - field.BitOffset - field.BitSize)));
                code.Add(field.Signed ? ArshImm(target, (int)(64 - field.BitSize)) : RshImm(target, (int)(64 - field.BitSize)));
                break;

            case CheckedOperand index:
                Emit(index.Count, Register.R0, nil, fault);
                code.Add(LoadConstant(Register.R2, (long)index.Index));
                code.Add(JumpIf(Register.R0, Condition.LessOrEqual, Register.R2, nil));
                Emit(index.Value, target, nil, fault);
                break;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Computes an address and leaves it, with the displacement added, in R3, where the read helpers take it.</summary>
    public void EmitAddress(Operand address, long displacement, Label nil, Label fault)
    {
        Emit(address, Register.R3, nil, fault);
        if (CanBeNil(address))
            code.Add(JumpIfImm(Register.R3, Condition.Equal, 0, nil));
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
        ConstantOperand => false,
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

    private void EmitLoad(LoadOperand load, Register target, Label nil, Label fault)
    {
        EmitAddress(load.Address, load.Displacement, nil, fault);
        short slot = code.Reserve(8);
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, slot));
        code.Add(MovImm(Register.R2, (int)load.Size));
        code.Add(Call(Helper.BPF_FUNC_probe_read_user));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, fault));
        Width width = WidthOf((int)load.Size);
        code.Add(Load(width, target, Register.R10, slot));
        if (load.Signed)
            code.Add(SignExtend(target, width));
        code.Release(8);
    }

    private void EmitBinary(BinaryOperand binary, Register target, Label nil, Label fault)
    {
        Emit(binary.Left, Register.R0, nil, fault);
        short slot = code.Reserve(8);
        code.Add(Store(Width.DW, Register.R10, slot, Register.R0));
        Emit(binary.Right, Register.R2, nil, fault);
        code.Add(Load(Width.DW, Register.R1, Register.R10, slot));
        code.Release(8);

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
                code.Add(JumpIfImm(Register.R2, Condition.Equal, 0, fault));
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
