using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.KernelTests;

/// <summary>
/// What a test needs from the machine. Without it the test is skipped with the kernel's own answer, or, when
/// SONDE_REQUIRE_KERNEL=1 says that this machine must be able to, fails.
/// </summary>
internal static class Require
{
    private static readonly Lazy<string?> Obstacle = new(FindObstacle);

    /// <summary>Programs can be loaded and uprobes exist.</summary>
    public static LinuxKernel Kernel()
    {
        if (Obstacle.Value is { } obstacle)
            Refuse(obstacle);
        return LinuxKernel.Instance;
    }

    /// <summary>The kernel answers a trial with success; anything it refuses with <see cref="KernelException"/> is a reason to skip.</summary>
    public static LinuxKernel Kernel(Action<LinuxKernel> trial)
    {
        LinuxKernel kernel = Kernel();
        try
        {
            trial(kernel);
        }
        catch (KernelException e)
        {
            Refuse(e.Message);
        }
        return kernel;
    }

    /// <summary>A feature above the floor; a kernel without it skips the test even where kernel tests must run.</summary>
    public static void Feature(KernelFeature feature)
    {
        FeatureFinding finding = KernelFeatures.Current.Find(feature);
        Assert.SkipUnless(finding.IsPresent, $"this kernel lacks {finding.Name}, which came with {finding.MinimumKernel}");
    }

    /// <summary>Skips the test, or fails it where skipping is not allowed.</summary>
    public static void Refuse(string reason)
    {
        if (Environment.GetEnvironmentVariable("SONDE_REQUIRE_KERNEL") == "1")
            Assert.Fail($"SONDE_REQUIRE_KERNEL=1, but {reason}");
        Assert.Skip(reason);
    }

    private static string? FindObstacle()
    {
        try
        {
            ProgramBlueprint blueprint = new() { Name = "require", Code = Assembler.Assemble([MovImm(R0, 0), Exit()]) };
            using BpfProgram program = BpfProgram.Load(LinuxKernel.Instance, blueprint);
            UprobePmu.Read(LinuxKernel.Instance);
            return null;
        }
        catch (KernelException e)
        {
            return e.Message;
        }
    }
}
