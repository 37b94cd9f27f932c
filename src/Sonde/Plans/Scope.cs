using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>What the names of an expression can mean at a site.</summary>
internal sealed record Scope
{
    /// <summary>Arguments, results and variables by name; results also as <c>$ret0</c>, <c>$ret1</c>, …</summary>
    public required IReadOnlyDictionary<string, Variable> Variables { get; init; }

    /// <summary>Whether the call's entry was seen: <c>$duration</c> is there.</summary>
    public bool HasDuration { get; init; }

    /// <summary>Whether the goroutine is known.</summary>
    public bool HasGoroutine { get; init; }

    /// <summary>How the stack is walked; null where it cannot be.</summary>
    public StackPlace? Stack { get; init; }

    /// <summary>Names of the program outside of the function; null when there is no debug information.</summary>
    public IProgramScope? Program { get; init; }

    /// <summary>At a return: computes what does not hang on the results, where the call was entered. Null when nothing is held.</summary>
    public Holder? Held { get; init; }

    /// <summary>At a return: the names that mean something at the entry.</summary>
    public IReadOnlyDictionary<string, Variable>? Arguments { get; init; }

    /// <summary>Whether a name is one of the function's own.</summary>
    public bool Knows(string name) => Variables.ContainsKey(name) || Arguments?.ContainsKey(name) == true;

    /// <summary>Whether a name hides texts.</summary>
    public Func<string, bool>? IsSecret { get; init; }

    /// <summary>Added to the kernel's monotonic clock it gives nanoseconds since 1970.</summary>
    public long ClockOffset { get; init; }
}

/// <summary>The names of a program outside of its functions.</summary>
internal interface IProgramScope
{
    /// <summary>A variable of the program (global, static, static member); null when there is none of that name.</summary>
    BoundPlace? Variable(string name);

    /// <summary>A constant or enumerator of the program; null when there is none.</summary>
    Int128? Constant(string name);

    /// <summary>A type by its name, without pointers; null when there is none.</summary>
    TypeId? Type(string name);

    /// <summary>What the word that tells a dynamic type can be when it is the one of that name: from the first to before the last.</summary>
    /// <exception cref="ExpressionException">There is no such type.</exception>
    IReadOnlyList<(Operand First, ulong Length)> DynamicType(string name, DynamicForm form);

    /// <summary>Whether objects of a class begin with a pointer that tells their own class.</summary>
    bool IsPolymorphic(string name);

    /// <summary>Names of variables that may have been meant.</summary>
    IReadOnlyList<string> Suggest(string name);
}

/// <summary>Which expressions need the return of a call, and the facts that they are.</summary>
internal static class Timing
{
    /// <summary>Whether an expression can only be computed when the call returns.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="isLate">Names that are there at the return only.</param>
    public static bool NeedsReturn(Expr expression, Func<string, bool> isLate) => expression switch
    {
        VariableExpr variable => variable.Variable is ProbeVariable.Result or ProbeVariable.Duration,
        NameExpr name => isLate(name.Name),
        MemberExpr member => NeedsReturn(member.Target, isLate),
        IndexExpr index => NeedsReturn(index.Target, isLate) || NeedsReturn(index.Index, isLate),
        SliceExpr slice => NeedsReturn(slice.Target, isLate) || (slice.Low is { } low && NeedsReturn(low, isLate)) || (slice.High is { } high && NeedsReturn(high, isLate)),
        UnaryExpr unary => NeedsReturn(unary.Operand, isLate),
        BinaryExpr binary => NeedsReturn(binary.Left, isLate) || NeedsReturn(binary.Right, isLate),
        CallExpr call => call.Arguments.Any(a => NeedsReturn(a, isLate)),
        CastExpr cast => NeedsReturn(cast.Operand, isLate),
        IsExpr test => NeedsReturn(test.Operand, isLate),
        _ => false,
    };

    /// <summary>Whether an expression names anything at all: the rest is the same whenever it is computed.</summary>
    public static bool IsConstant(Expr expression) => expression switch
    {
        IntegerLiteral or FloatLiteral or DurationLiteral or CharLiteral or StringLiteral or BoolLiteral or NullLiteral => true,
        UnaryExpr unary => IsConstant(unary.Operand),
        BinaryExpr binary => IsConstant(binary.Left) && IsConstant(binary.Right),
        CallExpr call => call.Arguments.All(IsConstant),
        CastExpr cast => IsConstant(cast.Operand),
        _ => false,
    };
}
