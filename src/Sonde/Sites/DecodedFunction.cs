using System.Collections;
using System.Collections.Immutable;
using Iced.Intel;

namespace Sonde.Sites;

/// <summary>A range of a function's bytes that gives no instructions: data, padding of an unknown kind, or broken code.</summary>
internal readonly record struct UndecodedRange(ulong Address, int Length);

/// <summary>
/// The instructions of one function with their boundaries and the places its branches lead to. Immutable; the lazily built
/// stack depths make it unsafe to share between threads until <see cref="Depths"/> was read once.
/// </summary>
internal sealed class DecodedFunction
{
    private readonly Instruction[] _instructions;
    private readonly BitArray _targets;
    private StackDepths? _depths;

    internal DecodedFunction(
        FunctionCode code, Instruction[] instructions, BitArray targets, int branchesToEntry, ImmutableArray<UndecodedRange> undecoded)
    {
        Code = code;
        _instructions = instructions;
        _targets = targets;
        BranchesToEntry = branchesToEntry;
        Undecoded = undecoded;
    }

    /// <summary>The bytes this was made from.</summary>
    public FunctionCode Code { get; }

    /// <summary>The instructions in the order of their addresses.</summary>
    public ReadOnlySpan<Instruction> Instructions => _instructions;

    /// <summary>How many jumps of the function (not calls) lead to its first instruction.</summary>
    public int BranchesToEntry { get; }

    /// <summary>Bytes that could not be decoded; empty for what compilers emit.</summary>
    public ImmutableArray<UndecodedRange> Undecoded { get; }

    /// <summary>Where the stack pointer is at each instruction.</summary>
    public StackDepths Depths => _depths ??= StackDepths.Compute(this);

    /// <summary>Index of the instruction that starts at <paramref name="address"/>, or -1.</summary>
    public int IndexOf(ulong address)
    {
        int low = 0, high = _instructions.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var at = _instructions[middle].IP;
            if (at == address) return middle;
            if (at < address) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }

    /// <summary>Whether a direct branch of the function, or a call that stays inside it, leads to <paramref name="address"/>.</summary>
    public bool IsBranchTarget(ulong address) => Code.Contains(address) && _targets[(int)(address - Code.Address)];

    /// <summary>The bytes of an instruction.</summary>
    public ReadOnlySpan<byte> BytesOf(in Instruction instruction) =>
        Code.Code.Span.Slice((int)(instruction.IP - Code.Address), instruction.Length);

    /// <summary>What the kernel does with a probe on an instruction.</summary>
    public UprobeHandling Handling(int index, KernelTraits kernel, out UprobeRefusal refusal) =>
        UprobeRules.Classify(BytesOf(_instructions[index]), kernel, out refusal);

    /// <summary>Whether the instruction before <paramref name="index"/> can run into it.</summary>
    public bool FallsInto(int index) =>
        index > 0 && _instructions[index - 1].NextIP == _instructions[index].IP && !EndsFlow(_instructions[index - 1]);

    /// <summary>Whether control never goes from this instruction to the next.</summary>
    public static bool EndsFlow(in Instruction instruction) => instruction.FlowControl
        is FlowControl.UnconditionalBranch or FlowControl.IndirectBranch or FlowControl.Return or FlowControl.Exception;
}
