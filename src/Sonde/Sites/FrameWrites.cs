using Iced.Intel;

namespace Sonde.Sites;

/// <summary>
/// Whether anything can have been stored into a place of the frame before an instruction runs: in code that is not optimised
/// a variable has its place from the start, and whatever was there before until its declaration is executed.
/// </summary>
internal sealed class FrameWrites(DecodedFunction function)
{
    [ThreadStatic]
    private static InstructionInfoFactory? s_information;

    private readonly Lazy<BasicBlocks> _blocks = new(() => BasicBlocks.Of(function));

    /// <summary>
    /// False when no way from the function's entry, or from the last beginning of the declaration, to the instruction stores
    /// there or takes an address in it. True when it is not known.
    /// </summary>
    /// <param name="site">Index of the instruction.</param>
    /// <param name="low">First byte, as a distance from the canonical frame address.</param>
    /// <param name="high">First byte behind.</param>
    /// <param name="births">Indexes of instructions at which the declaration begins to execute.</param>
    public bool MayReach(int site, long low, long high, IReadOnlySet<int> births)
    {
        // Who has the address may store at any time; compilers take it long before they use it.
        return MayReach(site, low, high, births, addresses: false) || MayReach(site, low, high, births, addresses: true);
    }

    private bool MayReach(int site, long low, long high, IReadOnlySet<int> births, bool addresses)
    {
        var blocks = _blocks.Value;
        var seen = new bool[blocks.Count];
        var pending = new Stack<(int Block, int From)>();
        pending.Push((BlockOf(site), site));
        while (pending.TryPop(out var step))
        {
            var first = blocks[step.Block].First;
            var stopped = false;
            for (var i = step.From - 1; i >= first && !stopped; i--)
            {
                if (addresses ? TakesAddress(i, low, high) : MayStore(i, low, high)) return true;
                stopped = !addresses && births.Contains(i);
            }
            if (stopped || step.Block == 0) continue;

            // Reached by a jump table or an unwinder: from anywhere.
            if (blocks.Predecessors(step.Block).Count == 0) return true;
            foreach (var before in blocks.Predecessors(step.Block))
            {
                if (seen[before]) continue;
                seen[before] = true;
                pending.Push((before, blocks[before].End));
            }
        }
        return false;
    }

    private int BlockOf(int index)
    {
        var blocks = _blocks.Value;
        int low = 0, high = blocks.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (blocks[middle].First <= index) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private bool TakesAddress(int index, long low, long high)
    {
        ref readonly var instruction = ref function.Instructions[index];
        return instruction.Mnemonic == Mnemonic.Lea
            && MayTouch(instruction.MemoryBase, instruction.MemoryIndex, (long)instruction.MemoryDisplacement64, 1, function.Depths.Before(index), low, high, true);
    }

    private bool MayStore(int index, long low, long high)
    {
        ref readonly var instruction = ref function.Instructions[index];
        var state = function.Depths.Before(index);
        if (instruction.Mnemonic == Mnemonic.Lea) return false;
        var information = (s_information ??= new InstructionInfoFactory()).GetInfo(instruction);
        foreach (var memory in information.GetUsedMemory())
        {
            if (memory.Access is OpAccess.Read or OpAccess.CondRead or OpAccess.NoMemAccess) continue;

            // What calls and pushes store is below the frame.
            if (instruction.IsStackInstruction && memory.Base == Register.RSP) continue;
            if (MayTouch(memory.Base, memory.Index, (long)memory.Displacement, Math.Max(memory.MemorySize.GetSize(), 1), state, low, high, false)) return true;
        }
        return false;
    }

    // An address that is taken may be that of an element, or of a struct around: it counts for all above it.
    private static bool MayTouch(Register @base, Register index, long displacement, long size, StackState state, long low, long high, bool isAddress)
    {
        var offset = @base switch
        {
            Register.RSP => state.CfaOffset,
            Register.RBP => state.FrameOffset,
            _ => null,
        };
        if (@base is not (Register.RSP or Register.RBP)) return false;
        if (offset is not { } distance || index != Register.None) return true;
        var at = displacement - distance;
        return isAddress ? at < high : at < high && at + size > low;
    }
}
