using Sonde.Kernel.Assembly;
using Sonde.Plans;
using Sonde.Sites;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>Conditions into jumps: to one label when true, to another when false, to a third when they cannot be evaluated.</summary>
internal sealed class PredicateLowering
{
    private readonly CodeWriter _code;
    private readonly OperandLowering _operands;
    private readonly TextLowering _texts;

    public PredicateLowering(CodeWriter code, OperandLowering operands)
    {
        (_code, _operands, _texts) = (code, operands, new TextLowering(code, operands));
        operands.Predicates = this;
    }

    /// <summary>Puts the length of a text into R0.</summary>
    public void EmitLength(TargetText text, Escapes escapes) => _texts.EmitLength(text, escapes);

    /// <summary>A whole condition: what is looked for in it is looked for once.</summary>
    public void EmitWhole(Predicate predicate, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        _operands.Remember(Searches.In(predicate));
        Emit(predicate, whenTrue, whenFalse, escapes);
        _operands.Forget();
    }

    /// <summary>Writes the condition; control always leaves by one of the labels.</summary>
    public void Emit(Predicate predicate, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        if (predicate is not FoundPredicate)
            _operands.Find(Searches.In(predicate, always: true), escapes);
        switch (predicate)
        {
            case ConstantPredicate constant:
                _code.Add(Jump(constant.Value ? whenTrue : whenFalse));
                break;

            case NotPredicate not:
                _operands.Aside(() => Emit(not.Inner, whenFalse, whenTrue, escapes));
                break;

            case AndPredicate and:
                var second = new Label("and");
                Emit(and.Left, second, whenFalse, escapes);
                _code.Add(Mark(second));
                _code.Note("and");
                Emit(and.Right, whenTrue, whenFalse, escapes);
                break;

            case OrPredicate or:
                var other = new Label("or");
                _operands.Aside(() => Emit(or.Left, whenTrue, other, escapes));
                _code.Add(Mark(other));
                _code.Note("or");
                _operands.Aside(() => Emit(or.Right, whenTrue, whenFalse, escapes));
                break;

            case ComparePredicate compare:
                EmitCompare(compare, whenTrue, whenFalse, escapes);
                break;

            case MixedPredicate compare:
                // Both sides are computed, whatever the sign: one that has no value makes an error.
                _operands.EmitPair(compare.Signed, compare.Unsigned, escapes);
                _code.Add(JumpIfImm(
                    Register.R1, Condition.SignedLess, 0,
                    compare.Comparison is Comparison.Less or Comparison.LessOrEqual or Comparison.NotEqual ? whenTrue : whenFalse));
                _code.Add(JumpIf(Register.R1, ConditionOf(compare.Comparison, signed: false), Register.R2, whenTrue));
                _code.Add(Jump(whenFalse));
                break;

            case FloatPredicate compare:
                EmitFloats(compare, whenTrue, whenFalse, escapes);
                break;

            case FoundPredicate found:
                _operands.EmitSearch(found.Search, whenTrue, whenFalse, escapes);
                break;

            case TextPredicate text:
                _texts.Emit(text, whenTrue, whenFalse, escapes);
                break;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void EmitCompare(ComparePredicate compare, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        Condition condition = ConditionOf(compare.Comparison, compare.Signed);
        if (compare.Right is ConstantOperand { Value: >= int.MinValue and <= int.MaxValue } constant)
        {
            _operands.Emit(compare.Left, Register.R0, escapes);
            _code.Add(JumpIfImm(Register.R0, condition, (int)constant.Value, whenTrue));
        }
        else
        {
            _operands.EmitPair(compare.Left, compare.Right, escapes);
            _code.Add(JumpIf(Register.R1, condition, Register.R2, whenTrue));
        }

        _code.Add(Jump(whenFalse));
    }

    private static Condition ConditionOf(Comparison comparison, bool signed) => (comparison, signed) switch
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

    // IEEE 754 numbers are sign and magnitude, and the magnitudes are in the order of their bits: as two's complement they
    // compare as integers do. What lies above infinity is NaN.
    private void EmitFloats(FloatPredicate compare, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        Label unordered = compare.Comparison == Comparison.NotEqual ? whenTrue : whenFalse;
        _operands.EmitPair(compare.Left, compare.Right, escapes);
        foreach (Register register in (ReadOnlySpan<Register>)[Register.R1, Register.R2])
        {
            _code.Add(LshImm(register, 64 - (8 * (int)compare.Size)));
            _code.Add(Mov(Register.R3, register));
            _code.Add(ArshImm(Register.R3, 63), "the sign");
            _code.Add(LshImm(register, 1));
            _code.Add(RshImm(register, 1));
            _code.Add(LdImm64(Register.R4, compare.Size == 4 ? 0x7f80_0000L << 32 : 0x7ff0_0000_0000_0000));
            _code.Add(JumpIf(register, Condition.Greater, Register.R4, unordered), "NaN");
            _code.Add(Xor(register, Register.R3));
            _code.Add(Sub(register, Register.R3));
        }

        _code.Add(JumpIf(Register.R1, ConditionOf(compare.Comparison, signed: true), Register.R2, whenTrue));
        _code.Add(Jump(whenFalse));
    }
}
