using CsCheck;
using Sonde.Specs;
using Xunit;

namespace Sonde.Tests.Specs.Expressions;

public sealed class ExprPropertyTests
{
    [Fact]
    public void What_is_printed_reads_back_as_equal() =>
        ExprGen.Any.Sample(e => Assert.Equal(e, SpecParser.ParseExpression(e.ToString())), iter: 5_000);

    [Fact]
    public void What_is_printed_stands_in_a_probe() =>
        ExprGen.Any.Sample(
            e =>
            {
                var probe = ProbeSpec.Parse($"main.f {{ v={e}, {e} }} \"{{{e}:x}} and {{{e}}}\" if {e}");
                Assert.Equal(e, probe.Condition);
                Assert.Equal(e.ToString(), probe.ConditionText);
                Assert.Equal(e, probe.Captures[0].Expression);
                Assert.Equal(e, ((TemplatePart.Value)probe.Template!.Parts[0]).Expression);
            },
            iter: 1_000);
}
