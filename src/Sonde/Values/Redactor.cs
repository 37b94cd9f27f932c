using System.Collections.Immutable;
using Sonde.Plans;
using Sonde.Specs;

namespace Sonde.Values;

/// <summary>Takes what is confidential out of decoded values, before anybody else sees them.</summary>
internal sealed class Redactor(RedactionRules rules)
{
    /// <summary>A named value of an event without what is hidden.</summary>
    public Value Apply(Root root, Value value) => root.Secrecy switch
    {
        Secrecy.All => new MissingValue(value.TypeName, MissingReason.Redacted),
        Secrecy.Texts => Apply(value, true),
        _ => Apply(value, root.Role != RootRole.Capture && rules.HidesName(root.Name)),
    };

    /// <summary>A value without what is hidden; itself when nothing is.</summary>
    /// <param name="value">The value.</param>
    /// <param name="hide">Whether it stands under a name that hides texts.</param>
    public Value Apply(Value value, bool hide)
    {
        if (rules.HasTypes && rules.HidesType(value.TypeName))
            return new MissingValue(value.TypeName, MissingReason.Redacted);
        switch (value)
        {
            case TextValue or BytesValue or CharacterValue when hide:
                return new MissingValue(value.TypeName, MissingReason.Redacted);
            case RecordValue record:
                return record with { Fields = Apply(record.Fields, hide) };
            case SequenceValue sequence:
                return sequence with { Items = Apply(sequence.Items, hide) };
            case PointerValue pointer:
                return pointer with { Target = Apply(pointer.Target, hide) };
            case DynamicValue dynamic:
                return dynamic with
                {
                    Inner = rules.HasTypes && rules.HidesType(dynamic.DynamicTypeName) ? new MissingValue(dynamic.TypeName, MissingReason.Redacted) : Apply(dynamic.Inner, hide),
                    Text = hide ? null : dynamic.Text,
                };
            case VariantValue { Payload: { } payload } variant:
                return variant with { Payload = Apply(payload, hide) };
            case MapValue map:
                return map with
                {
                    Entries = [.. map.Entries.Select(e => KeyValuePair.Create(
                        Apply(e.Key, false), Apply(e.Value, hide || (e.Key is TextValue key && rules.HidesName(System.Text.Encoding.UTF8.GetString(key.Utf8.Span))))))],
                };
            case FunctionValue { Captures.IsDefaultOrEmpty: false } function:
                return function with { Captures = Apply(function.Captures, hide) };
            case ChannelValue { Items.IsDefaultOrEmpty: false } channel:
                return channel with { Items = Apply(channel.Items, hide) };
            default:
                return value;
        }
    }

    private ImmutableArray<NamedValue> Apply(ImmutableArray<NamedValue> fields, bool hide) =>
        [.. fields.Select(f => new NamedValue(f.Name, Apply(f.Value, hide || rules.HidesName(f.Name))))];

    private ImmutableArray<Value> Apply(ImmutableArray<Value> items, bool hide) => [.. items.Select(i => Apply(i, hide))];
}
