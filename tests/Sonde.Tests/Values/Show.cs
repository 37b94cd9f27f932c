using System.Globalization;
using System.Text;
using Sonde.Values;

namespace Sonde.Tests.Values;

/// <summary>Values as one short line for tests, independent of the sinks.</summary>
internal static class Show
{
    public static string Of(Value value) => value switch
    {
        IntegerValue v => v.Signed || v.Number >= 0 ? v.Number.ToString(CultureInfo.InvariantCulture) : v.Unsigned.ToString(CultureInfo.InvariantCulture),
        EnumValue v => v.Name ?? $"enum {v.Number}",
        BooleanValue v => v.Truth ? "true" : "false",
        FloatValue v => v.Number.ToString("R", CultureInfo.InvariantCulture) + (v.Bits == 32 ? "f" : ""),
        ComplexValue v => $"({v.Real}, {v.Imaginary})",
        CharacterValue v => $"'{v.CodePoint:x}'",
        TextValue v => $"\"{Latin(v.Utf8.Span)}\"{(v.IsCut ? $"...({v.Length?.ToString() ?? "?"})" : "")}",
        BytesValue v => $"x{Convert.ToHexStringLower(v.Bytes.Span)}{(v.IsCut ? $"...({v.Length})" : "")}",
        SequenceValue v => (v.IsTuple ? "(" : "[") + string.Join(" ", v.Items.Select(Of)) + (v.IsTuple ? ")" : "]") + (v.IsCut ? $"...({v.Length})" : ""),
        RecordValue v => "{" + string.Join(" ", v.Fields.Select(f => $"{f.Name}={Of(f.Value)}")) + "}",
        PointerValue v => "&" + Of(v.Target),
        AddressValue v => $"0x{v.Address:x}",
        NilValue => "nil",
        DynamicValue v => $"{v.DynamicTypeName}:{Of(v.Inner)}",
        VariantValue v => v.Payload is null ? v.Case : $"{v.Case}{(v.IsNewtype ? "!" : "")}:{Of(v.Payload)}",
        DurationValue v => $"{v.Nanoseconds}ns",
        CycleValue v => $"cycle {v.Levels}",
        MissingValue v => $"<{v.Reason}>",
        _ => value.ToString(),
    };

    private static string Latin(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
