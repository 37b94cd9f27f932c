using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;

namespace Sonde.Plans;

/// <content>Elements of maps, and what they hold: found when the event is decoded, as only the program's own code can hash.</content>
internal sealed partial class ExpressionBinder
{
    /// <summary>An element of a map or a part of one; null when the expression is none.</summary>
    private BoundChosen? Chosen(Expr expression)
    {
        switch (expression)
        {
            case MemberExpr member when HasIndex(member.Target) && Chosen(member.Target) is { } chosen:
                return chosen with { Steps = chosen.Steps.Add(new FieldStep(member.Name)) };
            case IndexExpr index when HasIndex(index.Target) && Chosen(index.Target) is { } chosen:
                if (StepOf(Bind(index.Index)) is not { } step)
                    throw new ExpressionException("only a literal can be the index here", index.Index.Span);
                return chosen with { Steps = chosen.Steps.Add(step) };
            case IndexExpr index when Bind(index.Target) is BoundPlace place:
                place = Unwrap(place, index.Target.Span);
                if (MapOf(place.Type) is null)
                    return null;
                Bound key = Bind(index.Index);
                return StepOf(key) is { } literal
                    ? new BoundChosen(place, null, [literal])
                    : new BoundChosen(place, Place(key, index.Index), [new VariableKeyStep()]);
            default:
                return null;
        }
    }

    private static bool HasIndex(Expr expression) => expression switch
    {
        IndexExpr => true,
        MemberExpr member => HasIndex(member.Target),
        _ => false,
    };

    private static ValueStep? StepOf(Bound bound) => bound switch
    {
        BoundText text => new TextKeyStep(text.Bytes),
        BoundLiteral number => new NumberStep(number.Value),
        _ => null,
    };

    private ContainerShape? MapOf(TypeId type) => types[type].Shape switch
    {
        ContainerShape { Kind: ContainerKind.Map } map => map,
        PointerShape { IsTransparent: true } pointer => types[pointer.Target].Shape as ContainerShape is { Kind: ContainerKind.Map } map ? map : null,
        _ => null,
    };

    /// <summary>The container and, behind it, the key as one value that is shown as what is chosen.</summary>
    private Variable ChosenVariable(string name, BoundChosen chosen)
    {
        TypeNode map = types[chosen.Container.Type];
        TypeId whole = Whole(chosen.Container.Type);
        ulong at = (map.Size + 7) & ~7UL, size = at;
        ImmutableArray<Field> fields = [new Field("map", 0, whole)];
        ImmutableArray<Piece> pieces = chosen.Container.Pieces;
        if (chosen.Key is { } key)
        {
            fields = fields.Add(new Field("key", at, key.Type));
            pieces = [.. pieces, .. key.Pieces.Select(p => p with { Offset = p.Offset + (uint)at })];
            size = at + types[key.Type].Size;
        }

        TypeId type = types.Add(map.Name, size, new RecordShape(fields), new ChosenPresentation(chosen.Steps));
        return new Variable(name, type, pieces);
    }

    private TypeId Whole(TypeId type)
    {
        TypeNode node = types[type];
        return node.Shape switch
        {
            ContainerShape container => types.Add(node.Name, node.Size, container with { IsWhole = true }, node.Presentation),
            PointerShape pointer => types.Add(node.Name, node.Size, pointer with { Target = Whole(pointer.Target) }),
            _ => type,
        };
    }
}
