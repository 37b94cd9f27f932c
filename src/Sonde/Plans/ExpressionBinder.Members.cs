using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <content>Fields: through pointers, of embedded structs and base classes, bit-fields, payloads of variants.</content>
internal sealed partial class ExpressionBinder
{
    private Bound Member(MemberExpr member)
    {
        // Go's package.Variable, which reads as a field.
        if (member.Target is NameExpr package && !scope.Knows(package.Name) && Global($"{package.Name}.{member.Name}") is { } global)
            return global;
        BoundPlace target = Place(Bind(member.Target), member.Target);
        for (int i = 0; i < MaximumPointers; i++)
        {
            if (types[target.Type].Shape is PointerShape pointer)
                target = Dereference(target, pointer, member.Target.Span);
            else
                break;
        }

        if (Field(target, member.Name, member.NameSpan) is { } field)
            return field;
        BoundPlace inner = Pointed(target, member.Target.Span);
        if (inner.Type != target.Type && Field(inner, member.Name, member.NameSpan) is { } wrapped)
            return wrapped;
        TypeNode node = types[inner.Type];
        IEnumerable<string> names = node.Shape switch
        {
            RecordShape record => FieldNames(record, 0),
            VariantShape variant => variant.Cases.Select(c => c.Name),
            _ => throw new ExpressionException($"{node.Name} has no fields", member.NameSpan),
        };
        throw new ExpressionException($"no field \"{member.Name}\" in {node.Name}", member.NameSpan, Hint(member.Name, names, "fields"));
    }

    private BoundPlace? Field(BoundPlace target, string name, TextSpan span) => types[target.Type].Shape switch
    {
        RecordShape record => FindField(target, record, name, 0, span),
        VariantShape variant when variant.Cases.FirstOrDefault(c => c.Name == name) is { } chosen => Payload(target, variant, chosen, span),
        _ => null,
    };

    private IEnumerable<string> FieldNames(RecordShape record, int depth)
    {
        foreach (Field field in record.Fields)
        {
            yield return field.Name;
            if (depth < 3 && field.Kind is FieldKind.Embedded or FieldKind.Base && types[field.Type].Shape is RecordShape inner)
            {
                foreach (string name in FieldNames(inner, depth + 1))
                    yield return name;
            }
        }
    }

    // Breadth first would be Go's rule; embedded structs that hide each other's fields at one depth are no valid Go.
    private BoundPlace? FindField(BoundPlace target, RecordShape record, string name, int depth, TextSpan span)
    {
        for (int i = 0; i < record.Fields.Length; i++)
        {
            Field field = record.Fields[i];
            bool isIndex = record.Kind == RecordKind.Tuple || field.Name == $"__{i}";
            if (field.Name == name || (isIndex && name == i.ToString(System.Globalization.CultureInfo.InvariantCulture)))
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
            return new BoundPlace(field.Type, Pieces.Slice(target.Pieces, (uint)field.Offset, size));

        // As few bytes as hold it, but a number that one load can fetch.
        uint bytes = System.Numerics.BitOperations.RoundUpToPowerOf2((field.BitOffset + field.BitSize + 7) / 8);
        if (bytes > 8)
            throw new ExpressionException($"\"{field.Name}\" is spread over too many bytes to compute with it", span);
        bool signed = types[field.Type].Shape is ScalarShape { Kind: ScalarKind.Signed };
        ImmutableArray<Piece> pieces = Pieces.Slice(target.Pieces, (uint)field.Offset, bytes);
        Operand storage = pieces switch
        {
            [{ Offset: 0, Place: MemoryPlace memory }] => new LoadOperand(memory.Base, memory.Displacement, bytes),
            [{ Offset: 0, Place: RegisterPlace register }] => new RegisterOperand(register.Register),
            [{ Offset: 0, Place: ComputedPlace computed }] => computed.Value,
            _ => OperandOf(pieces, bytes) ?? throw Unreadable(pieces, span),
        };
        return new BoundPlace(field.Type, [new Piece(0, size, new ComputedPlace(new BitFieldOperand(storage, field.BitOffset, field.BitSize, signed)))]);
    }
}
