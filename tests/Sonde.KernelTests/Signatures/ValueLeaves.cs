using System.Globalization;
using System.Text;
using Sonde.Values;

namespace Sonde.KernelTests.Signatures;

/// <summary>Values as their scalars: the way to each and what it says.</summary>
internal sealed class ValueLeaves
{
    private readonly Dictionary<string, string> _leaves = [];

    // Where something is missing, also only for some of what is inside: a map that is cut has the entries that are there.
    private readonly Dictionary<string, MissingReason> _missing = [];

    /// <summary>The ways that are known, to scalars and to what is missing.</summary>
    public IEnumerable<string> Paths => _leaves.Keys.Concat(_missing.Keys);

    /// <summary>What the scalar at a path says, null when there is none.</summary>
    public string? this[string path] => _leaves.GetValueOrDefault(path);

    /// <summary>Adds the scalars of a value.</summary>
    public void Add(string path, Value value)
    {
        if (value is MapValue { IsCut: true } or SequenceValue { IsCut: true } or TextValue { IsCut: true } or BytesValue { IsCut: true }
            || value is ChannelValue channel && channel.Items.Length < channel.Length)
            _missing[path] = MissingReason.SizeLimit;
        switch (value)
        {
            case RecordValue record:
                foreach (NamedValue field in record.Fields)
                    Add($"{path}.{field.Name}", field.Value);
                break;
            case SequenceValue sequence:
                if (sequence.Length == 0)
                    _leaves.Add(path, "[]0");
                for (int i = 0; i < sequence.Items.Length; i++)
                    Add($"{path}[{i}]", sequence.Items[i]);
                break;
            case PointerValue pointer:
                Add($"{path}*", pointer.Target);
                break;
            case VariantValue { Payload: { } payload } variant:
                Add($"{path}<{variant.Case}>", payload);
                break;
            case MapValue map:
                if (map.Length == 0)
                    _leaves.Add(path, "{}0");
                foreach ((Value key, Value held) in map.Entries)
                {
                    // An entry whose key is not known is none that could be looked for.
                    if (KeyOf(key, out MissingReason? why) is { } text)
                        Add($"{path}{{{text}}}", held);
                    else
                        _missing[path] = why ?? MissingReason.Unsupported;
                }

                break;
            case DynamicValue { Text: { } text }:
                _leaves.Add(path, $"error {text}");
                break;
            case DynamicValue dynamic:
                Add($"{path}<{dynamic.DynamicTypeName}>", dynamic.Inner);
                break;
            case ChannelValue queue:
                _leaves.Add(path, $"chan {queue.Length} of {queue.Capacity}");
                for (int i = 0; i < queue.Items.Length; i++)
                    Add($"{path}[{i}]", queue.Items[i]);
                break;
            case MissingValue missing:
                _missing[path] = missing.Reason;
                break;
            case AddressValue:
                _missing[path] = MissingReason.DepthLimit;
                break;
            case TextValue { IsCut: true } or BytesValue { IsCut: true }:
                break;
            default:
                _leaves.Add(path, TextOf(value));
                break;
        }
    }

    /// <summary>The reason when the value at a path, or one around it, is missing.</summary>
    public MissingReason? MissingAt(string path)
    {
        for (string at = path; at.Length > 0; at = at[..^1])
        {
            if ((at.Length == path.Length || path[at.Length] is '.' or '[' or '*' or '<' or '{') && _missing.TryGetValue(at, out MissingReason reason))
                return reason;
        }

        return null;
    }

    // Null when some of it is missing.
    private static string? KeyOf(Value key, out MissingReason? why)
    {
        var parts = new ValueLeaves();
        parts.Add("", key);
        why = parts._missing.Count == 0 ? null : parts._missing.Values.First();
        return why is not null ? null : string.Join(' ', parts._leaves.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + p.Value));
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
        NilValue => "nil",
        VariantValue variant => variant.Case,
        DurationValue duration => duration.Nanoseconds.ToString(CultureInfo.InvariantCulture),
        FunctionValue function => $"func {function.Name}",
        _ => throw new InvalidOperationException($"a value of kind {value.GetType().Name}"),
    };
}
