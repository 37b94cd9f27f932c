using System.Collections.Immutable;
using Iced.Intel;

namespace Sonde.Sites;

/// <summary>How a function is left.</summary>
internal enum ReturnKind
{
    /// <summary>By its own <c>ret</c>: results are in place.</summary>
    Return,

    /// <summary>By a jump to another function, which will return in its stead: results are not known yet.</summary>
    TailJump,
}

/// <summary>One instruction at which a call of the function ends.</summary>
/// <param name="Address">Where the probe goes.</param>
/// <param name="Kind">How control leaves.</param>
/// <param name="Cost">What a hit costs; nearly always <see cref="UprobeHandling.Stepped"/>.</param>
/// <param name="CfaOffset"><c>CFA - rsp</c> there, where known: 8 at every <c>ret</c>.</param>
/// <param name="Target">Of a direct tail jump: where it goes.</param>
/// <param name="Ignore">Of a conditional tail jump: hits that stay in the function.</param>
internal readonly record struct ReturnSite(
    ulong Address, ReturnKind Kind, UprobeHandling Cost, int? CfaOffset, ulong? Target, FlagsTest? Ignore);

/// <summary>Every way out of a function, except panics and calls that never come back.</summary>
/// <param name="Sites">In the order of the addresses; empty for functions that never return.</param>
/// <param name="Missed">
/// A way out exists that cannot carry a probe or could not be read: results of some calls will not be seen.
/// </param>
internal sealed record ReturnSites(ImmutableArray<ReturnSite> Sites, bool Missed)
{
    /// <summary>Whether no code of the function returns.</summary>
    public bool NeverReturns => Sites.IsEmpty && !Missed;
}

/// <summary>
/// Finds the places where a call of a function ends. Return probes of the kernel must not be used where stacks move, where
/// an exception may pass through the frame (the unwinder takes the changed return address for the end of the stack and the
/// process dies), or where a coroutine may go on in another thread: TRAPS T2, T3, T28. A probe at each <c>ret</c> changes nothing.
/// </summary>
internal static class WaysOut
{
    // Of code that is jumped to: more is rather a shared helper than a part of the function.
    private const int MaxParts = 8;
    private const int MaxSites = 64;

    /// <summary>Every way out of the function. Found by decoding, never by looking for the byte c3.</summary>
    /// <param name="function">The code of the function's entry.</param>
    /// <param name="kernel">What the kernel can do.</param>
    /// <param name="codeAt">
    /// The code that a jump out of the function leads to: its cold part, or another function that returns in its stead. Null
    /// when jumps are not to be followed; they are ways out then.
    /// </param>
    public static ReturnSites Find(DecodedFunction function, KernelTraits kernel, Func<ulong, DecodedFunction?>? codeAt = null)
    {
        var sites = ImmutableArray.CreateBuilder<ReturnSite>();
        List<DecodedFunction> parts = [function];
        var missed = false;
        for (var part = 0; part < parts.Count; part++)
            missed |= !AddExits(parts[part], part > 0, kernel, sites, IsFollowed);
        return new ReturnSites(sites.ToImmutable(), missed);

        bool IsFollowed(ulong target)
        {
            if (parts.Exists(p => p.Code.Contains(target))) return true;
            if (codeAt is null || parts.Count > MaxParts || sites.Count > MaxSites || codeAt(target) is not { } code) return false;
            parts.Add(code);
            return true;
        }
    }

    /// <summary>Whether nothing that the function does can end it but its own <c>ret</c>: it calls nothing and jumps nowhere.</summary>
    public static bool CallsNothing(DecodedFunction function)
    {
        if (!function.Undecoded.IsEmpty) return false;
        for (var i = 0; i < function.Instructions.Length; i++)
        {
            if (function.Instructions[i].FlowControl is FlowControl.Call or FlowControl.IndirectCall
                || LeavesByJump(function, i, out _, out _, out _)) return false;
        }
        return true;
    }

    private static bool AddExits(DecodedFunction function, bool isPart, KernelTraits kernel, ImmutableArray<ReturnSite>.Builder sites, Func<ulong, bool> isFollowed)
    {
        var all = function.Undecoded.IsEmpty;
        var instructions = function.Instructions;
        for (var i = 0; i < instructions.Length; i++)
        {
            ref readonly var instruction = ref instructions[i];
            if (instruction.Mnemonic == Mnemonic.Ret)
            {
                var site = EpilogueSite(function, i, kernel);
                if (function.Handling(i, kernel, out _) == UprobeHandling.Refused && site.Address == instruction.IP) all = false;
                else sites.Add(site);
                continue;
            }
            if (!LeavesByJump(function, i, out var target, out var ignore, out var known) || (target is { } to && isFollowed(to))) continue;
            var handling = function.Handling(i, kernel, out _);
            if (handling == UprobeHandling.Refused || !known)
            {
                all = false;
                continue;
            }

            // The depth at the start of a part is not known, but a jump that ends the call has given the frame back.
            sites.Add(new ReturnSite(instruction.IP, ReturnKind.TailJump, handling, isPart ? 8 : function.Depths.Before(i).CfaOffset, target, ignore));
        }
        return all;
    }

    // The ret itself runs exactly once per return, with every result in place. A nop the compiler left in the epilogue does
    // too, if nothing but the frame is undone behind it and nothing jumps past it, and costs a tenth.
    private static ReturnSite EpilogueSite(DecodedFunction function, int ret, KernelTraits kernel)
    {
        var instructions = function.Instructions;
        var offset = 8L;
        for (var i = ret; i > 0 && function.FallsInto(i) && !function.IsBranchTarget(instructions[i].IP); i--)
        {
            ref readonly var before = ref instructions[i - 1];
            if (before.Mnemonic == Mnemonic.Nop)
            {
                if (before.Length != 5 && function.Handling(i - 1, kernel, out _) == UprobeHandling.Emulated)
                    return new ReturnSite(before.IP, ReturnKind.Return, UprobeHandling.Emulated, (int)offset, null, null);
                continue;
            }
            if (!UndoesFrame(before, out var up)) break;
            offset += up;
        }
        return new ReturnSite(instructions[ret].IP, ReturnKind.Return, UprobeHandling.Stepped, 8, null, null);
    }

    // add rsp, N / sub rsp, -128; pop rbp; mov rbp, [rsp+N]: the three forms of obj6.go's epilogue.
    private static bool UndoesFrame(in Instruction instruction, out long up)
    {
        up = 0;
        if (instruction.OpCount == 0 || instruction.Op0Kind != OpKind.Register) return false;
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Add when instruction.Op0Register == Register.RSP && instruction.Op1Kind != OpKind.Register:
                up = (long)instruction.GetImmediate(1);
                return up is > 0 and < 1 << 28;
            case Mnemonic.Sub when instruction.Op0Register == Register.RSP && instruction.Op1Kind != OpKind.Register:
                up = -(long)instruction.GetImmediate(1);
                return up is > 0 and < 1 << 28;
            case Mnemonic.Pop when instruction.Op0Register == Register.RBP:
                up = 8;
                return true;
            case Mnemonic.Mov when instruction.Op0Register == Register.RBP:
                return instruction.Op1Kind == OpKind.Memory && instruction.MemoryBase == Register.RSP && instruction.MemoryIndex == Register.None;
            default:
                return false;
        }
    }

    private static bool LeavesByJump(DecodedFunction function, int index, out ulong? target, out FlagsTest? ignore, out bool known)
    {
        ref readonly var instruction = ref function.Instructions[index];
        target = null;
        ignore = null;
        known = true;
        switch (instruction.FlowControl)
        {
            case FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch when FunctionDecoder.TryTarget(instruction, out var to):
                if (function.Code.Contains(to)) return false;
                target = to;
                if (instruction.FlowControl == FlowControl.UnconditionalBranch) return true;
                known = FlagsTest.TryCreate(instruction.ConditionCode, ignoreWhenTaken: false, out var test);
                ignore = test;
                return true;
            case FlowControl.IndirectBranch:
                return !JumpTables.IsTableJump(function, index, function.Depths.Before(index).CfaOffset);
            default:
                return false;
        }
    }
}
