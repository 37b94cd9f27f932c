using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests;

/// <summary>Trap K0: which programs get a private stack, read from the JIT image.</summary>
public sealed class PrivateStackTests
{
    private static readonly MapBlueprint Empty = MapBlueprint.ProgramArray("empty", 1);

    [Theory]
    [InlineData(0, false)]
    [InlineData(48, false)]
    [InlineData(48, true)]
    public void A_small_stack_is_on_the_kernels_own(int bytes, bool isSleepable) => Assert.False(IsUsed(UsesStack(bytes), isSleepable));

    [Theory]
    [InlineData(56)]
    [InlineData(512)]
    public void A_cold_tail_call_switches_it_off(int bytes) => Assert.False(IsUsed([.. ColdTailCall(Empty), .. UsesStack(bytes)], false));

    // Without this direction the others would prove nothing: the reader might simply be blind.
    [Theory]
    [InlineData(56, false)]
    [InlineData(512, false)]
    [InlineData(56, true)]
    public void A_larger_stack_is_seen(int bytes, bool isSleepable)
    {
        bool isUsed = IsUsed(UsesStack(bytes), isSleepable);
        if (Environment.OSVersion.Version < new Version(6, 13))
            Assert.Skip("private stacks came with 6.13");
        Assert.True(isUsed);
    }

    private static Instruction[] UsesStack(int bytes) =>
        bytes == 0 ? [MovImm(R0, 0), Exit()] : [StoreImm(DW, R10, (short)-bytes, 0), Load(DW, R0, R10, (short)-bytes), MovImm(R0, 0), Exit()];

    private static bool IsUsed(Instruction[] code, bool isSleepable)
    {
        LinuxKernel kernel = Require.Kernel();
        ProgramBlueprint blueprint = new() { Name = "stack", Code = Assembler.Assemble(code), IsSleepable = isSleepable };
        using MapSet maps = MapSet.Create(kernel, blueprint);
        using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
        byte[] machineCode = program.ReadInfo(withCode: true).MachineCode;
        if (machineCode.Length == 0)
            Require.Refuse("the kernel does not show JIT images (bpf_jit_enable, kptr_restrict)");
        return PrivateStack.IsUsed(machineCode);
    }
}
