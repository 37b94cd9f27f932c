using System.Collections.Immutable;
using System.Text;
using Sonde.Languages;
using Sonde.Specs;
using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>
/// Fills a probe's message template. The values of its expressions arrive among the captures, under names that no user can
/// give. For one thread at a time.
/// </summary>
internal sealed class MessageComposer(Template template, Types.SourceLanguage language)
{
    /// <summary>Begins the name of a capture that is there for a message only.</summary>
    public const char Mark = '\u0001';

    private readonly Utf8Output _output = new(Stream.Null);

    /// <summary>The name under which the value of a template's part is captured.</summary>
    public static string NameOf(int part) => $"{Mark}{part}";

    /// <summary>The event with its message, and without the values that were captured for it only.</summary>
    public CapturedEvent Compose(CapturedEvent captured)
    {
        ImmutableArray<NamedValue> captures = captured.Captures.IsDefault ? [] : captured.Captures;
        var values = new Dictionary<string, Value>();
        foreach (NamedValue named in captures)
        {
            if (named.Name.StartsWith(Mark))
                values[named.Name] = named.Value;
        }

        var text = new StringBuilder();
        for (int i = 0; i < template.Parts.Count; i++)
        {
            if (template.Parts[i] is TemplatePart.Literal literal)
                text.Append(literal.Text);
            else if (template.Parts[i] is TemplatePart.Value part && values.TryGetValue(NameOf(i), out Value? value))
                text.Append(Format(value, part.Format));
        }

        ImmutableArray<NamedValue> rest = [.. captures.Where(c => !c.Name.StartsWith(Mark))];
        return captured with { Message = text.ToString(), Captures = rest.IsEmpty ? default : rest };
    }

    private string Format(Value value, TemplateFormat format)
    {
        switch (format)
        {
            // A text reads as part of the sentence; elsewhere it has its quotes.
            case TemplateFormat.Default or TemplateFormat.Raw when value is TextValue { IsCut: false } text:
                return Encoding.UTF8.GetString(text.Utf8.Span);
            case TemplateFormat.Raw when value is EnumValue number:
                return number.Number.ToString();
            case TemplateFormat.Hex when value is IntegerValue integer:
                UInt128 bits = integer.Bits >= 128 ? integer.Unsigned : integer.Unsigned & ((UInt128.One << integer.Bits) - 1);
                return $"0x{bits:x}";
            case TemplateFormat.Hex when value is TextValue bytes:
                return $"0x{Convert.ToHexStringLower(bytes.Utf8.Span)}";
            case TemplateFormat.Hex when value is BytesValue bytes:
                return $"0x{Convert.ToHexStringLower(bytes.Bytes.Span)}";
        }

        var writer = new TextValueWriter(_output, new TextPen(_output, false), new TextSinkOptions { Pretty = format == TemplateFormat.Pretty })
        {
            Syntax = ValueSyntax.Of(language),
        };
        writer.Write(value);
        string written = Encoding.UTF8.GetString(_output.Pending);
        _output.Flush();
        return written;
    }
}
