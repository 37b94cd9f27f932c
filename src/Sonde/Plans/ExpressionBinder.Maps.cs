using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;

namespace Sonde.Plans;

/// <content>
/// Elements of maps, and what they hold. Only the program's own code can hash: a capture finds them when the event is decoded,
/// a condition by looking at all keys.
/// </content>
internal sealed partial class ExpressionBinder
{
    // One element that is named twice is looked for once.
    private readonly Dictionary<Expr, BoundPlace> _found = [];
    private int _cursors;

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

    /// <summary>Where the value of a key is in a map, found by looking at its slots.</summary>
    private BoundPlace Found(BoundPlace place, ContainerShape map, Expr target, Expr key, IndexExpr index)
    {
        if (_found.TryGetValue(index, out BoundPlace? known))
            return known;
        (FoundOperand search, TypeId type) = Search(place, map, target, key);
        var value = new BoundPlace(type, [new Piece(0, (uint)types[type].Size, new MemoryPlace(search, 0))]);

        // Large values are kept behind a pointer that is none to the program.
        if (types[type].Shape is PointerShape { IsTransparent: true } pointer && types[pointer.Target].Name == types[type].Name && types[pointer.Target].Shape is not (ContainerShape or RingShape))
            value = Dereference(value, pointer, target.Span);
        _found.Add(index, value);
        return value;
    }

    private (FoundOperand Search, TypeId Value) Search(BoundPlace place, ContainerShape map, Expr target, Expr key)
    {
        place = Unwrap(place, target.Span);
        Bound wanted = Bind(key);
        var before = ImmutableArray.CreateBuilder<(CursorOperand, Operand)>();
        var builder = new WalkBuilder(types, NextCursor, type => KeyPartsOf(type, wanted, key, before));
        Operand header = types[place.Type].Shape is PointerShape ? Word(place, 0, 8, target.Span) : AddressOf(place, target.Span);
        Walk walk = builder.Build(map, header)
            ?? throw new ExpressionException($"the kernel cannot look for a key in {types[place.Type].Name}", target.Span, "it can be captured: the key is found when the event is shown");
        return (new FoundOperand(walk, before.ToImmutable(), [.. before.Select(b => b.Item1), .. builder.Cursors]), builder.Value!.Value);
    }

    private CursorOperand NextCursor() => new(_cursors++);

    /// <summary>What the parts of a key must be; what is no constant is computed before the search.</summary>
    private ImmutableArray<KeyPart> KeyPartsOf(TypeId type, Bound wanted, Expr key, ImmutableArray<(CursorOperand, Operand)>.Builder before)
    {
        if (types[type].Size is 0 or > WalkLimits.Key)
            throw new ExpressionException($"keys of {types[type].Size} bytes are not looked for", key.Span, $"they may have {WalkLimits.Key}");
        var parts = ImmutableArray.CreateBuilder<KeyPart>();
        Collect(type, 0, wanted);
        return parts.DrainToImmutable();

        void Collect(TypeId part, uint offset, Bound value)
        {
            TypeNode node = types[part];
            switch (node.Shape)
            {
                case TextShape { Form: TextForm.Counted, PointerOffset: 0, Length: CountField { Offset: 8, Size: 8 } }:
                    parts.Add(new KeyText(offset, Text(value, node)));
                    break;
                case ScalarShape { Kind: not (ScalarKind.Float or ScalarKind.Complex) } or PointerShape or TextShape { Form: TextForm.Terminated } when node.Size is 1 or 2 or 4 or 8:
                    if (value is BoundText)
                        throw new ExpressionException($"the keys are {node.Name}", key.Span);
                    Check(value, key, (uint)node.Size, node.Shape is ScalarShape { Kind: ScalarKind.Signed });
                    parts.Add(new KeyWord(offset, (uint)node.Size, Keep(Low(value, node))));
                    break;
                case RecordShape { Kind: not RecordKind.Union } record when record.Fields.All(f => f.BitSize == 0):
                    Whole(value, node);
                    foreach (Field field in record.Fields)
                        Collect(field.Type, offset + (uint)field.Offset, Part(value, field.Type, field.Offset));
                    break;
                case SequenceShape { PointerOffset: null, Count: FixedCount count } array:
                    Whole(value, node);
                    for (uint i = 0; i < count.Count; i++)
                        Collect(array.Element, offset + (i * (uint)array.Stride), Part(value, array.Element, i * array.Stride));
                    break;
                default:
                    throw new ExpressionException($"keys that are {node.Name} are not looked for", key.Span, "integers, texts, pointers, and structs and arrays of them are");
            }
        }

        void Whole(Bound value, TypeNode node)
        {
            if (value is not BoundPlace place || types[place.Type].Name != node.Name)
                throw new ExpressionException($"the keys are {node.Name}", key.Span, "give a variable of that type");
        }

        BoundPlace Part(Bound whole, TypeId part, ulong offset) => new(part, Pieces.Slice(((BoundPlace)whole).Pieces, (uint)offset, (uint)types[part].Size));

        TextSource Text(Bound value, TypeNode node)
        {
            switch (value)
            {
                case BoundText literal when literal.Bytes.Length > WalkLimits.Key:
                    throw new ExpressionException($"this text has more than {WalkLimits.Key} bytes", key.Span);
                case BoundText literal:
                    return new LiteralText(literal.Bytes);
                case BoundPlace any when Pointed(any, key.Span) is var place && types[place.Type].Shape is TextShape or SequenceShape { Stride: 1 }
                    && TextOf(place, key) is TargetText { Length: { } length } text:
                    return new TargetText(Keep(text.Address), Keep(length));
                default:
                    throw new ExpressionException($"the keys are {node.Name}", key.Span);
            }
        }

        Operand Low(Bound value, TypeNode node)
        {
            if (value is BoundLiteral literal)
                return new ConstantOperand(node.Size == 8 ? unchecked((long)literal.Value) : (long)(literal.Value & ((Int128.One << (int)(8 * node.Size)) - 1)));
            Operand number = IsTruth(value, key) ? new TruthOperand(Truth(value, key))
                : value is BoundNil ? new ConstantOperand(0)
                : Number(value, key).Value;
            return node.Size == 8 ? number : new BitFieldOperand(number, 0, 8 * (uint)node.Size, false);
        }

        Operand Keep(Operand value)
        {
            if (value is ConstantOperand)
                return value;
            CursorOperand cursor = NextCursor();
            before.Add((cursor, value));
            return cursor;
        }
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
