using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <content><c>is</c>: which case a value has, and what a case holds.</content>
internal sealed partial class ExpressionBinder
{
    private Predicate Is(IsExpr test)
    {
        BoundPlace place = Pointed(Place(Bind(test.Operand), test.Operand), test.Operand.Span);
        TypeNode node = types[place.Type];
        string name = test.Type.Text.Trim('`');
        switch (node.Shape)
        {
            case DynamicShape when name is "nil" or "None" or "null":
                return Nil(Comparison.Equal, place, test.Operand, new BoundNil(name), test.Span);
            case DynamicShape { Form: not DynamicForm.CppPolymorphic } dynamic:
                return HasType(place, dynamic, test, name);
            case VariantShape variant:
                return IsCase(place, variant, Case(node, variant, name, test.Span), test.Operand.Span);
            case ScalarShape when node.Presentation is EnumPresentation:
                return new ComparePredicate(Comparison.Equal, Number(place, test.Operand).Value, Constant(Enumerator(node, name, test.Span)), false);
            case RecordShape when place.Pieces is [{ Offset: 0, Place: MemoryPlace memory }] && scope.Program?.IsPolymorphic(node.Name) == true:
                IReadOnlyList<(Operand First, ulong Length)> tables = Words(name, DynamicForm.CppPolymorphic, test);
                if (tables.Count == 0)
                    throw new ExpressionException($"there is no class \"{name}\" with virtual functions in the program", test.Span, "a class is written as in the program, with its namespace where that is needed");
                return IsWithin(new LoadOperand(memory.Base, memory.Displacement, 8), tables);
            default:
                throw new ExpressionException($"{node.Name} has no cases", test.Operand.Span, "is asks for the case of an enum, the type in an interface, the class behind a base");
        }
    }

    private Predicate HasType(BoundPlace place, DynamicShape dynamic, IsExpr test, string name)
    {
        (uint offset, int? behind) = dynamic.TypeWord;
        Operand word = Word(place, offset, 8, test.Operand.Span);
        Predicate isIt = IsWithin(behind is { } distance ? new LoadOperand(word, distance, 8) : word, Words(name, dynamic.Form, test));

        // Nil has no type.
        return new AndPredicate(new ComparePredicate(Comparison.NotEqual, word, new ConstantOperand(0), false), isIt);
    }

    private IReadOnlyList<(Operand First, ulong Length)> Words(string name, DynamicForm form, IsExpr test)
    {
        if (scope.Program is not { } program)
            throw new ExpressionException("without debug information no types are known", test.Span);
        try
        {
            return program.DynamicType(name, form);
        }
        catch (ExpressionException e)
        {
            throw new ExpressionException(e.Message, test.Span, e.Hint);
        }
    }

    private static Predicate IsWithin(Operand word, IReadOnlyList<(Operand First, ulong Length)> ranges)
    {
        Predicate? any = null;
        foreach ((Operand first, ulong length) in ranges)
        {
            Predicate one = length == 1
                ? new ComparePredicate(Comparison.Equal, word, first, false)
                : new ComparePredicate(Comparison.Less, new Sites.BinaryOperand(Sites.BinaryOperator.Subtract, word, first), new ConstantOperand((long)length), false);
            any = any is null ? one : new OrPredicate(any, one);
        }

        return any!;
    }

    private static VariantCase Case(TypeNode node, VariantShape variant, string name, TextSpan span)
    {
        string last = Last(name);
        return variant.Cases.FirstOrDefault(c => c.Name == last)
            ?? throw new ExpressionException($"{node.Name} has no case \"{name}\"", span, Hint(last, variant.Cases.Select(c => c.Name), "cases"));
    }

    public static Predicate IsCase(BoundPlace place, VariantShape variant, VariantCase chosen, TextSpan span)
    {
        if (variant.DiscriminantOffset is not { } offset)
            return new ConstantPredicate(variant.Cases.Length == 1);
        if (variant.DiscriminantSize is not (1 or 2 or 4 or 8))
            throw new ExpressionException($"a discriminant of {variant.DiscriminantSize} bytes cannot be computed with", span);
        var slice = Pieces.Slice(place.Pieces, (uint)offset, variant.DiscriminantSize);
        Operand discriminant = OperandOf(slice, variant.DiscriminantSize) ?? throw Unreadable(slice, span);
        if (!chosen.Ranges.IsEmpty)
            return InRanges(discriminant, chosen);

        // The case for all that the others leave.
        Predicate? others = null;
        foreach (VariantCase other in variant.Cases)
        {
            if (!other.Ranges.IsEmpty)
                others = others is null ? InRanges(discriminant, other) : new OrPredicate(others, InRanges(discriminant, other));
        }

        return others is null ? new ConstantPredicate(true) : new NotPredicate(others);
    }

    private static Predicate InRanges(Operand discriminant, VariantCase chosen)
    {
        Predicate? within = null;
        foreach ((UInt128 first, UInt128 last) in chosen.Ranges)
        {
            var low = new ConstantOperand(unchecked((long)(ulong)first));
            var high = new ConstantOperand(unchecked((long)(ulong)last));
            Predicate one = first == last
                ? new ComparePredicate(Comparison.Equal, discriminant, low, false)
                : new AndPredicate(
                    new ComparePredicate(Comparison.GreaterOrEqual, discriminant, low, false), new ComparePredicate(Comparison.LessOrEqual, discriminant, high, false));
            within = within is null ? one : new OrPredicate(within, one);
        }

        return within!;
    }

    /// <summary>What a case holds; out of range when the value has another one.</summary>
    private BoundPlace Payload(BoundPlace place, VariantShape variant, VariantCase chosen, TextSpan span)
    {
        var isIt = new TruthOperand(IsCase(place, variant, chosen, span));
        return new BoundPlace(chosen.Payload, Guarded(place.Pieces, new ConstantOperand(0), isIt));
    }

    private static Int128 Enumerator(TypeNode node, string name, TextSpan span)
    {
        var names = ((EnumPresentation)node.Presentation).Names;
        string last = Last(name);
        foreach ((Int128 value, string constant) in names)
        {
            if (constant == name || constant == last)
                return value;
        }

        throw new ExpressionException($"{node.Name} has no \"{name}\"", span, Hint(last, names.Values, "constants"));
    }

    private static string Last(string name) => name[(name.LastIndexOf(':') + 1)..];
}
