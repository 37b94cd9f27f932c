using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Specs.Names;
using Sonde.Types;
using static Sonde.Plans.Pieces;
using UnaryOperator = Sonde.Specs.Expressions.UnaryOperator;

namespace Sonde.Plans;

/// <summary>
/// Finds the names of expressions among the variables of a site, checks the types and says how to compute the value. The
/// language does not matter here: shapes do.
/// </summary>
internal sealed partial class ExpressionBinder(TypeGraph types, Scope scope)
{
    private const int MaximumPointers = 8;

    /// <summary>What each part of an expression came to, for those who explain; null to keep nothing.</summary>
    public Dictionary<Expr, Bound>? Notes { get; init; }

    /// <summary>A condition as a predicate.</summary>
    /// <exception cref="ExpressionException">It has no truth value here.</exception>
    public Predicate BindCondition(Expr expression) => Truth(Bind(expression), expression);

    /// <summary>A capture as a variable that a plan can read.</summary>
    /// <exception cref="ExpressionException">It has no value here.</exception>
    public Variable BindCapture(string name, Expr expression)
    {
        switch ((Bound?)Chosen(expression) ?? Bind(expression))
        {
            case BoundPlace place:
                return new Variable(name, place.Type, place.Pieces);
            case BoundChosen chosen:
                return ChosenVariable(name, chosen);
            case BoundNumber number:
                return new Variable(name, number.Type ?? types.Number(number.Size, number.Signed), [new Piece(0, number.Size, new ComputedPlace(number.Value))]);
            case BoundLiteral literal:
                bool signed = literal.Value <= long.MaxValue;
                return new Variable(name, types.Number(8, signed), [new Piece(0, 8, new ComputedPlace(Constant(literal.Value)))]);
            case BoundFloat number:
                TypeId real = types.Add("float64", 8, new ScalarShape(ScalarKind.Float));
                return new Variable(name, real, [new Piece(0, 8, new ComputedPlace(new ConstantOperand(BitConverter.DoubleToInt64Bits(number.Value))))]);
            case BoundTruth truth:
                return new Variable(name, types.Add("bool", 1, new ScalarShape(ScalarKind.Boolean)), [new Piece(0, 1, new ComputedPlace(new TruthOperand(truth.Predicate)))]);
            case BoundText text:
                TypeId constant = types.Add("string", (ulong)text.Bytes.Length, new TextShape(TextForm.Inline, 0, null));
                return new Variable(name, constant, [new Piece(0, (uint)text.Bytes.Length, new ConstantPlace(text.Bytes))]);
            case BoundCommand:
                TypeId command = types.Add("char[16]", FrameHeader.CommandSize, new TextShape(TextForm.Inline, 0, null));
                return new Variable(name, command, [Word(0), Word(8)]);
            case BoundStack stack:
                uint room = StackRecord.SizeOf(stack.OnlyCaller ? 1 : StackRecord.MaximumCallers);
                return new Variable(name, types.Add("stack", room, new StackShape(stack.OnlyCaller)), [new Piece(0, room, stack.Place)]);
            default:
                throw new ExpressionException("this cannot be captured", expression.Span, "capture a variable, a field or a number");
        }

        static Piece Word(uint at) => new(at, 8, new ComputedPlace(new FrameOperand(FrameHeader.Command + at, 8)));
    }

    /// <summary>An expression with its type.</summary>
    /// <exception cref="ExpressionException">It has no value here.</exception>
    public Bound Bind(Expr expression)
    {
        Bound bound = scope.Held?.Hold(expression) ?? Watch(expression, BindHere(expression));
        if (Notes is not null)
            Notes[expression] = bound;
        return bound;
    }

    private Bound BindHere(Expr expression) => expression switch
    {
        NameExpr name => Name(name),
        MemberExpr member => Member(member),
        IndexExpr index => Index(index),
        SliceExpr slice => Slice(slice),
        UnaryExpr unary => Unary(unary),
        BinaryExpr binary => Binary(binary),
        CallExpr call => Call(call),
        CastExpr cast => Cast(cast),
        IsExpr test => new BoundTruth(Is(test)),
        VariableExpr variable => Special(variable),
        RegisterExpr register => new BoundNumber(new RegisterOperand(RegisterNamed(register)), 8, false),
        IntegerLiteral integer => Typed(integer.Value <= (UInt128)Int128.MaxValue
            ? (Int128)integer.Value
            : throw new ExpressionException("this number is too large", expression.Span), integer.Suffix, expression),
        FloatLiteral number => new BoundFloat(number.Value),
        DurationLiteral duration => new BoundLiteral(duration.Nanoseconds),
        CharLiteral character => new BoundLiteral(character.CodePoint),
        BoolLiteral truth => new BoundTruth(new ConstantPredicate(truth.Value)),
        StringLiteral text => new BoundText([.. text.Utf8.Span]),
        NullLiteral nothing => new BoundNil(nothing.Spelling),
        _ => throw new ExpressionException("this kind of expression is not supported yet", expression.Span),
    };

    private Bound Name(NameExpr name) => Local(name) ?? Global(name.Name) ?? throw new ExpressionException(
        $"there is no variable \"{name.Name}\" here", name.Span, Hint(name.Name, scope.Variables.Keys, "variables", scope.Program?.Suggest(name.Name)));

    /// <summary>What a name means within the function.</summary>
    private BoundPlace? Local(NameExpr name)
    {
        if (scope.Variables.TryGetValue(name.Name, out Variable? variable))
            return new BoundPlace(variable.Type, variable.Pieces);

        // In a method the fields of its object go without "this".
        return scope.Variables.TryGetValue("this", out Variable? self) && types[self.Type].Shape is PointerShape pointer
            ? Field(Dereference(new BoundPlace(self.Type, self.Pieces), pointer, name.Span), name.Name, name.Span)
            : null;
    }

    private Bound? Global(string name)
    {
        if (scope.Program is not { } program)
            return null;
        if (program.Variable(name) is { } place)
            return place;
        return program.Constant(name) is { } value ? new BoundLiteral(value) : null;
    }

    private Bound Special(VariableExpr variable)
    {
        var thread = new FactOperand(Fact.ProcessAndThread);
        switch (variable.Variable)
        {
            case ProbeVariable.Result:
                string key = $"${variable.Index}";
                if (scope.Variables.TryGetValue(key, out Variable? result) || scope.Variables.TryGetValue($"$ret{variable.Index}", out result))
                    return new BoundPlace(result.Type, result.Pieces);
                throw new ExpressionException($"there is no result {key} here", variable.Span, "results are there in return: and call: probes");
            case ProbeVariable.Duration when scope.HasDuration:
                TypeId duration = types.Add("duration", 8, new ScalarShape(ScalarKind.Signed), new DurationPresentation(1));
                var elapsed = new BinaryOperand(Sites.BinaryOperator.Subtract, new FrameOperand(FrameHeader.End, 8), new FrameOperand(FrameHeader.Time, 8));
                return new BoundNumber(elapsed, 8, true, duration);
            case ProbeVariable.Duration:
                throw new ExpressionException("$duration is not available here", variable.Span, "it is there in call: and return: probes");
            case ProbeVariable.Pid:
                return new BoundNumber(new BitFieldOperand(thread, 32, 32, true), 4, true);
            case ProbeVariable.Tid:
                return new BoundNumber(new BitFieldOperand(thread, 0, 32, true), 4, true);
            case ProbeVariable.Goid when scope.HasGoroutine:
                return new BoundNumber(new FactOperand(Fact.Goroutine), 8, true);
            case ProbeVariable.Goid:
                throw new ExpressionException("$goid is not available here", variable.Span, "only Go programs have goroutines");
            case ProbeVariable.Ts:
                return new BoundNumber(new FactOperand(Fact.Time).Plus(scope.ClockOffset), 8, true);
            case ProbeVariable.Stack or ProbeVariable.Caller when scope.Stack is { } stack:
                return new BoundStack(stack, variable.Variable == ProbeVariable.Caller);
            case ProbeVariable.Comm:
                return new BoundCommand();
            default:
                throw new ExpressionException($"{variable} is not available here", variable.Span);
        }
    }

    private static GeneralRegister RegisterNamed(RegisterExpr register) =>
        Enum.TryParse(register.Register, ignoreCase: true, out GeneralRegister found)
            ? found
            : throw new ExpressionException($"the register \"{register.Register}\" cannot be read", register.Span);

    private Bound Unary(UnaryExpr unary)
    {
        Bound inner = Bind(unary.Operand);
        switch (unary.Operator)
        {
            case UnaryOperator.Not:
                return new BoundTruth(new NotPredicate(Truth(inner, unary.Operand)));
            case UnaryOperator.Dereference:
                BoundPlace place = Unwrap(Place(inner, unary.Operand), unary.Operand.Span);
                return types[place.Type].Shape switch
                {
                    PointerShape pointer => Dereference(place, pointer, unary.Operand.Span),
                    TextShape { Form: TextForm.Terminated } => Element(new Elements(Data(place, unary.Operand.Span), null, types.Byte, 1), new ConstantOperand(0)),
                    _ => throw new ExpressionException($"{types[place.Type].Name} is no pointer", unary.Operand.Span),
                };
            case UnaryOperator.Negate when inner is BoundLiteral literal:
                return new BoundLiteral(-literal.Value);
            case UnaryOperator.Negate when inner is BoundFloat real:
                return new BoundFloat(-real.Value);
            case UnaryOperator.Negate or UnaryOperator.Complement:
                BoundNumber number = Number(inner, unary.Operand);
                Sites.UnaryOperator operation = unary.Operator == UnaryOperator.Negate ? Sites.UnaryOperator.Negate : Sites.UnaryOperator.Complement;
                return new BoundNumber(new UnaryOperand(operation, number.Value, number.Size, number.Signed), number.Size, number.Signed);
            case UnaryOperator.AddressOf:
                BoundPlace target = Place(inner, unary.Operand);
                if (target.Pieces is not [{ Offset: 0, Place: MemoryPlace memory }])
                    throw new ExpressionException("this has no address here", unary.Operand.Span, "it is in a register");
                TypeId type = types.Add($"*{types[target.Type].Name}", 8, new PointerShape(target.Type));
                return new BoundNumber(memory.Base.Plus(memory.Displacement), 8, false, type);
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
            case BoundPlace place when types[Unwrap(place, expression.Span).Type].Shape is ScalarShape { Kind: ScalarKind.Boolean }:
                return new ComparePredicate(Comparison.NotEqual, Number(place, expression).Value, new ConstantOperand(0), false);
            default:
                throw new ExpressionException("this is no condition: it is neither true nor false", expression.Span, "compare it with something");
        }
    }

    private static BoundPlace Place(Bound bound, Expr expression) => bound switch
    {
        BoundPlace place => place,
        BoundNumber { Type: { } type } number => new BoundPlace(type, [new Piece(0, number.Size, new ComputedPlace(number.Value))]),
        _ => throw new ExpressionException("this is no variable of the program", expression.Span),
    };

    private BoundPlace Dereference(BoundPlace place, PointerShape pointer, TextSpan span)
    {
        Operand address = OperandOf(place.Pieces, 8) ?? throw Unreadable(place.Pieces, span);
        return new BoundPlace(pointer.Target, [new Piece(0, (uint)types[pointer.Target].Size, new MemoryPlace(address, 0))]);
    }

    /// <summary>What a reference refers to and what a wrapper wraps: they are used as the value itself.</summary>
    private BoundPlace Unwrap(BoundPlace place, TextSpan span)
    {
        for (int i = 0; i < MaximumPointers; i++)
        {
            TypeNode node = types[place.Type];
            if (node.Shape is PointerShape pointer && IsReference(node))
                place = Dereference(place, pointer, span);
            else if (node.Shape is RecordShape record && node.Presentation is TransparentPresentation && record.Fields.Where(f => types[f.Type].Size > 0).ToArray() is [var only])
                place = Select(place, only, span);
            else
                break;
        }

        return place;
    }

    /// <summary>The same, and through pointers: for what only makes sense of what they point to.</summary>
    private BoundPlace Pointed(BoundPlace place, TextSpan span)
    {
        place = Unwrap(place, span);
        for (int i = 0; i < MaximumPointers && types[place.Type].Shape is PointerShape pointer; i++)
            place = Unwrap(Dereference(place, pointer, span), span);
        return place;
    }

    // T& and T&& of C++, &T of Rust.
    private static bool IsReference(TypeNode node) => node.Name is [.., '&'] or ['&', ..];

    private static string Hint(string name, IEnumerable<string> candidates, string what, IReadOnlyList<string>? others = null)
    {
        string[] all = [.. candidates.Where(c => c.Length > 0 && c[0] != '$')];
        IReadOnlyList<string> near = Suggestions.Find(name, all, 1);
        if (near.Count == 0 && others is { Count: > 0 })
            near = others;
        if (near.Count > 0)
            return $"did you mean \"{near[0]}\"?";
        return all.Length == 0 ? $"there are no {what} here" : $"there are: {string.Join(", ", all.Take(12))}";
    }
}
