using System.Collections.Immutable;
using Iced.Intel;

namespace Sonde.Sites;

/// <summary>The sites of one line within one function, or why it has none there.</summary>
internal sealed record LineSelection(ImmutableArray<LineSite> Sites, SiteRefusal? Refusal);

/// <summary>
/// Chooses where the probes of a source line go. A line's code is often in several pieces; a piece counts as an execution of
/// the line only where control comes into it from the code of another line.
/// </summary>
internal static class LineSites
{
    // A line that loads more than this before it does anything is rare.
    private const int MaxBehind = 16;

    /// <summary>Finds the sites of a line in one function.</summary>
    /// <param name="function">The code.</param>
    /// <param name="rows">Rows that cover the function, in the order of their addresses; rows outside it are ignored.</param>
    /// <param name="file">The file, in the rows' numbering.</param>
    /// <param name="line">The line.</param>
    /// <param name="convention">Of the language: in Go the stack check at the start must not count.</param>
    /// <param name="kernel">What the kernel can do.</param>
    /// <param name="neverReturns">Tells calls that never come back; null when nothing is known of them.</param>
    /// <param name="wholeRegion">The line stands for all of an inlined copy: one execution of it has many parts.</param>
    public static LineSelection Find(
        DecodedFunction function, ReadOnlySpan<LineRow> rows, int file, uint line, CallConvention convention, KernelTraits kernel, NeverReturns? neverReturns = null,
        bool wholeRegion = false)
    {
        var code = LineCode.Map(function, rows, file, line);
        if (convention.GrowsStacks && StackCheck.Find(function) is { } check && code.LeaveOut(function, check))
            return OnCheck(function, check);
        var sites = ImmutableArray.CreateBuilder<LineSite>();
        var refusal = new SiteRefusal(SiteRefusalCode.NoCodeForLine);
        var blocks = BasicBlocks.Of(function, neverReturns);
        var continued = LineFlow.Continued(blocks, code, wholeRegion);
        for (var block = 0; block < blocks.Count; block++)
        {
            var (first, end) = blocks[block];
            var start = code.FirstStatement(first, end);
            if (start < 0 || continued[block]) continue;
            var index = CheapestWithoutEffect(function, start, end, code, kernel, out var detail);
            if (index < 0)
            {
                refusal = detail;
                continue;
            }
            var handling = function.Handling(index, kernel, out _);
            (ulong Later, RegisterSet Written) later = handling == UprobeHandling.Stepped ? EmulatedBehind(function, index, end, code, kernel) : default;
            sites.Add(new LineSite(
                function.Instructions[index].IP, function.Instructions[start].IP, handling, function.Depths.Before(index).CfaOffset, null, later.Later, later.Written));
        }
        return new LineSelection(sites.ToImmutable(), sites.Count == 0 ? refusal : null);
    }

    // The line has no code but the stack check: its last branch, without the hits that go to morestack.
    private static LineSelection OnCheck(DecodedFunction function, StackCheck check)
    {
        ref readonly var branch = ref function.Instructions[check.LastBranch];
        if (!FlagsTest.TryCreate(branch.ConditionCode, check.GrowsWhenTaken, out var ignore))
            return new LineSelection([], new SiteRefusal(SiteRefusalCode.NoCodeForLine));
        return new LineSelection([new LineSite(branch.IP, function.Code.Address, UprobeHandling.Emulated, 8, ignore)], null);
    }

    // The first emulated instruction of the line that is reached from an index by instructions that do nothing but write
    // registers, and cannot fault: a line that crashes has been executed.
    private static (ulong Later, RegisterSet Written) EmulatedBehind(DecodedFunction function, int index, int end, LineCode code, KernelTraits kernel)
    {
        var written = RegisterSet.None;
        for (var i = index; i < Math.Min(end, index + MaxBehind) && code.IsOfLine(i); i++)
        {
            ref readonly var instruction = ref function.Instructions[i];
            var nop5 = instruction.Mnemonic == Mnemonic.Nop && instruction.Length == 5;
            if (i > index && !nop5 && function.Handling(i, kernel, out _) == UprobeHandling.Emulated) return (instruction.IP, written);
            if (instruction.Mnemonic is Mnemonic.Nop or Mnemonic.Cmp or Mnemonic.Test ? !CannotFault(instruction) : !OnlyWritesRegister(instruction)) break;
            if (instruction.Mnemonic is not (Mnemonic.Nop or Mnemonic.Cmp or Mnemonic.Test)) written |= RegisterNumbers.FromIced(instruction.Op0Register);
        }
        return default;
    }

    private static bool OnlyWritesRegister(in Instruction instruction) =>
        instruction.Mnemonic is Mnemonic.Mov or Mnemonic.Movzx or Mnemonic.Movsx or Mnemonic.Movsxd or Mnemonic.Lea or Mnemonic.Xor or Mnemonic.Add
            or Mnemonic.Sub or Mnemonic.And or Mnemonic.Or or Mnemonic.Shl or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Inc or Mnemonic.Dec or Mnemonic.Neg
            or Mnemonic.Not or Mnemonic.Movss or Mnemonic.Movsd or Mnemonic.Movaps or Mnemonic.Movups or Mnemonic.Movq or Mnemonic.Movd
        && instruction.Op0Kind == OpKind.Register && instruction.Op0Register.GetFullRegister() is not (Register.RSP or Register.RBP)
        && !instruction.Op0Register.IsSegmentRegister() && (instruction.Mnemonic == Mnemonic.Lea || CannotFault(instruction));

    // The frame and the image's own data are there.
    private static bool CannotFault(in Instruction instruction)
    {
        for (var i = 0; i < instruction.OpCount; i++)
        {
            if (instruction.GetOpKind(i) == OpKind.Memory
                && !(instruction.MemoryBase is Register.RSP or Register.RBP or Register.RIP && instruction.MemoryIndex == Register.None)
                && instruction.Mnemonic != Mnemonic.Nop) return false;
        }
        return instruction.SegmentPrefix == Register.None;
    }

    // From the statement's first instruction on, past instructions that change no variable, to an emulated one of the line.
    private static int CheapestWithoutEffect(
        DecodedFunction function, int start, int end, LineCode code, KernelTraits kernel, out SiteRefusal refusal)
    {
        var usable = -1;
        refusal = default;
        for (var i = start; i < end && (i == start || code.IsOfLine(i)); i++)
        {
            ref readonly var instruction = ref function.Instructions[i];
            var handling = function.Handling(i, kernel, out var detail);
            // Recent kernels turn a five-byte nop into a call that writes below the stack pointer (TRAPS T34).
            var nop5 = instruction.Mnemonic == Mnemonic.Nop && instruction.Length == 5;
            if (handling == UprobeHandling.Emulated && !nop5) return i;
            if (handling == UprobeHandling.Stepped && usable < 0 && !nop5) usable = i;
            if (handling == UprobeHandling.Refused && usable < 0)
            {
                // Late is better than never; values are read as they are at the address the probe gets.
                refusal = new SiteRefusal(SiteRefusalCode.RefusedByKernel, detail);
                continue;
            }
            if (instruction.Mnemonic is not (Mnemonic.Cmp or Mnemonic.Test or Mnemonic.Nop or Mnemonic.Endbr64) || !CannotFault(instruction)) break;
        }
        return usable;
    }
}
