using Iced.Intel;

namespace Sonde.Sites;

/// <summary>
/// The jumps of a function whose targets stand in a table in another section. The targets are not known here, but the depth
/// of the stack at the jump is, and code that a jump leads to has the same depth.
/// </summary>
internal readonly struct JumpTables
{
    private const int LookBack = 8;

    private readonly List<int?>? _depths;

    private JumpTables(List<int?>? depths) => _depths = depths;

    /// <summary>Collects the table jumps. Free when the function has no indirect jump.</summary>
    public static JumpTables DepthsOf(DecodedFunction function)
    {
        List<int?>? depths = null;
        var instructions = function.Instructions;
        for (var i = 0; i < instructions.Length; i++)
        {
            if (instructions[i].FlowControl != FlowControl.IndirectBranch) continue;
            var depth = function.Depths.Before(i).CfaOffset;
            if (IsTableJump(function, i, depth)) (depths ??= []).Add(depth);
        }
        return new JumpTables(depths);
    }

    /// <summary>Whether a table may lead to an instruction in front of which the stack is like this.</summary>
    public bool MayLeadTo(StackState stack, in Instruction instruction)
    {
        if (_depths is null) return false;
        foreach (var depth in _depths)
        {
            if (depth is null)
            {
                // Nothing can jump to a push of the prologue: the frame would grow with each round.
                if (instruction.Mnemonic != Mnemonic.Push) return true;
            }
            else if (stack.CfaOffset is null || stack.CfaOffset == depth)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether an indirect jump stays in the function, as far as can be seen; the others are tail calls.</summary>
    internal static bool IsTableJump(DecodedFunction function, int index, int? depth)
    {
        ref readonly var jump = ref function.Instructions[index];
        if (depth is not 8) return true; // a tail call first gives its frame back
        if (jump.Op0Kind == OpKind.Memory) return jump.MemoryIndex != Register.None;
        if (jump.Op0Kind != OpKind.Register) return false;
        for (var i = index - 1; i >= 0 && i >= index - LookBack; i--)
        {
            ref readonly var before = ref function.Instructions[i];
            if (before.FlowControl != FlowControl.Next) return false;
            if (before.OpCount < 2 || before.Op0Kind != OpKind.Register || before.Op0Register.GetFullRegister() != jump.Op0Register) continue;
            if (before.Mnemonic == Mnemonic.Add) return true; // table of offsets: base + entry
            if (before.Op1Kind == OpKind.Memory) return before.MemoryIndex != Register.None;
        }
        return false;
    }
}
