using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>How a register of the caller is found (DWARF 5, section 6.4.1).</summary>
internal enum RegisterRuleKind : byte
{
    /// <summary>Nothing is said: by the ABI callee-saved registers still hold the caller's value.</summary>
    Unspecified,
    Undefined,
    SameValue,
    /// <summary>Saved in memory at CFA + <see cref="RegisterRule.Offset"/>.</summary>
    Offset,
    /// <summary>Its value is CFA + <see cref="RegisterRule.Offset"/>.</summary>
    ValueOffset,
    /// <summary>In register <see cref="RegisterRule.Offset"/>.</summary>
    Register,
    /// <summary>Saved in memory at the address that <see cref="RegisterRule.Expression"/> computes; the CFA is pushed first.</summary>
    Expression,
    /// <summary>Its value is what <see cref="RegisterRule.Expression"/> computes; the CFA is pushed first.</summary>
    ValueExpression,
}

/// <summary>The rule of one register.</summary>
internal readonly record struct RegisterRule(RegisterRuleKind Kind, long Offset, Expression Expression);

/// <summary>
/// The rules that hold at one address. The CFA is register + offset, or an expression when <see cref="CfaExpression"/> is not empty.
/// </summary>
internal sealed class FrameRow
{
    /// <summary>Registers kept: the general ones and the return address; rules of others are read and dropped.</summary>
    public const int RegisterCount = 17;

    private readonly RegisterRule[] _rules = new RegisterRule[RegisterCount];

    public int CfaRegister { get; internal set; } = -1;

    public long CfaOffset { get; internal set; }

    public Expression CfaExpression { get; internal set; }

    /// <summary>Column of the return address, 16 on x86-64.</summary>
    public int ReturnAddressRegister { get; internal set; }

    /// <summary>The function that the entry is for.</summary>
    public AddressRange Function { get; internal set; }

    /// <summary>Addresses for which exactly this row holds.</summary>
    public AddressRange Range { get; internal set; }

    /// <summary>Whether this is a signal trampoline: the return address is the interrupted instruction itself.</summary>
    public bool IsSignalFrame { get; internal set; }

    public RegisterRule this[int register]
    {
        get => (uint)register < RegisterCount ? _rules[register] : default;
        internal set
        {
            if ((uint)register < RegisterCount) _rules[register] = value;
        }
    }

    /// <summary>The CFA as a term of registers at that address.</summary>
    public Term Cfa() => CfaExpression.IsEmpty
        ? Term.OfRegister(CfaRegister, CfaOffset)
        : ExpressionEvaluator.Evaluate(CfaExpression, default, default) is [{ Kind: PieceKind.Memory or PieceKind.Computed, Term: { } term }]
            ? term
            : throw new Bytes.BinaryFormatException(Bytes.BinaryError.Unsupported, "frame", 0, "CFA expression without a value");

    internal FrameRow Clone()
    {
        var copy = new FrameRow
        {
            CfaRegister = CfaRegister,
            CfaOffset = CfaOffset,
            CfaExpression = CfaExpression,
            ReturnAddressRegister = ReturnAddressRegister,
            Function = Function,
            Range = Range,
            IsSignalFrame = IsSignalFrame,
        };
        _rules.CopyTo(copy._rules, 0);
        return copy;
    }
}
