using System.Globalization;
using System.Text;
using Sonde.Values;

namespace Sonde.KernelTests.Signatures;

/// <summary>A value as its scalars: the way to each and what it says.</summary>
internal static class ValueLeaves
{
    /// <summary>Adds the scalars of a value.</summary>
    public static void Add(Dictionary<string, string> leaves, string path, Value value)
    {
        // What the limits cut off is missing, too, for what is not there.
        if (value is MapValue { IsCut: true } or SequenceValue { IsCut: true } or TextValue { IsCut: true } or BytesValue { IsCut: true })
        {
            leaves[path] = $"<{MissingReason.SizeLimit}>";
            if (value is TextValue or BytesValue || value is SequenceValue { Items.IsEmpty: true } or MapValue { Entries.IsEmpty: true })
                return;
        }

        switch (value)
        {
            case RecordValue record:
                foreach (NamedValue field in record.Fields)
                    Add(leaves, $"{path}.{field.Name}", field.Value);
                break;
            case SequenceValue sequence:
                if (sequence.Items.Length == 0)
                    leaves.Add(path, $"[]{sequence.Length}");
                for (int i = 0; i < sequence.Items.Length; i++)
                    Add(leaves, $"{path}[{i}]", sequence.Items[i]);
                break;
            case PointerValue pointer:
                Add(leaves, $"{path}*", pointer.Target);
                break;
            case VariantValue { Payload: { } payload } variant:
                Add(leaves, $"{path}<{variant.Case}>", payload);
                break;
            case MapValue map:
                if (map.Entries.Length == 0)
                    leaves.Add(path, $"{{}}{map.Length}");
                foreach ((Value key, Value held) in map.Entries)
                    Add(leaves, $"{path}{{{KeyOf(key)}}}", held);
                break;
            case DynamicValue { Text: { } text }:
                leaves.Add(path, $"error {text}");
                break;
            case DynamicValue dynamic:
                Add(leaves, $"{path}<{dynamic.DynamicTypeName}>", dynamic.Inner);
                break;
            case ChannelValue channel:
                leaves.Add(path, $"chan {channel.Length} of {channel.Capacity}");
                for (int i = 0; i < channel.Items.Length; i++)
                    Add(leaves, $"{path}[{i}]", channel.Items[i]);
                break;
            default:
                leaves.Add(path, TextOf(value));
                break;
        }
    }

    /// <summary>The reason when the value at a path, or one around it, is missing.</summary>
    public static MissingReason? MissingAt(Dictionary<string, string> leaves, string path)
    {
        for (string at = path; at.Length > 0; at = at[..^1])
        {
            if (leaves.TryGetValue(at, out string? text) && text.StartsWith('<') && (at.Length == path.Length || path[at.Length] is '.' or '[' or '*' or '<' or '{'))
                return Enum.Parse<MissingReason>(text[1..^1]);
        }

        return null;
    }

    private static string KeyOf(Value key)
    {
        var parts = new Dictionary<string, string>();
        Add(parts, "", key);
        return string.Join(' ', parts.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + p.Value));
    }

    private static string TextOf(Value value) => value switch
    {
        IntegerValue integer => integer.Signed ? integer.Number.ToString(CultureInfo.InvariantCulture) : integer.Unsigned.ToString(CultureInfo.InvariantCulture),
        EnumValue name => name.Name ?? name.Number.ToString(CultureInfo.InvariantCulture),
        BooleanValue truth => truth.Truth ? "true" : "false",
        FloatValue number => number.Number.ToString("R", CultureInfo.InvariantCulture),
        ComplexValue complex => $"{complex.Real.ToString("R", CultureInfo.InvariantCulture)}+{complex.Imaginary.ToString("R", CultureInfo.InvariantCulture)}i",
        CharacterValue character => $"'{character.CodePoint}",
        TextValue text => $"\"{Encoding.UTF8.GetString(text.Utf8.Span)}",
        BytesValue bytes => $"\"{Encoding.UTF8.GetString(bytes.Bytes.Span)}",
        AddressValue => "address",
        NilValue => "nil",
        VariantValue variant => variant.Case,
        DurationValue duration => duration.Nanoseconds.ToString(CultureInfo.InvariantCulture),
        FunctionValue function => $"func {function.Name}",
        MissingValue missing => $"<{missing.Reason}>",
        _ => throw new InvalidOperationException($"a value of kind {value.GetType().Name}"),
    };
}
