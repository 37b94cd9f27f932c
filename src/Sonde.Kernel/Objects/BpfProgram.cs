using System.Text;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>A verified and loaded program. Freed when closed and no link holds it.</summary>
internal sealed unsafe class BpfProgram : KernelHandle
{
    private const uint BPF_F_SLEEPABLE = 1 << 4;
    private const int Attempts = 20;

    private BpfProgram(IKernel kernel, ProgramBlueprint blueprint, long result)
        : base(kernel, result, $"bpf(BPF_PROG_LOAD) of {blueprint.Name}") => Blueprint = blueprint;

    /// <summary>What it was made from.</summary>
    public ProgramBlueprint Blueprint { get; }

    /// <summary>Loads a program; the maps it refers to must be in <paramref name="maps"/>.</summary>
    /// <exception cref="VerifierException">The verifier refused it.</exception>
    /// <exception cref="KernelException">The kernel refused before looking: no privilege, no memory, unknown kind.</exception>
    public static BpfProgram Load(IKernel kernel, ProgramBlueprint blueprint, MapSet maps)
    {
        ulong[] slots = blueprint.Code.Resolve(map => maps[map].Descriptor);
        long result = Load(kernel, blueprint, slots, null, out _);
        if (result >= 0)
            return new BpfProgram(kernel, blueprint, result);

        // Only now a log is asked for: making it costs far more than the verification.
        Errno errno = (Errno)(-result);
        string log = VerifierLog.Read((buffer, out needed) => Load(kernel, blueprint, slots, buffer, out needed), out long second);
        GC.KeepAlive(maps);
        if (second >= 0)
            return new BpfProgram(kernel, blueprint, second);
        if (VerifierLog.Summarize(log, blueprint.Code) is { } summary)
            throw new VerifierException(blueprint.Name, errno, summary, log);
        throw new KernelException($"bpf(BPF_PROG_LOAD) of {blueprint.Name}", errno);
    }

    /// <summary>Loads a program without maps.</summary>
    public static BpfProgram Load(IKernel kernel, ProgramBlueprint blueprint) => Load(kernel, blueprint, MapSet.Empty);

    /// <summary>What the kernel says about the program: id, cost so far, and (for tests) the machine code it became.</summary>
    public ProgramInfo ReadInfo(bool withCode = false) => ProgramInfo.Read(Kernel, this, withCode);

    /// <summary>Runs the program once over some bytes; only for kinds the kernel can run on demand (not uprobes). Returns R0.</summary>
    public uint TestRun(ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            TestRunAttributes attributes = new() { ProgFd = Descriptor, DataIn = (ulong)bytes, DataSizeIn = (uint)data.Length };
            long result = Kernel.Bpf(BpfCommand.BPF_PROG_TEST_RUN, &attributes, sizeof(TestRunAttributes));
            KernelException.Check(result, $"bpf(BPF_PROG_TEST_RUN) of {Blueprint.Name}");
            GC.KeepAlive(this);
            return attributes.Retval;
        }
    }

    private static long Load(IKernel kernel, ProgramBlueprint blueprint, ulong[] slots, byte[]? log, out int logNeeded)
    {
        logNeeded = 0;
        fixed (ulong* instructions = slots)
        fixed (byte* license = Encoding.UTF8.GetBytes(blueprint.License + "\0"))
        fixed (byte* logBytes = log)
        {
            ProgramLoadAttributes attributes = new()
            {
                ProgType = blueprint.Type,
                InsnCnt = (uint)slots.Length,
                Insns = (ulong)instructions,
                License = (ulong)license,
                LogLevel = log is null ? 0u : 1u,
                LogSize = (uint)(log?.Length ?? 0),
                LogBuf = (ulong)logBytes,
                ProgFlags = blueprint.IsSleepable ? BPF_F_SLEEPABLE : 0,
                ProgName = ObjectName.From(blueprint.Name),
                ExpectedAttachType = blueprint.AttachType,
            };

            // The verifier gives up with EAGAIN when a signal is pending, and the runtime stops threads by signals.
            long result = -(long)Errno.EAGAIN;
            for (int attempt = 0; attempt < Attempts && result == -(long)Errno.EAGAIN; attempt++)
                result = kernel.Bpf(BpfCommand.BPF_PROG_LOAD, &attributes, sizeof(ProgramLoadAttributes));
            return result;
        }
    }
}
