using Iced.Intel;

namespace Sonde.Sites;

/// <summary>One instruction that runs at the start of every call, with what is true in front of it.</summary>
/// <param name="Index">Its index in the function.</param>
/// <param name="Stack">Where stack and frame pointer are.</param>
/// <param name="Intact">Registers that still hold what they held at entry.</param>
/// <param name="MemoryUntouched">Nothing but pushes wrote to memory since entry, so nothing lies below the stack pointer.</param>
/// <param name="ArgumentsUntouched">No store went to the caller's part of the stack, where arguments lie that have no register.</param>
/// <param name="BehindCheck">Behind the stack check, or there is none.</param>
internal readonly record struct EntryStep(int Index, StackState Stack, RegisterSet Intact, bool MemoryUntouched, bool ArgumentsUntouched, bool BehindCheck);

/// <summary>
/// The straight line from the entry that each call runs through: up to the first instruction that decides, returns, jumps or
/// calls, or that a branch leads to. A stack check is passed on the side that does not grow the stack.
/// </summary>
internal static class EntryTrace
{
    // A block longer than this is straight-line arithmetic; a site that far from the entry helps nobody.
    private const int MaxSteps = 256;

    public static List<EntryStep> Walk(DecodedFunction function, StackCheck? check)
    {
        var instructions = function.Instructions;
        var steps = new List<EntryStep>(16);
        var information = new InstructionInfoFactory();
        var stack = StackState.AtEntry;
        var intact = RegisterSet.All;
        var untouched = true;
        var arguments = true;
        var addressTaken = false;
        var behind = check is null;
        var index = 0;
        while (index < instructions.Length && steps.Count < MaxSteps)
        {
            ref readonly var instruction = ref instructions[index];
            if (check is { } found && index == found.Body) behind = true;
            // In front of the check only its own way back may lead here; those steps are not offered as exact sites anyway.
            if (index > 0 && behind && function.IsBranchTarget(instruction.IP)) break;
            steps.Add(new EntryStep(index, stack, intact, untouched, arguments, behind));

            if (!behind && instruction.FlowControl == FlowControl.ConditionalBranch)
            {
                index = check!.Value.LastBranch == index ? check.Value.Body : StayIndex(function, index, check.Value);
                continue;
            }
            if (instruction.FlowControl != FlowControl.Next) break;
            foreach (var used in information.GetInfo(instruction).GetUsedRegisters())
                if (used.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite)
                    intact &= ~RegisterNumbers.FromIced(used.Register);
            if (!instruction.IsStackInstruction && WritesMemory(information.GetInfo(instruction)))
            {
                untouched = false;
                var direct = instruction.MemoryBase is Register.RSP or Register.RBP;
                arguments &= direct ? !MayPointAboveFrame(instruction, stack) : !addressTaken;
            }
            // Whoever takes an address in the caller's part may write there through it.
            addressTaken |= instruction.Mnemonic == Mnemonic.Lea && MayPointAboveFrame(instruction, stack);
            stack = stack.After(instruction);
            index++;
            if (index < instructions.Length && instructions[index].IP != instruction.NextIP) break;
        }
        return steps;
    }

    // A branch of the check that is not its last one: the side that leads on to the last.
    private static int StayIndex(DecodedFunction function, int index, StackCheck check)
    {
        FunctionDecoder.TryTarget(function.Instructions[index], out var target);
        var taken = function.IndexOf(target);
        return taken > index && taken <= check.LastBranch ? taken : index + 1;
    }

    // Only rsp and rbp lead to the arguments before their address was taken.
    private static bool MayPointAboveFrame(in Instruction instruction, StackState stack)
    {
        if (instruction.MemoryBase is not (Register.RSP or Register.RBP)) return false;
        var below = instruction.MemoryBase == Register.RSP ? stack.CfaOffset : stack.FrameOffset;
        if (below is not { } offset) return instruction.MemoryBase == Register.RSP;
        // The return address at CFA-8 is not an argument, but nobody may write there either.
        return instruction.MemoryIndex != Register.None
            || (long)instruction.MemoryDisplacement64 + StoreSize(instruction) > offset;
    }

    private static int StoreSize(in Instruction instruction) =>
        instruction.Mnemonic == Mnemonic.Lea ? 1 : Math.Max(1, instruction.MemorySize.GetSize());

    private static bool WritesMemory(in InstructionInfo info)
    {
        foreach (var used in info.GetUsedMemory())
            if (used.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite) return true;
        return false;
    }
}
