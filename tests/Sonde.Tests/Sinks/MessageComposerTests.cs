using System.Collections.Immutable;
using Sonde.Sinks;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;
using Xunit;

namespace Sonde.Tests.Sinks;

public sealed class MessageComposerTests
{
    [Theory]
    [InlineData("serving {x}", "serving 255")]
    [InlineData("{x:x} of {{x}}", "0xff of {x}")]
    [InlineData("to {y}", "to al\"ice")]
    [InlineData("to {y:q}", "to \"al\\\"ice\"")]
    [InlineData("to {y:x}", "to 0x616c22696365")]
    [InlineData("{c}={c:r}", "Green=1")]
    public void Parts_are_filled_in_by_their_formats(string template, string expected)
    {
        Template parsed = TemplateParser.Parse(template);
        var captures = ImmutableArray.CreateBuilder<NamedValue>();
        captures.Add(new NamedValue("kept", new BooleanValue("bool", true)));
        for (int i = 0; i < parsed.Parts.Count; i++)
        {
            if (parsed.Parts[i] is TemplatePart.Value value)
                captures.Add(new NamedValue(MessageComposer.NameOf(i), ValueOf(value.Text)));
        }

        CapturedEvent composed = new MessageComposer(parsed, SourceLanguage.Go).Compose(new CapturedEvent
        {
            Source = new EventSource("p", ProbeKind.Entry, "main.f", null, 0, SourceLanguage.Go),
            UnixNanoseconds = 0,
            ProcessId = 1,
            ThreadId = 1,
            Command = "c",
            Sequence = 1,
            Captures = captures.DrainToImmutable(),
        });

        Assert.Equal(expected, composed.Message);
        Assert.Equal("kept", Assert.Single(composed.Captures).Name);
    }

    private static Value ValueOf(string name) => name switch
    {
        "x" => new IntegerValue("int", 255, 64, true),
        "y" => new TextValue("string", "al\"ice"u8.ToArray(), 8, false),
        _ => new EnumValue("Color", 1, "Green"),
    };
}
