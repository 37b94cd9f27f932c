using Iced.Intel;

namespace Sonde.Sites;

/// <summary>Whether a call never comes back.</summary>
internal delegate bool NeverReturns(in Instruction call);

/// <summary>The basic blocks of a function as index ranges, in the order of their addresses, with the direct edges between them.</summary>
internal sealed class BasicBlocks
{
    private readonly List<(int First, int End)> _blocks = [];
    private readonly List<List<int>> _predecessors = [];
    private readonly List<List<int>> _successors = [];

    private readonly List<int> _roots = [];
    private readonly List<bool> _leavesUnknown = [];

    private BasicBlocks()
    {
    }

    /// <summary>How many there are.</summary>
    public int Count => _blocks.Count;

    /// <summary>Index of its first instruction and of the one behind its last.</summary>
    public (int First, int End) this[int block] => _blocks[block];

    /// <summary>Blocks from which control comes by fall-through or a direct branch.</summary>
    public IReadOnlyList<int> Predecessors(int block) => _predecessors[block];

    /// <summary>Blocks to which control goes by fall-through or a direct branch.</summary>
    public IReadOnlyList<int> Successors(int block) => _successors[block];

    /// <summary>The entry, and blocks that control comes to in ways that are not seen: jump tables, unwinders.</summary>
    public IReadOnlyList<int> Roots => _roots;

    /// <summary>Whether control may go from a block to any of <see cref="Roots"/>.</summary>
    public bool LeavesUnknown(int block) => _leavesUnknown[block];

    /// <param name="function">The code.</param>
    /// <param name="neverReturns">Tells calls that never come back; null when nothing is known of them.</param>
    public static BasicBlocks Of(DecodedFunction function, NeverReturns? neverReturns = null)
    {
        var result = new BasicBlocks();
        var instructions = function.Instructions;
        var blockAt = new int[instructions.Length];
        var endless = new HashSet<int>();
        for (var i = 0; i < instructions.Length; i++)
        {
            if (i == 0 || function.IsBranchTarget(instructions[i].IP) || instructions[i - 1].NextIP != instructions[i].IP || EndsBlock(instructions[i - 1]) || endless.Contains(i - 1))
            {
                result._blocks.Add((i, i + 1));
                result._predecessors.Add([]);
                result._successors.Add([]);
            }
            else
            {
                result._blocks[^1] = (result._blocks[^1].First, i + 1);
            }
            blockAt[i] = result._blocks.Count - 1;

            // Only there it matters: elsewhere what follows has no other way in.
            if (neverReturns is not null && instructions[i].FlowControl is FlowControl.Call or FlowControl.IndirectCall
                && i + 1 < instructions.Length && function.IsBranchTarget(instructions[i].NextIP) && neverReturns(instructions[i]))
                endless.Add(i);
        }
        for (var block = 0; block < result.Count; block++)
        {
            var last = result._blocks[block].End - 1;
            ref readonly var instruction = ref instructions[last];
            if (last + 1 < instructions.Length && function.FallsInto(last + 1) && !endless.Contains(last)) result.Connect(block, block + 1);
            if (instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch
                && FunctionDecoder.TryTarget(instruction, out var target) && function.IndexOf(target) is var to and >= 0)
                result.Connect(block, blockAt[to]);
            result._leavesUnknown.Add(instruction.FlowControl == FlowControl.IndirectBranch);
        }
        for (var block = 0; block < result.Count; block++)
            if (block == 0 || result._predecessors[block].Count == 0) result._roots.Add(block);
        return result;
    }

    private void Connect(int from, int to)
    {
        _predecessors[to].Add(from);
        _successors[from].Add(to);
    }

    private static bool EndsBlock(in Instruction instruction) =>
        instruction.FlowControl == FlowControl.ConditionalBranch || DecodedFunction.EndsFlow(instruction);
}
