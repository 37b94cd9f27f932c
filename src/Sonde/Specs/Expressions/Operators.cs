using System.Diagnostics;

namespace Sonde.Specs.Expressions;

/// <summary>
/// Spelling and binding of the binary operators. Go has five levels, Rust (and C) more; both put <c>&amp;</c> above <c>==</c>. We bind
/// as Rust does and refuse the few mixtures that Go reads differently, such as <c>a | b + c</c>: a wrong value is worse than two parentheses.
/// Go spec "Operator precedence"; Rust reference "Expression precedence".
/// </summary>
internal static class Operators
{
    public const int LowestLevel = 1;
    public const int ComparisonLevel = 3;

    // `as` binds tighter than every binary operator.
    public const int CastLevel = 10;

    private static readonly (string Symbol, BinaryOperator Operator, int Level, int GoLevel)[] Table =
    [
        ("||", BinaryOperator.Or, 1, 1),
        ("&&", BinaryOperator.And, 2, 2),
        ("==", BinaryOperator.Equal, 3, 3),
        ("!=", BinaryOperator.NotEqual, 3, 3),
        ("<", BinaryOperator.Less, 3, 3),
        ("<=", BinaryOperator.LessOrEqual, 3, 3),
        (">", BinaryOperator.Greater, 3, 3),
        (">=", BinaryOperator.GreaterOrEqual, 3, 3),
        ("|", BinaryOperator.BitOr, 4, 4),
        ("^", BinaryOperator.BitXor, 5, 4),
        ("&", BinaryOperator.BitAnd, 6, 5),
        ("<<", BinaryOperator.ShiftLeft, 7, 5),
        (">>", BinaryOperator.ShiftRight, 7, 5),
        ("+", BinaryOperator.Add, 8, 4),
        ("-", BinaryOperator.Subtract, 8, 4),
        ("*", BinaryOperator.Multiply, 9, 5),
        ("/", BinaryOperator.Divide, 9, 5),
        ("%", BinaryOperator.Remainder, 9, 5),
    ];

    public static (BinaryOperator Operator, int Level)? Find(string symbol)
    {
        foreach (var row in Table)
        {
            if (row.Symbol == symbol)
                return (row.Operator, row.Level);
        }

        return null;
    }

    public static string Symbol(BinaryOperator op) => Row(op).Symbol;

    public static int Level(BinaryOperator op) => Row(op).Level;

    /// <summary>True when <c>(a child b) parent c</c> is what every language makes of it without the parentheses.</summary>
    public static bool BindsOnLeft(BinaryOperator parent, BinaryOperator child) =>
        Row(child).Level >= Row(parent).Level && Row(child).GoLevel >= Row(parent).GoLevel
        && !(Row(parent).Level == ComparisonLevel && Row(child).Level == ComparisonLevel);

    /// <summary>True when <c>a parent (b child c)</c> is what every language makes of it without the parentheses.</summary>
    public static bool BindsOnRight(BinaryOperator parent, BinaryOperator child) =>
        Row(child).Level > Row(parent).Level && Row(child).GoLevel > Row(parent).GoLevel;

    public static string Symbol(UnaryOperator op) => op switch
    {
        UnaryOperator.Negate => "-",
        UnaryOperator.Not => "!",
        UnaryOperator.Complement => "~",
        UnaryOperator.Dereference => "*",
        UnaryOperator.AddressOf => "&",
        _ => throw new UnreachableException(),
    };

    private static (string Symbol, BinaryOperator Operator, int Level, int GoLevel) Row(BinaryOperator op)
    {
        foreach (var row in Table)
        {
            if (row.Operator == op)
                return row;
        }

        throw new UnreachableException();
    }
}
