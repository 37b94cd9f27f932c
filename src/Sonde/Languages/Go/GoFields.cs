using System.Text;
using Sonde.Values;

namespace Sonde.Languages.Go;

/// <summary>Fields of decoded structs by name. Null means that the field is not there, is missing, or is of another kind.</summary>
internal static class GoFields
{
    /// <summary>A struct, also behind a pointer.</summary>
    public static RecordValue? Record(Value? value) => value switch
    {
        RecordValue record => record,
        PointerValue { Target: RecordValue record } => record,
        DynamicValue dynamic => Record(dynamic.Inner),
        _ => null,
    };

    public static Value? Field(this RecordValue record, string name)
    {
        foreach (NamedValue field in record.Fields)
        {
            if (field.Name == name)
                return field.Value;
        }

        return null;
    }

    /// <summary>A whole text; one that is cut is none.</summary>
    public static string? Text(this RecordValue record, string name) => TextOf(record.Field(name));

    public static Int128? Number(this RecordValue record, string name) => record.Field(name) switch
    {
        IntegerValue integer => integer.Number,
        EnumValue constant => constant.Number,
        _ => null,
    };

    public static string? TextOf(Value? value) => value is TextValue { IsCut: false } text ? Encoding.UTF8.GetString(text.Utf8.Span) : null;
}
