using System.Text;

namespace Sonde.Specs.Expressions;

/// <summary>
/// An expression as it was read: no name is looked up and nothing is typed. Immutable. Two expressions are equal when they mean the
/// same; where they stand in the text does not count. A closed hierarchy.
/// </summary>
internal abstract record Expr
{
    private protected Expr()
    {
    }

    /// <summary>Where the expression stands in the text it was read from.</summary>
    public TextSpan Span { get; init; }

    public virtual bool Equals(Expr? other) => other is not null && EqualityContract == other.EqualityContract;

    public override int GetHashCode() => EqualityContract.GetHashCode();

    public sealed override string ToString() => ExprPrinter.Print(this);
}

/// <summary>A variable, constant or function of the target: <c>items</c>, <c>name#2</c>, <c>Color::Red</c>, <c>`pkg/path.Var`</c>.</summary>
internal sealed record NameExpr(string Name) : Expr;

/// <summary>A fact about the hit: <c>$goid</c>. <paramref name="Index"/> is the n of <c>$retn</c>, else 0.</summary>
internal sealed record VariableExpr(ProbeVariable Variable, int Index = 0) : Expr;

/// <summary><c>$reg.rax</c>; the name is one of <see cref="Variables.Registers"/>.</summary>
internal sealed record RegisterExpr(string Register) : Expr;

/// <summary>An integer of at most 128 bits, without its sign.</summary>
internal sealed record IntegerLiteral(UInt128 Value, NumericSuffix Suffix = NumericSuffix.None) : Expr;

internal sealed record FloatLiteral(double Value, NumericSuffix Suffix = NumericSuffix.None) : Expr;

/// <summary><c>10ms</c>, in nanoseconds.</summary>
internal sealed record DurationLiteral(long Nanoseconds) : Expr;

/// <summary>A character, as its code point.</summary>
internal sealed record CharLiteral(int CodePoint) : Expr;

/// <summary>A string, as the bytes it has in memory.</summary>
internal sealed record StringLiteral(ReadOnlyMemory<byte> Utf8) : Expr
{
    public string Text => Encoding.UTF8.GetString(Utf8.Span);

    public bool Equals(StringLiteral? other) => other is not null && Utf8.Span.SequenceEqual(other.Utf8.Span);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8.Span);
        return hash.ToHashCode();
    }
}

internal sealed record BoolLiteral(bool Value) : Expr;

/// <summary>No value, as the target's language spells it: nil, null, nullptr, NULL, None. An enumerator may have such a name too.</summary>
internal sealed record NullLiteral(string Spelling) : Expr;

internal enum UnaryOperator
{
    Negate,
    Not,
    Complement,
    Dereference,
    AddressOf,
}

internal sealed record UnaryExpr(UnaryOperator Operator, Expr Operand) : Expr;

internal enum BinaryOperator
{
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    BitOr,
    BitXor,
    BitAnd,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

internal sealed record BinaryExpr(BinaryOperator Operator, Expr Left, Expr Right) : Expr
{
    /// <summary>Where the operator itself stands.</summary>
    public TextSpan OperatorSpan { get; init; }

    public bool Equals(BinaryExpr? other) =>
        other is not null && Operator == other.Operator && Left.Equals(other.Left) && Right.Equals(other.Right);

    public override int GetHashCode() => HashCode.Combine(Operator, Left, Right);
}

/// <summary>A field, through as many pointers as there are: <c>.</c> and <c>-></c> are one. A tuple's fields are numbers.</summary>
internal sealed record MemberExpr(Expr Target, string Name) : Expr
{
    /// <summary>Where the field's name stands.</summary>
    public TextSpan NameSpan { get; init; }

    public bool Equals(MemberExpr? other) => other is not null && Name == other.Name && Target.Equals(other.Target);

    public override int GetHashCode() => HashCode.Combine(Name, Target);
}

/// <summary><c>[i]</c> and <c>["key"]</c>.</summary>
internal sealed record IndexExpr(Expr Target, Expr Index) : Expr;

/// <summary><c>[a:b]</c>; a bound that is left out is null.</summary>
internal sealed record SliceExpr(Expr Target, Expr? Low, Expr? High) : Expr;

internal enum BuiltinFunction
{
    Len,
    Cap,
    Contains,
    StartsWith,
    EndsWith,
}

/// <summary>A call of one of Sonde's own functions; nothing of the target is ever called.</summary>
internal sealed record CallExpr(BuiltinFunction Function, IReadOnlyList<Expr> Arguments) : Expr
{
    public bool Equals(CallExpr? other) => other is not null && Function == other.Function && Arguments.SequenceEqual(other.Arguments);

    public override int GetHashCode() => Arguments.Aggregate(Function.GetHashCode(), HashCode.Combine);
}

/// <summary>True when the dynamic type, or the variant, is the named one: <c>err is *fs.PathError</c>.</summary>
internal sealed record IsExpr(Expr Operand, TypeSyntax Type) : Expr;

/// <summary><c>(T*)e</c>, <c>(int)e</c>, <c>e as u8</c>.</summary>
internal sealed record CastExpr(TypeSyntax Type, Expr Operand) : Expr;
