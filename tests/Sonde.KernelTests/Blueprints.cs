using Sonde.Kernel.Assembly;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests;

/// <summary>Programs several tests use.</summary>
internal static class Blueprints
{
    /// <summary>Offset of <c>di</c>, the first argument, in struct pt_regs (arch/x86/include/asm/ptrace.h).</summary>
    public const short Di = 112;

    /// <summary>Offset of <c>ax</c>, the result.</summary>
    public const short Ax = 80;

    /// <summary>Adds 1 to the 8-byte counter at 8 times the cookie of a shared array.</summary>
    public static ProgramBlueprint CountByCookie(MapBlueprint counters, AttachType attach) => new()
    {
        Name = "count_by_cookie",
        AttachType = attach,
        Code = Assembler.Assemble(CountByCookie(counters)),
    };

    /// <summary>The same as a list: the counter's index is checked against the size of the map.</summary>
    public static Instruction[] CountByCookie(MapBlueprint counters)
    {
        Label outside = new("outside");
        return
        [
            Call(Helper.BPF_FUNC_get_attach_cookie),
            JumpIfImm(R0, Condition.GreaterOrEqual, counters.ValueSize / 8, outside),
            LshImm(R0, 3),
            LoadMapValue(R1, counters),
            Add(R1, R0),
            MovImm(R2, 1),
            AtomicAdd(DW, R1, 0, R2),
            Mark(outside),
            MovImm(R0, 0),
            Exit(),
        ];
    }
}
