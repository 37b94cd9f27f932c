using Sonde.Specs.Expressions;
using Sonde.Types;

namespace Sonde.Plans;

/// <content>What an expression would tell of hidden values.</content>
internal sealed partial class ExpressionBinder
{
    private const int MaximumSecretDepth = 6;

    /// <summary>Whether a hidden text, or what holds one, has been used since this was last reset.</summary>
    public bool UsedSecret { get; set; }

    /// <summary>Whether a value of a type has texts.</summary>
    public bool HasText(TypeId type) => HasText(type, 0);

    private Bound Watch(Expr expression, Bound bound)
    {
        if (scope.IsSecret is not { } isSecret || bound is not BoundPlace place)
            return bound;
        string? name = expression switch
        {
            NameExpr variable => variable.Name,
            MemberExpr member => member.Name,
            IndexExpr { Index: StringLiteral key } => key.Text,
            _ => null,
        };
        if (name is not null && isSecret(name) && HasText(place.Type))
            UsedSecret = true;
        return bound;
    }

    private bool HasText(TypeId type, int depth) => depth > MaximumSecretDepth || types[type].Shape switch
    {
        ScalarShape => false,
        SequenceShape { Stride: 1 } => true,
        SequenceShape sequence => HasText(sequence.Element, depth + 1),
        PointerShape pointer => HasText(pointer.Target, depth + 1),
        RecordShape record => record.Fields.Any(f => HasText(f.Type, depth + 1)),
        VariantShape variant => variant.Cases.Any(c => HasText(c.Payload, depth + 1)),
        _ => true,
    };
}
