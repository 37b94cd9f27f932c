using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;

namespace Sonde.Plans;

/// <content>Casts: to integers, enums, and pointers to the types of the program.</content>
internal sealed partial class ExpressionBinder
{
    private Bound Cast(CastExpr cast)
    {
        (TypeId type, TypeNode node) = (TypeNamed(cast.Type), null!);
        node = types[type];
        Bound inner = Bind(cast.Operand);
        switch (node.Shape)
        {
            case ScalarShape { Kind: ScalarKind.Boolean }:
                return new BoundTruth(IsTruth(inner, cast.Operand)
                    ? Truth(inner, cast.Operand)
                    : new ComparePredicate(Comparison.NotEqual, Number(inner, cast.Operand).Value, new ConstantOperand(0), false));
            case ScalarShape { Kind: ScalarKind.Float or ScalarKind.Complex }:
                throw new ExpressionException("the kernel cannot compute with floating-point numbers", cast.Span);
            case ScalarShape or PointerShape or TextShape { Form: TextForm.Terminated } when node.Size is 1 or 2 or 4 or 8:
                Operand value = IsTruth(inner, cast.Operand) ? new TruthOperand(Truth(inner, cast.Operand)) : Whole(inner, cast.Operand);
                bool signed = node.Shape is ScalarShape { Kind: ScalarKind.Signed };
                uint size = (uint)node.Size;
                Operand narrowed = size == 8 ? value : new BitFieldOperand(value, 0, 8 * size, signed);
                bool isPlain = node.Shape is ScalarShape { Kind: ScalarKind.Signed or ScalarKind.Unsigned } && node.Presentation is PlainPresentation;
                return isPlain ? new BoundNumber(narrowed, size, signed, type) : new BoundPlace(type, [new Piece(0, size, new ComputedPlace(narrowed))]);
            default:
                throw new ExpressionException($"nothing can be cast to {node.Name}", cast.Span, $"cast a pointer to it: *({cast.Type.Text}*)&x");
        }
    }

    // Literals have all bits that they need; arrays and texts decay to the address of their first element.
    private Operand Whole(Bound inner, Expr expression) => inner switch
    {
        BoundLiteral literal => Constant(literal.Value),
        BoundPlace place when types[place.Type].Shape is TextShape { Form: TextForm.Counted } text => Word(place, text.PointerOffset, 8, expression.Span),
        BoundPlace place when types[place.Type].Shape is TextShape { Form: TextForm.Inline } or SequenceShape { PointerOffset: null } => AddressOf(place, expression.Span),
        _ => Number(inner, expression).Value,
    };

    private TypeId TypeNamed(TypeSyntax syntax)
    {
        string text = syntax.Text.Replace("`", "", StringComparison.Ordinal);
        if (Pointee(text) is { } target)
        {
            if (target is "void" or "c_void")
                return types.Add(text, 8, new ScalarShape(ScalarKind.Address));
            if (target == "char")
                return types.Add(text, 8, new TextShape(TextForm.Terminated, 0, null));
            return types.Add(text, 8, new PointerShape(TypeNamed(new TypeSyntax(target))));
        }

        string name = BuiltinTypes.Unqualified(text);
        // Of a size that the language decides.
        if (name is "int" or "uint")
            return scope.Program?.Type(name) ?? types.Number(scope.HasGoroutine ? 8u : 4, name == "int");
        if (BuiltinTypes.Find(name) is { } builtin)
            return types.Add(name, builtin.Size, new ScalarShape(builtin.Kind));
        return scope.Program?.Type(name) ?? throw new ExpressionException($"there is no type \"{name}\"", default, "a type is written as the program spells it, with its package or namespace");
    }

    /// <summary>The target of a pointer type in any of the languages; null when it is none.</summary>
    private static string? Pointee(string text)
    {
        if (text is [.., '*'])
            return text[..^1].TrimEnd();
        if (text is not ['*' or '&', ..])
            return null;
        string target = text[1..];
        foreach (string word in (ReadOnlySpan<string>)["mut ", "const "])
        {
            if (target.StartsWith(word, StringComparison.Ordinal))
                return target[word.Length..];
        }

        return target;
    }
}
