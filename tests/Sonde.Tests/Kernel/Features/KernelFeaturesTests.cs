using Sonde.Kernel.Features;
using Sonde.Kernel.Syscalls;

using Xunit;

namespace Sonde.Tests.Kernel.Features;

public sealed class KernelFeaturesTests
{
    [Fact]
    public void An_old_kernel_is_told_the_release_that_would_do()
    {
        using Kernel kernel = new(Errno.EINVAL);
        FeatureMissingException e = Assert.Throws<FeatureMissingException>(new KernelFeatures(kernel).RequireFloor);
        Assert.Equal("5.15", e.MinimumKernel);
    }

    [Fact]
    public void Missing_privilege_is_not_called_an_old_kernel()
    {
        using Kernel kernel = new(Errno.EPERM);
        KernelException e = Assert.Throws<KernelException>(new KernelFeatures(kernel).RequireFloor);
        Assert.Equal(Errno.EPERM, e.Errno);
    }

    [Fact]
    public void Each_feature_is_tried_once()
    {
        using Kernel kernel = new(Errno.EINVAL);
        KernelFeatures features = new(kernel);
        Assert.False(features.Has(KernelFeature.RingBuffer));
        int calls = kernel.Calls;
        Assert.Equal(Errno.EINVAL, features.Find(KernelFeature.RingBuffer).Refusal);
        Assert.Equal(calls, kernel.Calls);
    }

    private sealed unsafe class Kernel(Errno answer) : FakeKernel
    {
        public int Calls { get; private set; }

        public override long Bpf(BpfCommand command, void* attributes, int size)
        {
            Calls++;
            return -(long)answer;
        }
    }
}
