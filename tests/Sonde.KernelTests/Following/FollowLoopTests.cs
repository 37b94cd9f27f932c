using System.Diagnostics;
using Sonde.Bytecode;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

namespace Sonde.KernelTests.Following;

/// <summary>The follow loop passes the verifier, in a time that a user does not notice, and on no per-CPU stack.</summary>
public sealed class FollowLoopTests(ITestOutputHelper output)
{
    public static IEnumerable<TheoryDataRow<int, uint>> Programs() =>
        from role in Enum.GetValues<FollowRole>()
        from size in (uint[])[1024, 4096, 65536]
        select new TheoryDataRow<int, uint>((int)role, size);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Is_verified(int role, uint frameSize)
    {
        LinuxKernel kernel = Require.Kernel();
        var maps = new SessionMaps(3, 1 << 16, 256);
        ProgramBlueprint blueprint = new() { Name = "sonde_follow", Code = FollowLowering.Emit(maps, maps.FollowOf(frameSize), (FollowRole)role) };
        using MapSet live = MapSet.Create(kernel, blueprint);
        long started = Stopwatch.GetTimestamp();
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, live);
        TimeSpan time = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"{blueprint.Code.Slots.Length} instructions, {program.ReadInfo().VerifiedInstructions} verified in {time.TotalMilliseconds:0.0} ms");
        byte[] machineCode = program.ReadInfo(withCode: true).MachineCode;
        if (machineCode.Length > 0)
            Assert.False(PrivateStack.IsUsed(machineCode));
    }
}
