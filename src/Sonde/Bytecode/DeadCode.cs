using Sonde.Kernel.Assembly;

namespace Sonde.Bytecode;

/// <summary>
/// Takes out what no path leads to: the verifier refuses programs with unreachable instructions, and which outcomes a read
/// or a condition can have is known only when all of it is written.
/// </summary>
internal static class DeadCode
{
    private const byte Exit = 0x95, Always = 0x05, CallCode = 0x85; // BPF_JMP with BPF_EXIT, BPF_JA, BPF_CALL

    /// <summary>The instructions that can be reached from the first, in order.</summary>
    public static List<Instruction> Remove(IReadOnlyList<Instruction> instructions)
    {
        var marks = new Dictionary<Label, int>();
        for (int i = 0; i < instructions.Count; i++)
        {
            if (instructions[i] is { IsMark: true, Target: { } label })
                marks[label] = i;
        }

        var reached = new bool[instructions.Count];
        var open = new Stack<int>([0]);
        while (open.TryPop(out int at))
        {
            while (at < instructions.Count && !reached[at])
            {
                reached[at] = true;
                Instruction instruction = instructions[at];
                if (instruction is { IsMark: false, Target: { } target } && instruction.Opcode != CallCode && marks.TryGetValue(target, out int place))
                    open.Push(place);
                if (!instruction.IsMark && instruction.Opcode is Exit or Always)
                    break;
                at++;
            }
        }

        var kept = new List<Instruction>(instructions.Count);
        for (int i = 0; i < instructions.Count; i++)
        {
            if (reached[i])
                kept.Add(instructions[i]);
        }

        return kept;
    }
}
