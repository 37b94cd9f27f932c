using System.Collections.Immutable;
using Sonde.Sites;

namespace Sonde.Plans;

/// <summary>
/// A condition that the kernel decides before anything is captured. A predicate whose operands cannot be had (nil on the
/// way, unreadable memory) and that no short circuit skipped is an error of the whole condition.
/// </summary>
internal abstract record Predicate;

/// <summary>Both; the right side is not looked at when the left is false.</summary>
internal sealed record AndPredicate(Predicate Left, Predicate Right) : Predicate;

/// <summary>Either; the right side is not looked at when the left is true.</summary>
internal sealed record OrPredicate(Predicate Left, Predicate Right) : Predicate;

/// <summary>The opposite.</summary>
internal sealed record NotPredicate(Predicate Inner) : Predicate;

/// <summary>A comparison of two 64-bit operands.</summary>
internal sealed record ComparePredicate(Comparison Comparison, Operand Left, Operand Right, bool Signed) : Predicate;

/// <summary>A comparison of a signed operand with an unsigned one by their values: what is negative is less than all that is unsigned.</summary>
internal sealed record MixedPredicate(Comparison Comparison, Operand Signed, Operand Unsigned) : Predicate;

/// <summary>How two operands are compared.</summary>
internal enum Comparison { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>
/// A comparison of two IEEE 754 numbers of <paramref name="Size"/> bytes by their bits: nothing compares with NaN but by
/// <c>!=</c>, and the zeros are equal.
/// </summary>
internal sealed record FloatPredicate(Comparison Comparison, Operand Left, Operand Right, uint Size) : Predicate;

/// <summary>A text of the target against a literal or another text.</summary>
/// <param name="Comparison">How.</param>
/// <param name="Text">The text.</param>
/// <param name="Other">What it is compared with; a literal for all that look for a part.</param>
internal sealed record TextPredicate(TextComparison Comparison, TextSource Text, TextSource Other) : Predicate;

/// <summary>How a text is compared with another, byte by byte.</summary>
internal enum TextComparison { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, StartsWith, EndsWith, Contains }

/// <summary>Where a text comes from.</summary>
internal abstract record TextSource;

/// <summary>
/// Bytes of the target. <paramref name="Length"/> is null for a text that ends at the first zero, or after <paramref name="Capacity"/>
/// bytes if that is not null.
/// </summary>
internal sealed record TargetText(Operand Address, Operand? Length, uint? Capacity = null) : TextSource;

/// <summary>Bytes from the probe's text.</summary>
internal sealed record LiteralText(ImmutableArray<byte> Bytes) : TextSource;

/// <summary>The name of the thread.</summary>
internal sealed record CommandText : TextSource;

/// <summary>How much of a text the kernel looks at. What lies behind is not known, and a comparison that hangs on it has no value.</summary>
internal static class TextLimits
{
    /// <summary>The longest literal.</summary>
    public const int Literal = 256;

    /// <summary>The longest literal that is looked for within a text.</summary>
    public const int Needle = 24;

    /// <summary>How far the end of a text without a length is looked for.</summary>
    public const int Terminated = 255;

    /// <summary>How far two texts are compared, and how far a part is looked for.</summary>
    public const int Searched = 1024;
}

/// <summary>Always true or always false.</summary>
internal sealed record ConstantPredicate(bool Value) : Predicate;
