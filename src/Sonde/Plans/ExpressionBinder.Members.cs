using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Specs.Expressions;
using Sonde.Types;
using static Sonde.Plans.Pieces;

namespace Sonde.Plans;

/// <content>Fields: through pointers, of embedded structs and base classes, bit-fields.</content>
internal sealed partial class ExpressionBinder
{
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
}
