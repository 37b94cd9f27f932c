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

/// <summary>How two operands are compared.</summary>
internal enum Comparison { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>
/// A text of the target against a literal. <paramref name="Length"/> is null for a text that ends at the first zero.
/// </summary>
internal sealed record TextPredicate(TextComparison Comparison, Operand Address, Operand? Length, ImmutableArray<byte> Literal) : Predicate;

/// <summary>How a text is compared with a literal.</summary>
internal enum TextComparison { Equal, NotEqual, StartsWith, EndsWith, Contains }

/// <summary>Always true or always false.</summary>
internal sealed record ConstantPredicate(bool Value) : Predicate;
