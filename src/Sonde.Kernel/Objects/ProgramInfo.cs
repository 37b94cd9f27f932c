using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>What the kernel says about a loaded program.</summary>
/// <param name="Id">Number, as <c>bpftool prog</c> shows it.</param>
/// <param name="RunCount">Runs while <see cref="RunStatistics"/> were on.</param>
/// <param name="RunTimeNanoseconds">Time spent in these runs.</param>
/// <param name="RecursionMisses">Runs the kernel skipped because the program was already running on the CPU (5.12).</param>
/// <param name="VerifiedInstructions">What the verifier looked at, all paths counted (5.16).</param>
/// <param name="MachineCode">The JIT image; empty unless asked for, or if the kernel hides it.</param>
/// <param name="Translated">The instructions after the verifier's changes; empty likewise.</param>
internal sealed record ProgramInfo(
    uint Id,
    long RunCount,
    long RunTimeNanoseconds,
    long RecursionMisses,
    long VerifiedInstructions,
    byte[] MachineCode,
    ulong[] Translated)
{
    internal static unsafe ProgramInfo Read(IKernel kernel, BpfProgram program, bool withCode)
    {
        ProgramInfoRecord record = default;
        Get(kernel, program, &record);
        byte[] machineCode = withCode ? new byte[record.JitedProgLen] : [];
        ulong[] translated = withCode ? new ulong[record.XlatedProgLen / sizeof(ulong)] : [];
        if (withCode)
        {
            fixed (byte* machineBytes = machineCode)
            fixed (ulong* translatedWords = translated)
            {
                record = new()
                {
                    JitedProgInsns = (ulong)machineBytes,
                    JitedProgLen = (uint)machineCode.Length,
                    XlatedProgInsns = (ulong)translatedWords,
                    XlatedProgLen = (uint)(translated.Length * sizeof(ulong)),
                };
                Get(kernel, program, &record);
            }
            if (record.JitedProgInsns == 0)
                machineCode = [];
            if (record.XlatedProgInsns == 0)
                translated = [];
        }
        return new ProgramInfo(record.Id, (long)record.RunCnt, (long)record.RunTimeNs, (long)record.RecursionMisses, record.VerifiedInsns, machineCode, translated);
    }

    private static unsafe void Get(IKernel kernel, BpfProgram program, ProgramInfoRecord* record)
    {
        ObjectInfoAttributes attributes = new() { BpfFd = program.Descriptor, InfoLen = (uint)sizeof(ProgramInfoRecord), Info = (ulong)record };
        long result = kernel.Bpf(BpfCommand.BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof(ObjectInfoAttributes));
        KernelException.Check(result, $"bpf(BPF_OBJ_GET_INFO_BY_FD) of {program.Blueprint.Name}");
        GC.KeepAlive(program);
    }
}
