using Iced.Intel;

namespace Sonde.Sites;

/// <summary>The <see cref="StackState"/> in front of every instruction of a function, by data flow from its entry.</summary>
/// <remarks>Code that only an unwinder or a jump table reaches has no state of its own and stays unknown.</remarks>
internal sealed class StackDepths
{
    private readonly StackState[] _before;
    private readonly bool[] _reached;

    private StackDepths(StackState[] before, bool[] reached)
    {
        _before = before;
        _reached = reached;
    }

    /// <summary>The state before the instruction with this index executes.</summary>
    public StackState Before(int index) => _before[index];

    /// <summary>Whether control comes to it from the entry by fall-through and direct branches.</summary>
    public bool IsReached(int index) => _reached[index];

    internal static StackDepths Compute(DecodedFunction function)
    {
        var instructions = function.Instructions;
        var before = new StackState[instructions.Length];
        var reached = new bool[instructions.Length];
        var pending = new Stack<int>();
        var doubtful = new Queue<int>();
        if (instructions.Length > 0)
        {
            before[0] = StackState.AtEntry;
            reached[0] = true;
            pending.Push(0);
        }
        // Each state only loses knowledge, twice at most, so each instruction is visited three times at most.
        while (pending.TryPop(out var index) || NextDoubtful(out index))
        {
            for (; ; index++)
            {
                ref readonly var instruction = ref instructions[index];
                var after = before[index].After(instruction);
                if (instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch
                    && FunctionDecoder.TryTarget(instruction, out var target)
                    && function.IndexOf(target) is var to and >= 0
                    && Flow(to, after))
                    pending.Push(to);
                if (DecodedFunction.EndsFlow(instruction)) break;
                if (index + 1 >= instructions.Length || instructions[index + 1].IP != instruction.NextIP) break;
                if (MayNotReturn(function, index, out var join) && function.IsBranchTarget(instructions[join].IP))
                {
                    doubtful.Enqueue(index);
                    break;
                }
                if (!Flow(index + 1, after)) break;
            }
        }
        return new StackDepths(before, reached);

        // Behind a call of a function that never returns stands whatever the compiler put there, at another depth. Where that
        // is reached by other ways, they decide; only what would otherwise stay unknown is taken from the call.
        bool NextDoubtful(out int next)
        {
            while (doubtful.TryDequeue(out var call))
            {
                if (reached[call + 1]) continue;
                before[call + 1] = before[call].After(function.Instructions[call]);
                reached[call + 1] = true;
                MayNotReturn(function, call, out var join);
                next = call + 1;
                if (join == next || !reached[join]) return true;
            }
            next = 0;
            return false;
        }

        bool Flow(int to, StackState state)
        {
            if (to == 0) return false;
            if (!reached[to])
            {
                reached[to] = true;
                before[to] = state;
                return true;
            }
            var met = before[to].Meet(state);
            if (met == before[to]) return false;
            before[to] = met;
            return true;
        }
    }

    // A call with nothing but padding between it and the next branch target, which is returned.
    private static bool MayNotReturn(DecodedFunction function, int index, out int join)
    {
        join = index + 1;
        if (function.Instructions[index].FlowControl is not (FlowControl.Call or FlowControl.IndirectCall)) return false;
        while (join + 1 < function.Instructions.Length && function.Instructions[join].Mnemonic == Mnemonic.Nop
            && !function.IsBranchTarget(function.Instructions[join].IP))
            join++;
        return true;
    }
}
