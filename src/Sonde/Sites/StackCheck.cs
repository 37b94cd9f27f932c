using Iced.Intel;

namespace Sonde.Sites;

/// <summary>
/// The check at the start of a Go function whether the goroutine's stack is large enough (cmd/internal/obj/x86/obj6.go,
/// <c>stacksplit</c>, Go 1.15 to 1.27). When it is not, or when the scheduler asks for preemption, control goes to a block
/// that calls runtime.morestack and jumps back to the start of the function.
/// </summary>
/// <param name="LastBranch">Index of its last conditional branch: passed once per growth and once per call.</param>
/// <param name="GrowsWhenTaken">That branch goes to morestack when taken (the usual form).</param>
/// <param name="Body">Index of the first instruction behind the check; runs once per call.</param>
/// <param name="GrowBlock">Index of the first instruction of the way to morestack.</param>
/// <param name="GrowEnd">Index behind the jump back that ends it.</param>
internal readonly record struct StackCheck(int LastBranch, bool GrowsWhenTaken, int Body, int GrowBlock, int GrowEnd)
{
    // The longest form (Go 1.15, large frame) has eight instructions; the spills around morestack at most 2 x 24.
    private const int MaxCheckInstructions = 24;
    private const int MaxGrowInstructions = 96;

    /// <summary>Finds the check; null when the function has none (nosplit, frameless leaf, not Go).</summary>
    /// <remarks>
    /// Recognised by what it does, not by its bytes: a compare that involves a stack guard (the word at 16 or, on system
    /// stacks, 24 of the g structure) and a way out that calls something once and goes back to the entry.
    /// </remarks>
    public static StackCheck? Find(DecodedFunction function)
    {
        var instructions = function.Instructions;
        StackCheck? found = null;
        var guardRead = false;
        var index = 0;
        for (var steps = 0; steps < MaxCheckInstructions && (uint)index < (uint)instructions.Length; steps++)
        {
            ref readonly var instruction = ref instructions[index];
            guardRead |= ReadsGuard(instruction);
            if (StackState.AtEntry.After(instruction).CfaOffset != 8) break; // the frame is only made behind the check
            if (instruction.FlowControl == FlowControl.Next)
            {
                index++;
                continue;
            }
            if (instruction.FlowControl != FlowControl.ConditionalBranch || !FunctionDecoder.TryTarget(instruction, out var target)) break;
            var taken = function.IndexOf(target);
            if (taken >= 0 && GrowsAndRestarts(function, taken, out var end))
            {
                found = new StackCheck(index, GrowsWhenTaken: true, index + 1, taken, end);
                index++;
            }
            else if (taken >= 0 && GrowsAndRestarts(function, index + 1, out end))
            {
                found = new StackCheck(index, GrowsWhenTaken: false, taken, index + 1, end);
                index = taken;
            }
            else
            {
                break;
            }
        }
        return found is { } check && guardRead && check.Body < instructions.Length ? found : null;
    }

    /// <summary>Where morestack returns to.</summary>
    public ulong? ReturnIn(DecodedFunction function)
    {
        for (var i = GrowBlock; i < GrowEnd; i++)
        {
            if (function.Instructions[i].FlowControl == FlowControl.Call) return function.Instructions[i].NextIP;
        }
        return null;
    }

    /// <summary>
    /// The registers that are saved around the call of morestack: what comes back as it was when the function begins anew.
    /// Parameters that it does not use are not among them.
    /// </summary>
    public RegisterSet SavedIn(DecodedFunction function)
    {
        var saved = RegisterSet.None;
        for (var i = GrowBlock; i < GrowEnd; i++)
        {
            ref readonly var instruction = ref function.Instructions[i];
            if (instruction.Mnemonic == Mnemonic.Mov && instruction.Op0Kind == OpKind.Memory && instruction.MemoryBase == Register.RSP
                && instruction.Op1Kind == OpKind.Register)
                saved |= RegisterNumbers.FromIced(instruction.Op1Register);
        }
        return saved;
    }

    // Up to Go 1.16 rcx holds g, later r14; assembly functions load it into another register. Never the stack itself.
    private static bool ReadsGuard(in Instruction instruction) =>
        instruction.MemoryBase is not (Register.None or Register.RSP or Register.RIP)
        && instruction.MemoryIndex == Register.None
        && instruction.MemoryDisplacement64 is 0x10 or 0x18
        && instruction.Mnemonic is Mnemonic.Cmp or Mnemonic.Mov or Mnemonic.Sub;

    private static bool GrowsAndRestarts(DecodedFunction function, int index, out int end)
    {
        var instructions = function.Instructions;
        var calls = 0;
        end = 0;
        for (var steps = 0; steps < MaxGrowInstructions && (uint)index < (uint)instructions.Length; steps++)
        {
            ref readonly var instruction = ref instructions[index];
            switch (instruction.FlowControl)
            {
                case FlowControl.Next:
                    index++;
                    continue;
                case FlowControl.Call:
                    calls++;
                    index++;
                    continue;
                case FlowControl.UnconditionalBranch when FunctionDecoder.TryTarget(instruction, out var target):
                    var to = function.IndexOf(target);
                    end = index + 1;
                    if (to == 0) return calls == 1;
                    if (to < 0) return false;
                    index = to;
                    continue;
                default:
                    return false;
            }
        }
        return false;
    }
}
