using System.Collections.Immutable;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;

namespace Sonde.Explaining;

/// <summary>The expressions of a probe as trees: what each part is, its type, and where a variable's bytes are.</summary>
internal sealed class ExpressionText(TypeGraph types, OperandText operands)
{
    /// <summary>Writes them.</summary>
    public void Write(ImmutableArray<ExplainedExpression> expressions, Outline outline)
    {
        foreach (ExplainedExpression expression in expressions)
        {
            outline.Line(expression.Title);
            outline.Within(() => Write(expression.Root, expression.Parts, outline));
        }
    }

    private void Write(Expr expression, IReadOnlyDictionary<Expr, Bound> parts, Outline outline)
    {
        (string sign, Expr[] operandsOf) = Parts(expression);
        outline.Line($"{sign,-16} {(parts.TryGetValue(expression, out Bound? bound) ? Describe(bound, operandsOf.Length == 0 || expression is MemberExpr or IndexExpr) : "")}".TrimEnd());
        outline.Within(() =>
        {
            foreach (Expr part in operandsOf)
            {
                // What was computed as a whole has no parts of its own.
                if (parts.ContainsKey(part))
                    Write(part, parts, outline);
            }
        });
    }

    private static (string Sign, Expr[] Parts) Parts(Expr expression) => expression switch
    {
        BinaryExpr binary => (Operators.Symbol(binary.Operator), [binary.Left, binary.Right]),
        UnaryExpr unary => (Operators.Symbol(unary.Operator), [unary.Operand]),
        MemberExpr member => ($".{member.Name}", [member.Target]),
        IndexExpr index => ("[]", [index.Target, index.Index]),
        SliceExpr slice => ("[:]", [slice.Target, .. slice.Low is { } low ? (Expr[])[low] : [], .. slice.High is { } high ? (Expr[])[high] : []]),
        CallExpr call => ($"{ExprParser.NameOf(call.Function)}()", [.. call.Arguments]),
        CastExpr cast => ($"({cast.Type.Text})", [cast.Operand]),
        IsExpr test => ($"is {test.Type.Text}", [test.Operand]),
        _ => (expression.ToString(), []),
    };

    private string Describe(Bound bound, bool withPlace) => bound switch
    {
        BoundPlace place => types[place.Type].Name + (withPlace ? $"  {operands.Of(new Variable("", place.Type, place.Pieces), types[place.Type].Size)}" : ""),
        BoundNumber number => number.Type is { } type ? types[type].Name : $"{(number.Signed ? "" : "u")}int{8 * number.Size}",
        BoundLiteral or BoundFloat => "literal number",
        BoundText => "literal text",
        BoundTruth => "bool",
        BoundCommand => "text",
        BoundNil => "nil",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
