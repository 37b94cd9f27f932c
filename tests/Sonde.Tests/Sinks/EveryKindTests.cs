using System.Text;
using System.Text.Json;
using Sonde.Sinks;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;
using Xunit;
using static Sonde.Tests.Sinks.Samples;

namespace Sonde.Tests.Sinks;

/// <summary>C# cannot check that a switch knows every kind of value; this does.</summary>
public sealed class EveryKindTests
{
    [Fact]
    public void The_samples_have_every_kind()
    {
        IEnumerable<Type> kinds = typeof(Value).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Value)) && t is { IsAbstract: false, IsPublic: true });
        Assert.Empty(kinds.Except(OneOfEachKind.Select(v => v.GetType())).Select(t => t.Name));
    }

    [Theory]
    [CombinatorialLanguages]
    public void Every_sink_writes_every_kind(SourceLanguage language, bool pretty)
    {
        using MemoryStream json = new(), text = new();
        var memory = new MemorySink();
        ISink[] sinks =
        [
            new JsonSink(json, new JsonSinkOptions { ShowTypes = pretty }), memory,
            new TextSink(text, Stream.Null, new TextSinkOptions { Pretty = pretty, Colour = pretty, ShowTypes = pretty }),
        ];
        foreach (ISink sink in sinks)
        {
            foreach (Value value in OneOfEachKind)
            {
                // By itself and inside each kind of container.
                Value nested = Sequence("[]any", null, value, Record("r", ("v", value)), Tuple(value), Map("m", false, null, (value, value)),
                    new PointerValue("*p", 1, value), new DynamicValue("any", value.TypeName, value), new VariantValue("O", "Some", value, true),
                    new FunctionValue("f", "f", Named(("v", value))), new ChannelValue("c", "e", 1, 1, [value]));
                foreach (ProbeKind kind in Enum.GetValues<ProbeKind>())
                    sink.Event(Event(Source(kind, language)) with { Arguments = Named(("v", value)), Results = Named(("n", nested)), Variables = Named(("n", nested)) });
            }

            sink.Flush();
        }

        Assert.Equal(OneOfEachKind.Length * 4, memory.Events.Count);
        foreach (string line in Encoding.UTF8.GetString(json.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            JsonDocument.Parse(line).Dispose();
        Assert.NotEqual(0, text.Length);
    }

    private sealed class CombinatorialLanguagesAttribute : Xunit.v3.DataAttribute
    {
        public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
            System.Reflection.MethodInfo testMethod, Xunit.Sdk.DisposalTracker disposalTracker) =>
            new([.. from language in Enum.GetValues<SourceLanguage>() from pretty in (bool[])[false, true] select new TheoryDataRow(language, pretty)]);

        public override bool SupportsDiscoveryEnumeration() => true;
    }
}
