using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Specs.Names;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>
/// Finds the names of expressions among the variables of a site, checks the types and says how to compute the value. The
/// language does not matter here: shapes do.
/// </summary>
internal sealed class ExpressionBinder(TypeGraph types, IReadOnlyDictionary<string, Variable> scope)
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

    private BoundPlace Member(MemberExpr member)
    {
        BoundPlace target = Place(Bind(member.Target), member.Target);
        for (int i = 0; i < MaximumPointers && types[target.Type].Shape is PointerShape pointer; i++)
            target = Dereference(target, pointer, member.Target.Span);
        TypeNode node = types[target.Type];
        if (node.Shape is not RecordShape record)
            throw new ExpressionException($"{node.Name} has no fields", member.NameSpan);
        if (FindField(target, record, member.Name, 0, member.NameSpan) is { } field)
            return field;
        throw new ExpressionException(
            $"no field \"{member.Name}\" in {node.Name}", member.NameSpan, Hint(member.Name, record.Fields.Select(f => f.Name), "fields"));
    }

    // Breadth first would be Go's rule; embedded structs that hide each other's fields at one depth are no valid Go.
    private BoundPlace? FindField(BoundPlace target, RecordShape record, string name, int depth, TextSpan span)
    {
        for (int i = 0; i < record.Fields.Length; i++)
        {
            Field field = record.Fields[i];
            if (field.Name == name || (record.Kind == RecordKind.Tuple && name == i.ToString()))
                return Select(target, field, span);
        }

        foreach (Field field in record.Fields)
        {
            if (depth > MaximumPointers || !(field.Kind is FieldKind.Embedded or FieldKind.Base || field.Name.Length == 0))
                continue;
            BoundPlace inner = Select(target, field, span);
            if (types[inner.Type].Shape is PointerShape pointer)
                inner = Dereference(inner, pointer, span);
            if (types[inner.Type].Shape is RecordShape innerRecord && FindField(inner, innerRecord, name, depth + 1, span) is { } found)
                return found;
        }

        return null;
    }

    private BoundPlace Select(BoundPlace target, Field field, TextSpan span)
    {
        uint size = (uint)types[field.Type].Size;
        if (field.BitSize == 0)
            return new BoundPlace(field.Type, Slice(target.Pieces, (uint)field.Offset, size));

        // As few bytes as hold it, but a number that one load can fetch.
        uint bytes = System.Numerics.BitOperations.RoundUpToPowerOf2((field.BitOffset + field.BitSize + 7) / 8);
        if (bytes > 8)
            throw new ExpressionException($"\"{field.Name}\" is spread over too many bytes to compute with it", span);
        bool signed = types[field.Type].Shape is ScalarShape { Kind: ScalarKind.Signed };
        ImmutableArray<Piece> pieces = Slice(target.Pieces, (uint)field.Offset, bytes);
        Operand storage = pieces switch
        {
            [{ Offset: 0, Place: MemoryPlace memory }] => new LoadOperand(memory.Base, memory.Displacement, bytes),
            [{ Offset: 0, Place: RegisterPlace register }] => new RegisterOperand(register.Register),
            [{ Offset: 0, Place: ComputedPlace computed }] => computed.Value,
            _ => OperandOf(pieces, bytes, false) ?? throw Unreadable(pieces, span),
        };
        return new BoundPlace(field.Type, [new Piece(0, size, new ComputedPlace(new BitFieldOperand(storage, field.BitOffset, field.BitSize, signed)))]);
    }

    private Bound Index(IndexExpr index)
    {
        BoundPlace target = Place(Bind(index.Target), index.Target);
        TypeNode node = types[target.Type];
        if (node.Shape is PointerShape pointer)
        {
            target = Dereference(target, pointer, index.Target.Span);

            // In Go and Rust, whose pointer types begin with the sign, a pointer to an array is indexed as the array.
            if (node.Name.Length == 0 || node.Name[0] is not ('*' or '&') || types[target.Type].Shape is not SequenceShape)
                return Element(target.Pieces, types[pointer.Target], pointer.Target, index, null);
            node = types[target.Type];
        }

        if (node.Shape is not SequenceShape sequence)
            throw new ExpressionException($"{node.Name} cannot be indexed", index.Span);
        TypeNode element = types[sequence.Element];
        if (sequence.PointerOffset is not { } at)
            return Element(target.Pieces, element, sequence.Element, index, (sequence.Count as FixedCount)?.Count);
        Operand data = OperandOf(Slice(target.Pieces, at, 8), 8, false) ?? throw Unreadable(target.Pieces, index.Target.Span);
        if (sequence.Count is not CountField && index.Index is IntegerLiteral)
            throw new ExpressionException($"{node.Name} cannot be indexed yet", index.Span);
        if (sequence.Count is CountField length && Bind(index.Index) is BoundLiteral number && number.Value >= 0 && number.Value <= int.MaxValue)
        {
            Operand count = OperandOf(Slice(target.Pieces, length.Offset, length.Size), length.Size, false) ?? throw Unreadable(target.Pieces, index.Target.Span);
            data = new CheckedOperand(data, count, (ulong)number.Value);
        }

        return Element([new Piece(0, (uint)element.Size, new MemoryPlace(data, 0))], element, sequence.Element, index, null);
    }

    private BoundPlace Element(ImmutableArray<Piece> elements, TypeNode element, TypeId type, IndexExpr index, ulong? count)
    {
        if (Bind(index.Index) is not BoundLiteral literal || literal.Value < 0)
            throw new ExpressionException("only a number can be an index for now", index.Index.Span);
        if (literal.Value >= (count ?? int.MaxValue))
            throw new ExpressionException($"index {literal.Value} is out of range", index.Index.Span);
        uint offset = checked((uint)literal.Value * (uint)element.Size);
        if (elements is [{ Place: MemoryPlace memory }])
            return new BoundPlace(type, [new Piece(0, (uint)element.Size, memory with { Displacement = memory.Displacement + offset })]);
        return new BoundPlace(type, Slice(elements, offset, (uint)element.Size));
    }

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

    private Bound Binary(BinaryExpr binary)
    {
        if (binary.Operator is Specs.Expressions.BinaryOperator.And)
            return new BoundTruth(new AndPredicate(BindCondition(binary.Left), BindCondition(binary.Right)));
        if (binary.Operator is Specs.Expressions.BinaryOperator.Or)
            return new BoundTruth(new OrPredicate(BindCondition(binary.Left), BindCondition(binary.Right)));
        (Bound left, Bound right) = (Constant(binary.Left, binary.Right), Constant(binary.Right, binary.Left));
        Comparison? comparison = binary.Operator switch
        {
            Specs.Expressions.BinaryOperator.Equal => Comparison.Equal,
            Specs.Expressions.BinaryOperator.NotEqual => Comparison.NotEqual,
            Specs.Expressions.BinaryOperator.Less => Comparison.Less,
            Specs.Expressions.BinaryOperator.LessOrEqual => Comparison.LessOrEqual,
            Specs.Expressions.BinaryOperator.Greater => Comparison.Greater,
            Specs.Expressions.BinaryOperator.GreaterOrEqual => Comparison.GreaterOrEqual,
            _ => null,
        };
        return comparison is { } known ? new BoundTruth(Compare(known, left, right, binary)) : Arithmetic(binary, left, right);
    }

    /// <summary>An expression, or the constant of the other side's enum that it names.</summary>
    private Bound Constant(Expr expression, Expr other)
    {
        if (expression is not NameExpr name || scope.ContainsKey(name.Name))
            return Bind(expression);
        string last = name.Name[(name.Name.LastIndexOf(':') + 1)..];
        if (Bind(other) is BoundPlace place && types[place.Type].Presentation is EnumPresentation names)
        {
            foreach ((Int128 value, string constant) in names.Names)
            {
                if (constant == name.Name || constant == last)
                    return new BoundLiteral(value);
            }

            throw new ExpressionException($"{types[place.Type].Name} has no \"{name.Name}\"", name.Span, Hint(last, names.Names.Values, "constants"));
        }

        return Bind(expression);
    }

    private Predicate Compare(Comparison comparison, Bound left, Bound right, BinaryExpr binary)
    {
        if (left is BoundText && right is not BoundText)
            return Compare(Mirror(comparison), right, left, binary);
        if (right is BoundText text)
        {
            TextComparison kind = comparison switch
            {
                Comparison.Equal => TextComparison.Equal,
                Comparison.NotEqual => TextComparison.NotEqual,
                _ => throw new ExpressionException("texts can be compared by == and != only", binary.OperatorSpan),
            };
            return Text(kind, left, text, binary.Left);
        }

        if (left is BoundTruth || right is BoundTruth)
        {
            (Predicate a, Predicate b) = (Truth(left, binary.Left), Truth(right, binary.Right));
            Predicate same = new OrPredicate(new AndPredicate(a, b), new AndPredicate(new NotPredicate(a), new NotPredicate(b)));
            return comparison switch
            {
                Comparison.Equal => same,
                Comparison.NotEqual => new NotPredicate(same),
                _ => throw new ExpressionException("truth values have no order", binary.OperatorSpan),
            };
        }

        if (left is BoundLiteral a1 && right is BoundLiteral b1)
            return new ConstantPredicate(Decide(comparison, a1.Value.CompareTo(b1.Value)));
        if (left is BoundNil && right is BoundNil)
            throw new ExpressionException("nil can be compared with a pointer only", binary.OperatorSpan);
        if (left is BoundNil || (left is BoundLiteral && right is not BoundNil))
            return Compare(Mirror(comparison), right, left, binary);
        if (right is BoundNil)
        {
            if (comparison is not (Comparison.Equal or Comparison.NotEqual))
                throw new ExpressionException("nil has no order", binary.OperatorSpan);
            return new ComparePredicate(comparison, PointerIn(left, binary.Left), new ConstantOperand(0), false);
        }

        BoundNumber number = Number(left, binary.Left);
        bool wide = number is { Size: 8, Signed: false };
        if (right is BoundLiteral literal)
        {
            // A literal beyond the type's range decides the comparison by itself.
            (Int128 low, Int128 high) = wide ? (0, (Int128)ulong.MaxValue) : ((Int128)long.MinValue, (Int128)long.MaxValue);
            if (literal.Value < low || literal.Value > high)
                return new ConstantPredicate(Decide(comparison, literal.Value < low ? 1 : -1));
            return new ComparePredicate(comparison, number.Value, new ConstantOperand(unchecked((long)literal.Value)), !wide);
        }

        BoundNumber other = Number(right, binary.Right);
        bool otherWide = other is { Size: 8, Signed: false };
        if (wide != otherWide && (wide ? other.Signed : number.Signed))
            return wide ? Mixed(Mirror(comparison), other.Value, number.Value) : Mixed(comparison, number.Value, other.Value);
        return new ComparePredicate(comparison, number.Value, other.Value, !wide && !otherWide);
    }

    // By their values, as if both had 65 bits: what is negative is less than all that is unsigned.
    private static Predicate Mixed(Comparison comparison, Operand signed, Operand unsigned)
    {
        var zero = new ConstantOperand(0);
        var negative = new ComparePredicate(Comparison.Less, signed, zero, Signed: true);
        var compared = new ComparePredicate(comparison, signed, unsigned, Signed: false);
        return comparison is Comparison.Less or Comparison.LessOrEqual or Comparison.NotEqual
            ? new OrPredicate(negative, compared)
            : new AndPredicate(new NotPredicate(negative), compared);
    }

    /// <summary>The word of a value that is zero when the value is nil.</summary>
    private Operand PointerIn(Bound bound, Expr expression)
    {
        if (bound is not BoundPlace place)
            throw new ExpressionException("nil can be compared with a pointer only", expression.Span);
        TypeNode node = types[place.Type];
        uint? offset = node.Shape switch
        {
            PointerShape or TextShape { Form: TextForm.Terminated } or ScalarShape { Kind: ScalarKind.Address } => 0,
            SequenceShape { NullIsNil: true } sequence => sequence.PointerOffset,
            DynamicShape dynamic => dynamic.Form is DynamicForm.CppPolymorphic ? dynamic.DataWordOffset : dynamic.TypeWordOffset,
            _ => null,
        };
        if (offset is not { } at)
            throw new ExpressionException($"{node.Name} is never nil", expression.Span);
        return OperandOf(Slice(place.Pieces, at, 8), 8, false) ?? throw Unreadable(place.Pieces, expression.Span);
    }

    private static bool Decide(Comparison comparison, int order) => comparison switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };

    private static Comparison Mirror(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };

    // As Go computes constants: exactly.
    private static BoundLiteral Fold(BinaryExpr binary, Sites.BinaryOperator operation, Int128 left, Int128 right)
    {
        if (operation is Sites.BinaryOperator.Divide or Sites.BinaryOperator.Remainder && right == 0)
            throw new ExpressionException("division by zero", binary.OperatorSpan);
        if (operation is Sites.BinaryOperator.ShiftLeft or Sites.BinaryOperator.ShiftRight && (right < 0 || right > 64))
            throw new ExpressionException("the shift count must be from 0 to 64", binary.OperatorSpan);
        Int128 value;
        try
        {
            value = operation switch
            {
                Sites.BinaryOperator.Add => checked(left + right),
                Sites.BinaryOperator.Subtract => checked(left - right),
                Sites.BinaryOperator.Multiply => checked(left * right),
                Sites.BinaryOperator.Divide => left / right,
                Sites.BinaryOperator.Remainder => left % right,
                Sites.BinaryOperator.And => left & right,
                Sites.BinaryOperator.Or => left | right,
                Sites.BinaryOperator.Xor => left ^ right,
                Sites.BinaryOperator.ShiftLeft => checked(left * (Int128.One << (int)right)),
                _ => left >> (int)right,
            };
        }
        catch (OverflowException)
        {
            throw new ExpressionException("this number is too large", binary.Span);
        }

        return value >= long.MinValue && value <= ulong.MaxValue ? new BoundLiteral(value) : throw new ExpressionException("this number is too large", binary.Span);
    }

    // A literal takes the type of what it meets; it must be one of its values.
    private static void Check(Bound bound, Expr expression, uint size, bool signed)
    {
        if (bound is not BoundLiteral literal)
            return;
        Int128 low = signed ? -(Int128.One << (int)(8 * size - 1)) : 0;
        Int128 high = (Int128.One << (int)(8 * size - (signed ? 1u : 0))) - 1;
        if (literal.Value < low || literal.Value > high)
            throw new ExpressionException($"{literal.Value} is no {(signed ? "" : "unsigned ")}number of {8 * size} bits", expression.Span);
    }

    private Bound Arithmetic(BinaryExpr binary, Bound left, Bound right)
    {
        Sites.BinaryOperator operation = binary.Operator switch
        {
            Specs.Expressions.BinaryOperator.Add => Sites.BinaryOperator.Add,
            Specs.Expressions.BinaryOperator.Subtract => Sites.BinaryOperator.Subtract,
            Specs.Expressions.BinaryOperator.Multiply => Sites.BinaryOperator.Multiply,
            Specs.Expressions.BinaryOperator.Divide => Sites.BinaryOperator.Divide,
            Specs.Expressions.BinaryOperator.Remainder => Sites.BinaryOperator.Remainder,
            Specs.Expressions.BinaryOperator.BitAnd => Sites.BinaryOperator.And,
            Specs.Expressions.BinaryOperator.BitOr => Sites.BinaryOperator.Or,
            Specs.Expressions.BinaryOperator.BitXor => Sites.BinaryOperator.Xor,
            Specs.Expressions.BinaryOperator.ShiftLeft => Sites.BinaryOperator.ShiftLeft,
            Specs.Expressions.BinaryOperator.ShiftRight => Sites.BinaryOperator.ShiftRight,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (left is BoundLiteral x1 && right is BoundLiteral y1)
            return Fold(binary, operation, x1.Value, y1.Value);
        (BoundNumber? a, BoundNumber? b) = (left is BoundLiteral ? null : Number(left, binary.Left), right is BoundLiteral ? null : Number(right, binary.Right));
        bool shift = operation is Sites.BinaryOperator.ShiftLeft or Sites.BinaryOperator.ShiftRight;
        BoundNumber type = (a, b) switch
        {
            (null, { } only) => shift ? new BoundNumber(new ConstantOperand(0), 8, true) : only,
            ({ } only, null) => only,
            ({ } x, { } y) => shift || x.Size > y.Size || (x.Size == y.Size && !x.Signed) ? x : y,
            (null, null) => throw new System.Diagnostics.UnreachableException(),
        };
        Check(left, binary.Left, shift ? 8 : type.Size, type.Signed);
        Check(right, binary.Right, shift ? 8 : type.Size, !shift && type.Signed);
        Operand l = a?.Value ?? new ConstantOperand(unchecked((long)((BoundLiteral)left).Value));
        Operand r = b?.Value ?? new ConstantOperand(unchecked((long)((BoundLiteral)right).Value));
        return new BoundNumber(new Sites.BinaryOperand(operation, l, r, type.Size, type.Signed), type.Size, type.Signed);
    }

    private Bound Call(CallExpr call)
    {
        switch (call.Function)
        {
            case BuiltinFunction.Len when call.Arguments is [var argument]:
                return Length(Place(Bind(argument), argument), argument);
            case BuiltinFunction.StartsWith or BuiltinFunction.EndsWith when call.Arguments is [var value, var part]:
                if (Bind(part) is not BoundText text)
                    throw new ExpressionException("a text in quotes is needed", part.Span);
                TextComparison kind = call.Function == BuiltinFunction.StartsWith ? TextComparison.StartsWith : TextComparison.EndsWith;
                return new BoundTruth(Text(kind, Bind(value), text, value));
            default:
                throw new ExpressionException("this function is not supported yet", call.Span);
        }
    }

    private BoundNumber Length(BoundPlace place, Expr expression)
    {
        CountRule? rule = types[place.Type].Shape switch
        {
            TextShape text => text.Length,
            SequenceShape sequence => sequence.Count,
            _ => null,
        };
        switch (rule)
        {
            case FixedCount known:
                return new BoundNumber(new ConstantOperand((long)known.Count), 8, true);
            case CountField field:
                Operand count = OperandOf(Slice(place.Pieces, field.Offset, field.Size), field.Size, false) ?? throw Unreadable(place.Pieces, expression.Span);
                return new BoundNumber(count, 8, true);
            default:
                throw new ExpressionException($"{types[place.Type].Name} has no length that is known", expression.Span);
        }
    }

    private Predicate Text(TextComparison kind, Bound left, BoundText literal, Expr expression)
    {
        BoundPlace place = Place(left, expression);
        TypeNode node = types[place.Type];
        switch (node.Shape)
        {
            case TextShape { Form: TextForm.Counted, Length: CountField length } text:
                Operand? address = OperandOf(Slice(place.Pieces, text.PointerOffset, 8), 8, false);
                Operand? count = OperandOf(Slice(place.Pieces, length.Offset, length.Size), length.Size, false);
                if (text.CharacterSize != 1)
                    throw new ExpressionException($"{node.Name} has wide characters, which cannot be compared yet", expression.Span);
                if (address is null || count is null)
                    throw Unreadable(place.Pieces, expression.Span);
                return new TextPredicate(kind, address, count, literal.Bytes);
            case TextShape { Form: TextForm.Terminated }:
                Operand pointer = OperandOf(place.Pieces, 8, false) ?? throw Unreadable(place.Pieces, expression.Span);
                return new TextPredicate(kind, pointer, null, literal.Bytes);
            case TextShape { Form: TextForm.Inline } when place.Pieces is [{ Place: MemoryPlace memory }]:
                Operand inline = memory.Base.Plus(memory.Displacement);

                // A text that fills the array has no zero behind it.
                if ((ulong)literal.Bytes.Length > node.Size)
                    return new ConstantPredicate(kind == TextComparison.NotEqual);
                return (ulong)literal.Bytes.Length == node.Size
                    ? new TextPredicate(kind, inline, new ConstantOperand((long)node.Size), literal.Bytes)
                    : new TextPredicate(kind, inline, null, literal.Bytes);
            default:
                throw new ExpressionException($"{node.Name} is no text", expression.Span);
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

    private static ExpressionException Unreadable(ImmutableArray<Piece> pieces, TextSpan span)
    {
        AbsentPlace? absent = pieces.Select(p => p.Place).OfType<AbsentPlace>().FirstOrDefault();
        string why = absent?.Reason switch
        {
            MissingReason.FpRegister => "it is in a floating-point register, which the kernel cannot read",
            MissingReason.OptimizedOut or null => "the compiler kept no place for it here",
            _ => "it cannot be read here",
        };
        return new ExpressionException($"this has no value here: {why}", span);
    }

    /// <summary>The pieces of a part of a value.</summary>
    private static ImmutableArray<Piece> Slice(ImmutableArray<Piece> pieces, uint offset, uint size)
    {
        var slice = ImmutableArray.CreateBuilder<Piece>();
        foreach (Piece piece in pieces)
        {
            uint start = Math.Max(piece.Offset, offset), end = Math.Min(piece.Offset + piece.Size, offset + size);
            if (start >= end)
                continue;
            uint skipped = start - piece.Offset;
            Place place = (piece.Place, skipped) switch
            {
                (MemoryPlace memory, _) => memory with { Displacement = memory.Displacement + skipped },
                (ConstantPlace constant, _) => new ConstantPlace(constant.Bytes.Length > skipped ? constant.Bytes[(int)skipped..] : []),
                (var whole, 0) => whole,
                (RegisterPlace register, _) => new ComputedPlace(Shifted(new RegisterOperand(register.Register), skipped)),
                (ComputedPlace computed, _) => new ComputedPlace(Shifted(computed.Value, skipped)),
                (var absent, _) => absent,
            };
            slice.Add(new Piece(start - offset, end - start, place));
        }

        return slice.DrainToImmutable();
    }

    private static BitFieldOperand Shifted(Operand operand, uint bytes) => new(operand, 8 * bytes, 64 - (8 * bytes), false);

    /// <summary>A scalar's value; null when its bytes are not in one readable place.</summary>
    private static Operand? OperandOf(ImmutableArray<Piece> pieces, uint size, bool signed)
    {
        if (pieces is not [{ Offset: 0 } piece] || piece.Size < size)
            return null;
        return piece.Place switch
        {
            MemoryPlace memory => new LoadOperand(memory.Base, memory.Displacement, size, signed),
            RegisterPlace register => Narrowed(new RegisterOperand(register.Register), size, signed),
            ComputedPlace computed => Narrowed(computed.Value, size, signed),
            ConstantPlace constant => Narrowed(new ConstantOperand(Word(constant.Bytes)), size, signed),
            _ => null,
        };
    }

    private static Operand Narrowed(Operand operand, uint size, bool signed) =>
        size == 8 ? operand : new BitFieldOperand(operand, 0, 8 * size, signed);

    private static long Word(ImmutableArray<byte> bytes)
    {
        long word = 0;
        for (int i = Math.Min(8, bytes.Length) - 1; i >= 0; i--)
            word = (word << 8) | bytes[i];
        return word;
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
