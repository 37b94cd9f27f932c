using System.Text;
using Sonde.Plans;
using Sonde.Specs;
using Sonde.Values;
using Xunit;

namespace Sonde.Tests.Values;

public sealed class RedactorTests
{
    private static readonly Redactor s_redactor = new(new RedactionRules(Redaction.Usual with { Types = ["Hidden"] }));
    private static readonly Value s_text = new TextValue("string", Encoding.UTF8.GetBytes("abc"), 3, false);
    private static readonly Value s_number = new IntegerValue("int", 5, 64, true);

    private static Root Root(string name, RootRole role = RootRole.Argument, Secrecy secrecy = Secrecy.None) => new(name, role, default, 0, [], []) { Secrecy = secrecy };

    private static bool IsHidden(Value value) => value is MissingValue { Reason: MissingReason.Redacted };

    [Fact]
    public void A_text_under_a_listed_name_is_hidden()
    {
        Assert.True(IsHidden(s_redactor.Apply(Root("password"), s_text)));
        Assert.Same(s_text, s_redactor.Apply(Root("name"), s_text));
        Assert.Same(s_number, s_redactor.Apply(Root("token"), s_number));
    }

    [Fact]
    public void Everything_below_a_listed_name_is_hidden()
    {
        Value inner = new RecordValue("T", [new NamedValue("value", s_text), new NamedValue("count", s_number)]);
        var record = (RecordValue)s_redactor.Apply(Root("r"), new RecordValue("R", [new NamedValue("authToken", new PointerValue("*T", 1, inner)), new NamedValue("name", s_text)]));
        var token = (RecordValue)((PointerValue)record.Fields[0].Value).Target;
        Assert.True(IsHidden(token.Fields[0].Value));
        Assert.Same(s_number, token.Fields[1].Value);
        Assert.Same(s_text, record.Fields[1].Value);
    }

    [Fact]
    public void A_key_of_a_map_is_a_name()
    {
        Value key = new TextValue("string", Encoding.UTF8.GetBytes("Authorization"), 13, false);
        var map = (MapValue)s_redactor.Apply(Root("headers"), new MapValue("map", [KeyValuePair.Create(key, s_text), KeyValuePair.Create(s_text, s_text)], 2, true));
        Assert.True(IsHidden(map.Entries[0].Value));
        Assert.Same(s_text, map.Entries[1].Value);
    }

    [Fact]
    public void Every_kind_that_holds_others_is_looked_into()
    {
        foreach (Value holder in (Value[])
        [
            new SequenceValue("[]", [s_text], 1), new VariantValue("V", "C", s_text), new DynamicValue("any", "string", s_text, "text"),
            new FunctionValue("func", "f", [new NamedValue("x", s_text)]), new ChannelValue("chan", "string", 1, 1, [s_text]), new BytesValue("[]byte", "abc"u8.ToArray(), 3),
            new PointerValue("*string", 1, s_text), new MapValue("map", [KeyValuePair.Create(s_text, s_text)], 1, true),
        ])
        {
            string shown = s_redactor.Apply(Root("secret"), holder).ToString()!;
            Assert.True(s_redactor.Apply(Root("secret"), holder) != holder, shown);
        }
    }

    [Fact]
    public void Types_and_what_is_computed_of_hidden_values_are_hidden_whole()
    {
        Assert.True(IsHidden(s_redactor.Apply(Root("x"), new RecordValue("Hidden", [new NamedValue("n", s_number)]))));
        Assert.True(IsHidden(s_redactor.Apply(Root("x", RootRole.Capture, Secrecy.All), s_number)));
        Assert.True(IsHidden(s_redactor.Apply(Root("x", RootRole.Capture, Secrecy.Texts), s_text)));

        // A capture is judged by its expression, not by the name that the user gave it.
        Assert.Same(s_text, s_redactor.Apply(Root("token", RootRole.Capture), s_text));
    }
}
