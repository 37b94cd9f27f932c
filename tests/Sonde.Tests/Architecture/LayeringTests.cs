using System.Reflection;
using Xunit;

namespace Sonde.Tests.Architecture;

/// <summary>The edges of docs/architecture.md that matter, read from the compiled assemblies.</summary>
public sealed class LayeringTests
{
    private static readonly AssemblyUses s_product = AssemblyUses.Of(Assembly.Load("Sonde"));

    [Fact]
    public void ObjectFile_and_Kernel_never_meet()
    {
        Assert.DoesNotContain("Sonde.Kernel", AssemblyUses.Of(Assembly.Load("Sonde.ObjectFile")).References);
        Assert.DoesNotContain("Sonde.ObjectFile", AssemblyUses.Of(Assembly.Load("Sonde.Kernel")).References);
    }

    [Theory]
    [InlineData("Sonde.Values", "Sonde.Bytecode")]
    [InlineData("Sonde.Values", "Sonde.Attaching")]
    [InlineData("Sonde.Values", "Sonde.Languages")]
    [InlineData("Sonde.Bytecode", "Sonde.ObjectFile")]
    [InlineData("Sonde.Plans", "Sonde.Languages")]
    [InlineData("Sonde.Plans", "Sonde.Bytecode")]
    public void Never_uses(string from, string to) => Assert.Empty(s_product.Between(from, to));

    /// <summary>The tests above would hold for a reader that sees nothing.</summary>
    [Fact]
    public void Uses_are_seen()
    {
        AssemblyUses tests = AssemblyUses.Of(typeof(LayeringTests).Assembly);
        string here = typeof(LayeringTests).Namespace!;
        IEnumerable<string> system = tests.Between(here, "System");
        Assert.Contains($"{here} uses System.Reflection.Assembly", system);
        Assert.Contains($"{here} uses System.Reflection.Metadata.BlobReader", system);
        Assert.Contains($"{here} uses {here}.{nameof(TypeNames)}", tests.Between(here, here));
        Assert.Contains($"{here} uses System.Reflection.Emit.OpCodes", system);
    }
}
