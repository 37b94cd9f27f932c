using System.Runtime.InteropServices;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Kernel.Features;

/// <summary>
/// Where a kernel's <c>task_struct</c> keeps the thread pointer (<c>thread.fsbase</c>, arch/x86/include/asm/processor.h).
/// The layout differs from build to build and its description may not be there, so it is found by looking: threads of this
/// process, each of which knows its own pointer, have the kernel copy their task and search the copies.
/// </summary>
internal static partial class ThreadPointer
{
    private const int ARCH_GET_FS = 0x1003, SYS_arch_prctl = 158;
    private const int PieceSize = 512, Pieces = 40, Threads = 3;

    private static readonly MapBlueprint Copy = MapBlueprint.SharedArray("sonde_task", Pieces * PieceSize, 1);

    private static readonly Lazy<int?> Found = new(() => Find(LinuxKernel.Instance));

    /// <summary>The offset in bytes; null when it cannot be told.</summary>
    public static int? TaskOffset => Found.Value;

    private static int? Find(IKernel kernel)
    {
        try
        {
            var program = new ProgramBlueprint { Name = "sonde_task", Code = Assembler.Assemble([.. CopyTask()]), Type = ProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT };
            using MapSet maps = MapSet.Create(kernel, program);
            using BpfProgram loaded = BpfProgram.Load(kernel, program, maps);
            using KernelMapping copy = maps[Copy].MapValues();
            HashSet<int>? common = null;
            for (int i = 0; i < Threads; i++)
            {
                HashSet<int> here = OffsetsInNewThread(loaded, copy);
                if (common is null)
                    common = here;
                else
                    common.IntersectWith(here);
            }

            return common is { Count: 1 } ? common.First() : null;
        }
        catch (Exception e) when (e is KernelException or VerifierException)
        {
            return null;
        }
    }

    private static HashSet<int> OffsetsInNewThread(BpfProgram program, KernelMapping copy)
    {
        HashSet<int> offsets = [];
        var thread = new Thread(() =>
        {
            long own = 0;
            if (Syscall(SYS_arch_prctl, ARCH_GET_FS, ref own) != 0 || own == 0)
                return;
            copy.Bytes.Clear();
            program.TestRun([]);
            ReadOnlySpan<long> words = MemoryMarshal.Cast<byte, long>(copy.Bytes);
            for (int i = 0; i < words.Length; i++)
            {
                if (words[i] == own)
                    offsets.Add(8 * i);
            }
        });
        thread.Start();
        thread.Join();
        return offsets;
    }

    // By pieces: one behind the end of the memory that can be read fails alone.
    private static IEnumerable<Instruction> CopyTask()
    {
        yield return Call(Helper.BPF_FUNC_get_current_task);
        yield return Mov(R6, R0);
        for (int i = 0; i < Pieces; i++)
        {
            yield return LoadMapValue(R1, Copy, i * PieceSize);
            yield return MovImm(R2, PieceSize);
            yield return Mov(R3, R6);
            yield return AddImm(R3, i * PieceSize);
            yield return Call(Helper.BPF_FUNC_probe_read_kernel);
        }

        yield return MovImm(R0, 0);
        yield return Exit();
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, int code, ref long address);
}
