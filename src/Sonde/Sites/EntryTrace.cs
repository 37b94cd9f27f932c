using Iced.Intel;

namespace Sonde.Sites;

/// <summary>One instruction that runs at the start of every call, with what is true in front of it.</summary>
/// <param name="Index">Its index in the function.</param>
/// <param name="Stack">Where stack and frame pointer are.</param>
/// <param name="Intact">Registers that still hold what they held at entry.</param>
/// <param name="MemoryUntouched">Nothing but pushes wrote to memory since entry, so nothing lies below the stack pointer.</param>
/// <param name="IntactStackBytes">How many bytes from the CFA up, where arguments lie that have no register, no store went to.</param>
/// <param name="BehindCheck">Behind the stack check, or there is none.</param>
internal readonly record struct EntryStep(int Index, StackState Stack, RegisterSet Intact, bool MemoryUntouched, int IntactStackBytes, bool BehindCheck);

/// <summary>
/// The straight line from the entry that each call runs through: up to the first instruction that decides, returns, jumps or
/// calls, or that a branch leads to. A stack check is passed on the side that does not grow the stack.
/// </summary>
internal struct EntryTrace(DecodedFunction function, StackCheck? check)
{
    // A block longer than this is straight-line arithmetic; a site that far from the entry helps nobody.
    private const int MaxSteps = 256;

    // The factory only keeps buffers.
    [ThreadStatic]
    private static InstructionInfoFactory? s_information;

    private StackState _stack = StackState.AtEntry;
    private RegisterSet _intact = RegisterSet.All;
    private bool _untouched = true;
    private int _intactStackBytes = int.MaxValue;
    private int _addressTaken = int.MaxValue;
    private bool _behind = check is null;
    private int _index;
    private int _steps;

    /// <summary>The whole line.</summary>
    public static List<EntryStep> Walk(DecodedFunction function, StackCheck? check)
    {
        var trace = new EntryTrace(function, check);
        var steps = new List<EntryStep>(16);
        while (trace.TryNext(out var step)) steps.Add(step);
        return steps;
    }

    /// <summary>The next instruction of the line. Work is done only for those asked for.</summary>
    public bool TryNext(out EntryStep step)
    {
        step = default;
        var instructions = function.Instructions;
        if (_index < 0 || _index >= instructions.Length || _steps++ >= MaxSteps) return false;
        ref readonly var instruction = ref instructions[_index];
        if (check is { } found && _index == found.Body) _behind = true;
        // In front of the check only its own way back may lead here; those steps are not offered as exact sites anyway.
        if (_index > 0 && _behind && function.IsBranchTarget(instruction.IP)) return false;
        step = new EntryStep(_index, _stack, _intact, _untouched, _intactStackBytes, _behind);

        if (!_behind && instruction.FlowControl == FlowControl.ConditionalBranch)
        {
            _index = check!.Value.LastBranch == _index ? check.Value.Body : StayIndex(function, _index, check.Value);
        }
        else if (instruction.FlowControl == FlowControl.Next)
        {
            Pass(instruction);
            _index = _index + 1 < instructions.Length && instructions[_index + 1].IP == instruction.NextIP ? _index + 1 : -1;
        }
        else
        {
            _index = -1;
        }
        return true;
    }

    private void Pass(in Instruction instruction)
    {
        var information = (s_information ??= new InstructionInfoFactory()).GetInfo(instruction);
        foreach (var used in information.GetUsedRegisters())
            if (used.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite)
                _intact &= ~RegisterNumbers.FromIced(used.Register);
        if (!instruction.IsStackInstruction && WritesMemory(information))
        {
            _untouched = false;
            var direct = instruction.MemoryBase is Register.RSP or Register.RBP;
            _intactStackBytes = Math.Min(_intactStackBytes, direct ? PlaceAboveFrame(instruction, _stack) : _addressTaken);
        }
        // Whoever takes an address in the caller's part may write from there on through it.
        if (instruction.Mnemonic == Mnemonic.Lea) _addressTaken = Math.Min(_addressTaken, PlaceAboveFrame(instruction, _stack));
        if (instruction.Mnemonic == Mnemonic.Mov && instruction.Op1Kind == OpKind.Register && instruction.Op1Register == Register.RSP
            && instruction.Op0Kind == OpKind.Register && instruction.Op0Register != Register.RBP)
            _addressTaken = 0;
        _stack = _stack.After(instruction);
    }

    // A branch of the check that is not its last one: the side that leads on to the last.
    private static int StayIndex(DecodedFunction function, int index, StackCheck check)
    {
        FunctionDecoder.TryTarget(function.Instructions[index], out var target);
        var taken = function.IndexOf(target);
        return taken > index && taken <= check.LastBranch ? taken : index + 1;
    }

    // Where in the caller's part, as a distance from the CFA, the operand begins; int.MaxValue where it is not in it. Only rsp
    // and rbp lead there before an address was taken.
    private static int PlaceAboveFrame(in Instruction instruction, StackState stack)
    {
        if (instruction.MemoryBase is not (Register.RSP or Register.RBP)) return int.MaxValue;
        var below = instruction.MemoryBase == Register.RSP ? stack.CfaOffset : stack.FrameOffset;
        if (below is not { } offset) return instruction.MemoryBase == Register.RSP ? 0 : int.MaxValue;
        var place = (long)instruction.MemoryDisplacement64 - offset;
        if (instruction.MemoryIndex != Register.None) return 0;
        return place + StoreSize(instruction) <= 0 ? int.MaxValue : (int)Math.Clamp(place, 0, int.MaxValue - 1);
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
