using Xunit;

namespace Sonde.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Runs_on_the_floor_runtime() => Assert.True(Environment.Version.Major >= 10);
}
