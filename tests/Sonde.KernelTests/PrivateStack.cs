using Iced.Intel;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;

using Xunit;

using Decoder = Iced.Intel.Decoder;
using Instruction = Iced.Intel.Instruction;
using Register = Iced.Intel.Register;

namespace Sonde.KernelTests;

/// <summary>
/// Whether a program's JIT image uses a private stack (arch/x86/net/bpf_jit_comp.c, 6.13 and newer): its prologue computes
/// the frame pointer in r9 from a per-CPU address, <c>movabs r9, …; add r9, gs:[this_cpu_off]</c>, and every access to the
/// BPF stack goes through r9, which maps no BPF register otherwise.
/// </summary>
internal static class PrivateStack
{
    /// <summary>Fails if a loaded program has one.</summary>
    public static void AssertNone(BpfProgram program)
    {
        byte[] machineCode = program.ReadInfo(withCode: true).MachineCode;
        Assert.NotEmpty(machineCode);
        Assert.False(IsUsed(machineCode), $"{program.Blueprint.Name} uses a private stack:\n{Listing.Print(program.Blueprint.Code)}");
    }

    public static bool IsUsed(byte[] machineCode)
    {
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(machineCode));
        while (decoder.IP < (ulong)machineCode.Length)
        {
            Instruction instruction = decoder.Decode();
            if (instruction is { Mnemonic: Mnemonic.Add, Op0Register: Register.R9, Op1Kind: OpKind.Memory, SegmentPrefix: Register.GS })
                return true;
        }
        return false;
    }
}
