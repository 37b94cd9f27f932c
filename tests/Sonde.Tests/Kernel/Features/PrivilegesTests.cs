using Sonde.Kernel.Features;

using Xunit;

namespace Sonde.Tests.Kernel.Features;

public sealed class PrivilegesTests
{
    [Fact]
    public void Reads_the_effective_capabilities() =>
        Assert.Equal(0x1ff_feff_ffffUL, Privileges.ParseCapabilities("Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t000001fffeffffff\n"));

    [Theory]
    [InlineData("[none] integrity confidentiality\n", "none")]
    [InlineData("none integrity [confidentiality]\n", "confidentiality")]
    [InlineData(null, null)]
    [InlineData("]x[", null)]
    public void Reads_the_lockdown_level(string? text, string? level) => Assert.Equal(level, Privileges.ParseLockdown(text));

    [Theory]
    [InlineData("Max locked memory         8388608              8388608              bytes     \n", 8388608L)]
    [InlineData("Max locked memory         unlimited            unlimited            bytes     \n", null)]
    [InlineData("", null)]
    public void Reads_the_limit_of_locked_memory(string limits, long? bytes) => Assert.Equal(bytes, Privileges.ParseLockedMemory(limits));

    [Fact]
    public void Knows_the_namespace_of_the_machine()
    {
        Assert.True(new PidNamespace(4, 4026531836).IsInitial);
        Assert.False(new PidNamespace(4, 4026531837).IsInitial);
    }

    [Theory]
    [InlineData(0x04UL, 0x04UL)]
    [InlineData(0x0802UL, 0x800002UL)]
    [InlineData(0x100034UL, 0x134UL)]
    public void Converts_device_numbers(ulong user, ulong kernel) => Assert.Equal(kernel, PidNamespace.KernelDevice(user));
}
