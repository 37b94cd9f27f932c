using System.Collections.Immutable;
using Sonde.Types;

namespace Sonde.Values;

/// <summary>Finds the part of a decoded value that an expression chose.</summary>
internal static class ChosenValue
{
    /// <summary>The part, or why there is none.</summary>
    public static Value Find(Value value, Value? key, ImmutableArray<ValueStep> steps)
    {
        string type = value.TypeName;
        foreach (ValueStep step in steps)
        {
            value = Pointed(value);
            if (value is MissingValue)
                return value;
            value = step switch
            {
                TextKeyStep text => Entry(value, k => k is TextValue { IsCut: false } candidate && candidate.Utf8.Span.SequenceEqual(text.Key.AsSpan())),
                NumberStep number when value is SequenceValue sequence => Item(sequence, number.Number),
                NumberStep number => Entry(value, k => NumberOf(k) == number.Number),
                VariableKeyStep when key is not null => Entry(value, k => AreEqual(k, key)),
                FieldStep field => FieldOf(value, field.Name) ?? new MissingValue(type, MissingReason.Unsupported),
                _ => new MissingValue(type, MissingReason.Unsupported),
            };
        }

        return value;
    }

    private static Value Pointed(Value value)
    {
        for (int i = 0; i < 8; i++)
        {
            if (value is PointerValue pointer)
                value = pointer.Target;
            else if (value is DynamicValue dynamic)
                value = dynamic.Inner;
            else
                break;
        }

        return value;
    }

    private static Value Entry(Value value, Func<Value, bool> isKey)
    {
        switch (value)
        {
            case NilValue:
                return new MissingValue(value.TypeName, MissingReason.NoKey);
            case MapValue map:
                foreach ((Value key, Value held) in map.Entries)
                {
                    if (isKey(key))
                        return held;
                }

                // Of a map that was not read to its end nobody can say that it does not have the key.
                bool unsure = map.IsCut || map.Entries.Any(e => e.Key is MissingValue or TextValue { IsCut: true });
                return new MissingValue(value.TypeName, unsure ? MissingReason.SizeLimit : MissingReason.NoKey);
            default:
                return new MissingValue(value.TypeName, MissingReason.Unsupported);
        }
    }

    private static Value Item(SequenceValue sequence, Int128 index) =>
        index >= 0 && index < sequence.Items.Length ? sequence.Items[(int)index]
        : new MissingValue(sequence.TypeName, index >= 0 && index < sequence.Length ? MissingReason.SizeLimit : MissingReason.OutOfRange);

    private static Value? FieldOf(Value value, string name) => value switch
    {
        NilValue => new MissingValue(value.TypeName, MissingReason.Nil),
        AddressValue => new MissingValue(value.TypeName, MissingReason.DepthLimit),
        RecordValue record => record.Fields.Where(f => f.Name == name).Select(f => f.Value).FirstOrDefault(),
        _ => null,
    };

    private static Int128? NumberOf(Value value) => value switch
    {
        IntegerValue integer => integer.Number,
        EnumValue constant => constant.Number,
        CharacterValue character => character.CodePoint,
        DurationValue duration => duration.Nanoseconds,
        _ => null,
    };

    private static bool AreEqual(Value a, Value b) => (a, b) switch
    {
        (TextValue { IsCut: false } x, TextValue { IsCut: false } y) => x.Utf8.Span.SequenceEqual(y.Utf8.Span),
        (BooleanValue x, BooleanValue y) => x.Truth == y.Truth,
        (PointerValue x, PointerValue y) => x.Address == y.Address,
        (RecordValue x, RecordValue y) => x.Fields.Length == y.Fields.Length && x.Fields.Zip(y.Fields).All(p => AreEqual(p.First.Value, p.Second.Value)),
        _ => NumberOf(a) is { } number && NumberOf(b) == number,
    };
}
