using System.Buffers.Binary;
using System.Collections.Immutable;
using Sonde.Kernel.Assembly;
using Sonde.Plans;
using Sonde.Sites;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>Conditions into jumps: to one label when true, to another when false, to a third when they cannot be evaluated.</summary>
internal sealed class PredicateLowering(CodeWriter code, OperandLowering operands)
{
    private const int MaximumLiteral = 256;

    /// <summary>Writes the condition; control always leaves by one of the labels.</summary>
    public void Emit(Predicate predicate, Label whenTrue, Label whenFalse, Label whenError)
    {
        switch (predicate)
        {
            case ConstantPredicate constant:
                code.Add(Jump(constant.Value ? whenTrue : whenFalse));
                break;

            case NotPredicate not:
                Emit(not.Inner, whenFalse, whenTrue, whenError);
                break;

            case AndPredicate and:
                var second = new Label("and");
                Emit(and.Left, second, whenFalse, whenError);
                code.Add(Mark(second));
                Emit(and.Right, whenTrue, whenFalse, whenError);
                break;

            case OrPredicate or:
                var other = new Label("or");
                Emit(or.Left, whenTrue, other, whenError);
                code.Add(Mark(other));
                Emit(or.Right, whenTrue, whenFalse, whenError);
                break;

            case ComparePredicate compare:
                EmitCompare(compare, whenTrue, whenFalse, whenError);
                break;

            case TextPredicate text:
                EmitText(text, whenTrue, whenFalse, whenError);
                break;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void EmitCompare(ComparePredicate compare, Label whenTrue, Label whenFalse, Label whenError)
    {
        Condition condition = (compare.Comparison, compare.Signed) switch
        {
            (Comparison.Equal, _) => Condition.Equal,
            (Comparison.NotEqual, _) => Condition.NotEqual,
            (Comparison.Less, true) => Condition.SignedLess,
            (Comparison.Less, false) => Condition.Less,
            (Comparison.LessOrEqual, true) => Condition.SignedLessOrEqual,
            (Comparison.LessOrEqual, false) => Condition.LessOrEqual,
            (Comparison.Greater, true) => Condition.SignedGreater,
            (Comparison.Greater, false) => Condition.Greater,
            (Comparison.GreaterOrEqual, true) => Condition.SignedGreaterOrEqual,
            (Comparison.GreaterOrEqual, false) => Condition.GreaterOrEqual,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        operands.Emit(compare.Left, Register.R0, whenError, whenError);
        if (compare.Right is ConstantOperand { Value: >= int.MinValue and <= int.MaxValue } constant)
        {
            code.Add(JumpIfImm(Register.R0, condition, (int)constant.Value, whenTrue));
        }
        else
        {
            short slot = code.Reserve(8);
            code.Add(Store(Width.DW, Register.R10, slot, Register.R0));
            operands.Emit(compare.Right, Register.R2, whenError, whenError);
            code.Add(Load(Width.DW, Register.R1, Register.R10, slot));
            code.Release(8);
            code.Add(JumpIf(Register.R1, condition, Register.R2, whenTrue));
        }

        code.Add(Jump(whenFalse));
    }

    private void EmitText(TextPredicate text, Label whenTrue, Label whenFalse, Label whenError)
    {
        int length = text.Literal.Length;
        if (length > MaximumLiteral)
            throw new PlanTooLargeException($"a text in a condition can have at most {MaximumLiteral} bytes");
        if (text.Comparison == TextComparison.Contains)
            throw new PlanTooLargeException("contains() is not possible in a condition yet");
        if (text.Comparison == TextComparison.NotEqual)
        {
            EmitText(text with { Comparison = TextComparison.Equal }, whenFalse, whenTrue, whenError);
            return;
        }

        if (text.Length is null)
            EmitTerminated(text, whenTrue, whenFalse, whenError);
        else
            EmitCounted(text, text.Length, whenTrue, whenFalse, whenError);
    }

    private void EmitCounted(TextPredicate text, Operand length, Label whenTrue, Label whenFalse, Label whenError)
    {
        int size = text.Literal.Length;
        operands.Emit(length, Register.R0, whenError, whenError);
        code.Add(text.Comparison == TextComparison.Equal
            ? JumpIfImm(Register.R0, Condition.NotEqual, size, whenFalse)
            : JumpIfImm(Register.R0, Condition.SignedLess, size, whenFalse));
        if (size == 0)
        {
            code.Add(Jump(whenTrue));
            return;
        }

        // The last bytes are at the address plus the length minus their number.
        short saved = code.Reserve(8);
        if (text.Comparison == TextComparison.EndsWith)
            code.Add(Store(Width.DW, Register.R10, saved, Register.R0));
        operands.EmitAddress(text.Address, 0, whenError, whenError);
        if (text.Comparison == TextComparison.EndsWith)
        {
            code.Add(Load(Width.DW, Register.R0, Register.R10, saved));
            code.Add(Add(Register.R3, Register.R0));
            code.Add(SubImm(Register.R3, size));
        }

        code.Release(8);
        short buffer = code.Reserve(size);
        ReadTo(buffer, size, Helper.BPF_FUNC_probe_read_user);
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, whenError));
        CompareBytes(buffer, text.Literal, whenFalse);
        code.Release(size);
        code.Add(Jump(whenTrue));
    }

    private void EmitTerminated(TextPredicate text, Label whenTrue, Label whenFalse, Label whenError)
    {
        int size = text.Literal.Length;
        if (text.Comparison is TextComparison.EndsWith)
            throw new PlanTooLargeException("endswith() is not possible on a C string in a condition: its length is not known");
        operands.EmitAddress(text.Address, 0, whenError, whenError);
        bool whole = text.Comparison == TextComparison.Equal;

        // One more than the literal tells an equal text from a longer one; the helper always ends with a zero.
        int room = size + (whole ? 2 : 1);
        short buffer = code.Reserve(room);
        ReadTo(buffer, room, Helper.BPF_FUNC_probe_read_user_str);
        code.Add(JumpIfImm(Register.R0, Condition.SignedLess, 0, whenError));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, size + 1, whenFalse));
        CompareBytes(buffer, text.Literal, whenFalse);
        code.Release(room);
        code.Add(Jump(whenTrue));
    }

    private void ReadTo(short buffer, int size, Helper helper)
    {
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, buffer));
        code.Add(MovImm(Register.R2, size));
        code.Add(Call(helper));
    }

    private void CompareBytes(short buffer, ImmutableArray<byte> literal, Label whenFalse)
    {
        ReadOnlySpan<byte> bytes = literal.AsSpan();
        int at = 0;
        foreach (int size in (ReadOnlySpan<int>)[8, 4, 2, 1])
        {
            for (; bytes.Length - at >= size; at += size)
            {
                code.Add(Load(WidthOf(size), Register.R0, Register.R10, (short)(buffer + at)));
                ReadOnlySpan<byte> part = bytes[at..];
                if (size == 8)
                {
                    code.Add(LdImm64(Register.R1, BinaryPrimitives.ReadInt64LittleEndian(part)));
                    code.Add(JumpIf(Register.R0, Condition.NotEqual, Register.R1, whenFalse));
                    continue;
                }

                int value = size switch { 4 => BinaryPrimitives.ReadInt32LittleEndian(part), 2 => BinaryPrimitives.ReadUInt16LittleEndian(part), _ => part[0] };
                code.Add(JumpIf32Imm(Register.R0, Condition.NotEqual, value, whenFalse));
            }
        }
    }
}
