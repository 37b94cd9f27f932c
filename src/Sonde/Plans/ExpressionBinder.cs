using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Specs.Names;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <summary>
/// Finds the names of expressions among the variables of a site, checks the types and says how to compute the value. The
/// language does not matter here: shapes do.
/// </summary>
internal sealed partial class ExpressionBinder(TypeGraph types, IReadOnlyDictionary<string, Variable> scope)
{
    private const int MaximumPointers = 8;

    /// <summary>A condition as a predicate.</summary>
    /// <exception cref="ExpressionException">It has no truth value here.</exception>
    public Predicate BindCondition(Expr expression) => Truth(Bind(expression), expression);

    /// <summary>A capture as a variable that a plan can read.</summary>
    /// <exception cref="ExpressionException">It has no value here.</exception>
    public Variable BindCapture(string name, Expr expression)
    {
        switch (Bind(expression))
        {
            case BoundPlace place:
                return new Variable(name, place.Type, place.Pieces);
            case BoundNumber number:
                TypeId type = NumberType(number.Size, number.Signed);
                return new Variable(name, type, [new Piece(0, number.Size, new ComputedPlace(number.Value))]);
            case BoundLiteral literal:
                return new Variable(name, NumberType(8, true), [new Piece(0, 8, new ComputedPlace(new ConstantOperand((long)literal.Value)))]);
            default:
                throw new ExpressionException("this cannot be captured", expression.Span, "capture a variable, a field or a number");
        }
    }

    private Bound Bind(Expr expression) => expression switch
    {
        NameExpr name => Name(name),
        MemberExpr member => Member(member),
        IndexExpr index => Index(index),
        UnaryExpr unary => Unary(unary),
        BinaryExpr binary => Binary(binary),
        CallExpr call => Call(call),
        VariableExpr variable => Special(variable),
        RegisterExpr register => new BoundNumber(new RegisterOperand(RegisterNamed(register)), 8, false),
        IntegerLiteral integer => new BoundLiteral(integer.Value <= (UInt128)Int128.MaxValue
            ? (Int128)integer.Value
            : throw new ExpressionException("this number is too large", expression.Span)),
        DurationLiteral duration => new BoundLiteral(duration.Nanoseconds),
        CharLiteral character => new BoundLiteral(character.CodePoint),
        BoolLiteral truth => new BoundTruth(new ConstantPredicate(truth.Value)),
        StringLiteral text => new BoundText([.. text.Utf8.Span]),
        NullLiteral => new BoundNil(),
        _ => throw new ExpressionException("this kind of expression is not supported yet", expression.Span),
    };

    private BoundPlace Name(NameExpr name)
    {
        if (scope.TryGetValue(name.Name, out Variable? variable))
            return new BoundPlace(variable.Type, variable.Pieces);
        throw new ExpressionException($"there is no variable \"{name.Name}\" here", name.Span, Hint(name.Name, scope.Keys, "variables"));
    }

    private Bound Special(VariableExpr variable)
    {
        switch (variable.Variable)
        {
            case ProbeVariable.Result:
                string key = $"${variable.Index}";
                if (scope.TryGetValue(key, out Variable? result) || scope.TryGetValue($"$ret{variable.Index}", out result))
                    return new BoundPlace(result.Type, result.Pieces);
                throw new ExpressionException($"there is no result {key} here", variable.Span, "results are there in return: and call: probes");
            case ProbeVariable.Duration when scope.ContainsKey("$duration"):
                return new BoundNumber(
                    new Sites.BinaryOperand(Sites.BinaryOperator.Subtract, new FrameOperand(FrameHeader.End, 8), new FrameOperand(FrameHeader.Time, 8)), 8, true);
            default:
                throw new ExpressionException($"{variable} is not available here", variable.Span);
        }
    }

    private static GeneralRegister RegisterNamed(RegisterExpr register) =>
        Enum.TryParse(register.Register, ignoreCase: true, out GeneralRegister found)
            ? found
            : throw new ExpressionException($"there is no register \"{register.Register}\"", register.Span);

    private Bound Unary(UnaryExpr unary)
    {
        Bound inner = Bind(unary.Operand);
        switch (unary.Operator)
        {
            case Specs.Expressions.UnaryOperator.Not:
                return new BoundTruth(new NotPredicate(Truth(inner, unary.Operand)));
            case Specs.Expressions.UnaryOperator.Dereference:
                BoundPlace place = Place(inner, unary.Operand);
                return types[place.Type].Shape is PointerShape pointer
                    ? Dereference(place, pointer, unary.Operand.Span)
                    : throw new ExpressionException($"{types[place.Type].Name} is no pointer", unary.Operand.Span);
            case Specs.Expressions.UnaryOperator.Negate when inner is BoundLiteral literal:
                return new BoundLiteral(-literal.Value);
            case Specs.Expressions.UnaryOperator.Negate or Specs.Expressions.UnaryOperator.Complement:
                BoundNumber number = Number(inner, unary.Operand);
                Sites.UnaryOperator operation = unary.Operator == Specs.Expressions.UnaryOperator.Negate
                    ? Sites.UnaryOperator.Negate : Sites.UnaryOperator.Complement;
                return number with { Value = new UnaryOperand(operation, number.Value, number.Size, number.Signed) };
            case Specs.Expressions.UnaryOperator.AddressOf:
                return Place(inner, unary.Operand).Pieces is [{ Place: MemoryPlace memory }]
                    ? new BoundNumber(memory.Base.Plus(memory.Displacement), 8, false)
                    : throw new ExpressionException("this has no address here", unary.Operand.Span);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Predicate Truth(Bound bound, Expr expression)
    {
        switch (bound)
        {
            case BoundTruth truth:
                return truth.Predicate;
            case BoundPlace place when types[place.Type].Shape is ScalarShape { Kind: ScalarKind.Boolean }:
                return new ComparePredicate(Comparison.NotEqual, Number(place, expression).Value, new ConstantOperand(0), false);
            default:
                throw new ExpressionException("this is no condition: it is neither true nor false", expression.Span, "compare it with something");
        }
    }

    private BoundNumber Number(Bound bound, Expr expression)
    {
        switch (bound)
        {
            case BoundNumber number:
                return number;
            case BoundLiteral literal:
                return new BoundNumber(new ConstantOperand((long)literal.Value), 8, true);
            case BoundPlace place:
                TypeNode node = types[place.Type];
                bool signed = node.Shape is ScalarShape { Kind: ScalarKind.Signed };
                if (node.Shape is ScalarShape { Kind: ScalarKind.Float or ScalarKind.Complex })
                    throw new ExpressionException("the kernel cannot compute with floating-point numbers", expression.Span);
                bool scalar = node.Shape is ScalarShape or PointerShape or TextShape { Form: TextForm.Terminated };
                if (!scalar || node.Size is not (1 or 2 or 4 or 8))
                    throw new ExpressionException($"{node.Name} is no number", expression.Span);
                Operand value = OperandOf(place.Pieces, (uint)node.Size, signed) ?? throw Unreadable(place.Pieces, expression.Span);
                return new BoundNumber(value, (uint)node.Size, signed);
            default:
                throw new ExpressionException("this is no number", expression.Span);
        }
    }

    private static BoundPlace Place(Bound bound, Expr expression) =>
        bound as BoundPlace ?? throw new ExpressionException("this is no variable of the program", expression.Span);

    private BoundPlace Dereference(BoundPlace place, PointerShape pointer, TextSpan span)
    {
        Operand address = OperandOf(place.Pieces, 8, false) ?? throw Unreadable(place.Pieces, span);
        return new BoundPlace(pointer.Target, [new Piece(0, (uint)types[pointer.Target].Size, new MemoryPlace(address, 0))]);
    }

    private TypeId NumberType(uint size, bool signed) =>
        types.Add($"{(signed ? "" : "u")}int{8 * size}", size, new ScalarShape(signed ? ScalarKind.Signed : ScalarKind.Unsigned));

    private static string Hint(string name, IEnumerable<string> candidates, string what)
    {
        string[] all = [.. candidates.Where(c => c.Length > 0 && c[0] != '$')];
        IReadOnlyList<string> near = Suggestions.Find(name, all, 1);
        if (near.Count > 0)
            return $"did you mean \"{near[0]}\"?";
        return all.Length == 0 ? $"there are no {what} here" : $"there are: {string.Join(", ", all.Take(12))}";
    }
}
