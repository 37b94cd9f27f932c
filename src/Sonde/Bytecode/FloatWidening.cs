using Sonde.Kernel.Assembly;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>A float as a double, by their bits (IEEE 754-2019, section 3.4): every float is a double.</summary>
internal static class FloatWidening
{
    private const int Bias = 1023 - 127, Shift = 52 - 23;

    /// <summary>The float in R1 becomes a double; R0 and R2 to R5 are lost.</summary>
    public static void Emit(CodeWriter code)
    {
        var (finite, normal, zero) = (new Label("finite"), new Label("normal"), new Label("zero"));
        code.Add(Mov(Register.R0, Register.R1));
        code.Add(RshImm(Register.R0, 31));
        code.Add(LshImm(Register.R0, 63), "the sign");
        code.Add(Mov(Register.R2, Register.R1));
        code.Add(RshImm(Register.R2, 23));
        code.Add(AndImm(Register.R2, 0xff), "the exponent");
        code.Add(AndImm(Register.R1, 0x7f_ffff), "the fraction");
        code.Add(JumpIfImm(Register.R2, Condition.NotEqual, 0xff, finite));
        code.Add(MovImm(Register.R2, 2047 - Bias), "infinite or NaN");
        code.Add(Jump(normal));
        code.Add(Mark(finite));
        code.Add(JumpIfImm(Register.R2, Condition.NotEqual, 0, normal));
        code.Add(JumpIfImm(Register.R1, Condition.Equal, 0, zero));

        // Subnormal: the highest bit becomes the one that is not written.
        code.Add(MovImm(Register.R2, 1));
        foreach (int shift in (ReadOnlySpan<int>)[16, 8, 4, 2, 1])
        {
            var high = new Label("high enough");
            code.Add(Mov(Register.R3, Register.R1));
            code.Add(RshImm(Register.R3, 24 - shift));
            code.Add(JumpIfImm(Register.R3, Condition.NotEqual, 0, high));
            code.Add(LshImm(Register.R1, shift));
            code.Add(SubImm(Register.R2, shift));
            code.Add(Mark(high));
        }

        code.Add(AndImm(Register.R1, 0x7f_ffff));
        code.Add(Mark(normal));
        code.Add(AddImm(Register.R2, Bias));
        code.Add(LshImm(Register.R2, 52));
        code.Add(LshImm(Register.R1, Shift));
        code.Add(Or(Register.R0, Register.R2));
        code.Add(Mark(zero));
        code.Add(Or(Register.R1, Register.R0));
    }
}
