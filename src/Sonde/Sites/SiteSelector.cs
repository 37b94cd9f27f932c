using System.Collections.Immutable;
using Iced.Intel;

namespace Sonde.Sites;

/// <summary>
/// Chooses the instruction of a function that carries an entry probe: the cheapest one that runs exactly once per call with
/// every wanted register still holding its entry value (DESIGN.md, section 3, "The site decides cost").
/// </summary>
internal static class SiteSelector
{
    // Order of preference; a lower rank wins, then the lower address.
    private const int PushBehindCheck = 0, CheckBranch = 1, Emulated = 2, Stepped = 3, LandingMark = 4, Inexact = 8, Unusable = int.MaxValue;

    /// <summary>Chooses the site of an entry probe.</summary>
    public static SiteSelection SelectEntry(DecodedFunction function, EntryRequest request)
    {
        if (function.Code.Code.IsEmpty) return SiteSelection.Refused(SiteRefusalCode.NoCode);
        if (function.IndexOf(function.Code.Address) != 0) return SiteSelection.Refused(SiteRefusalCode.Undecodable);
        if (request.NeedsReturnProbe && !request.Convention.AllowsReturnProbes)
            return SiteSelection.Refused(SiteRefusalCode.ReturnProbeForbidden);

        var check = request.Convention.GrowsStacks ? StackCheck.Find(function) : null;
        var loops = function.BranchesToEntry > (check is null ? 0 : 1);
        var tables = JumpTables.DepthsOf(function);
        var candidates = ImmutableArray.CreateBuilder<SiteCandidate>();
        // Nothing can be better than this, so there is no need to look on.
        var ideal = check is null ? Emulated : PushBehindCheck;
        EntryStep best = default;
        int bestAt = -1, bestRank = Unusable;
        var trace = new EntryTrace(function, check);
        while (trace.TryNext(out var step))
        {
            var candidate = Examine(function, request, step, check, loops, tables);
            candidates.Add(candidate);
            var rank = Rank(function, step, candidate, check);
            if (rank >= bestRank) continue;
            (best, bestAt, bestRank) = (step, candidates.Count - 1, rank);
            if (rank <= ideal && !request.AllCandidates) break;
        }
        if (bestAt < 0) return Refuse(candidates.ToImmutable(), request);

        candidates[bestAt] = candidates[bestAt] with { Verdict = SiteVerdict.Chosen };
        return new SiteSelection(Choose(function, best, candidates[bestAt], bestRank, check), null, candidates.ToImmutable());
    }

    /// <summary>
    /// The site that can carry both the entry and the return probe of one call (C, C++, Rust): as <see cref="SelectEntry"/>,
    /// restricted to places where the return address is on top of the stack.
    /// </summary>
    public static SiteSelection SelectReturnProbe(DecodedFunction function, EntryRequest request) =>
        SelectEntry(function, request with { NeedsReturnProbe = true });

    /// <summary>Examines one given address, for example the end of the prologue that a line table names.</summary>
    public static SiteSelection SelectAt(
        DecodedFunction function, ulong address, EntryRequest request, SiteReason reason = SiteReason.Requested)
    {
        if (function.Code.Code.IsEmpty) return SiteSelection.Refused(SiteRefusalCode.NoCode);
        var index = function.IndexOf(address);
        if (index < 0) return SiteSelection.Refused(SiteRefusalCode.NotAnInstruction);
        var handling = function.Handling(index, request.Kernel, out var refusal);
        if (handling == UprobeHandling.Refused) return SiteSelection.Refused(SiteRefusalCode.RefusedByKernel, detail: refusal);

        // Only of the straight line from the entry is it known how often it runs and what the registers hold.
        var check = request.Convention.GrowsStacks ? StackCheck.Find(function) : null;
        var loops = function.BranchesToEntry > (check is null ? 0 : 1);
        var steps = EntryTrace.Walk(function, check);
        var found = steps.FindIndex(step => step.Index == index);
        var firing = found < 0 || loops ? Firing.OncePerIteration
            : steps[found].BehindCheck ? Firing.Once : Firing.AgainAfterStackGrowth;
        var intact = found < 0 ? RegisterSet.None : steps[found].Intact;
        var lost = request.Wanted & ~intact;
        if (lost != RegisterSet.None)
        {
            var candidate = new SiteCandidate(address, handling, firing, SiteVerdict.RegisterLost, default, lost);
            return SiteSelection.Refused(SiteRefusalCode.RegistersLost, [candidate]);
        }
        var choice = new SiteChoice
        {
            Address = address,
            Cost = handling,
            Firing = firing,
            Reason = reason,
            CfaOffset = function.Depths.Before(index).CfaOffset,
            Intact = intact,
            IntactStackBytes = found >= 0 ? steps[found].IntactStackBytes : 0,
        };
        return new SiteSelection(choice, null, [new SiteCandidate(address, handling, firing, SiteVerdict.Chosen, default, default)]);
    }

    private static SiteCandidate Examine(
        DecodedFunction function, EntryRequest request, EntryStep step, StackCheck? check, bool loops, JumpTables tables)
    {
        ref readonly var instruction = ref function.Instructions[step.Index];
        var handling = function.Handling(step.Index, request.Kernel, out var refusal);
        var lost = request.Wanted & ~step.Intact;
        var stackBytes = request.StackArgumentBytes ?? (request.Convention.ArgumentRegisters.IsEmpty ? int.MaxValue : 0);
        var firing = loops ? Firing.OncePerIteration
            : step.BehindCheck ? Firing.Once
            : check?.LastBranch == step.Index ? Firing.OnceWithFlagsTest
            : Firing.AgainAfterStackGrowth;
        var verdict = handling == UprobeHandling.Refused ? SiteVerdict.Refused
            : lost != RegisterSet.None ? SiteVerdict.RegisterLost
            : step.IntactStackBytes < stackBytes ? SiteVerdict.StackArgumentsLost
            : request.NeedsReturnProbe && step.Stack.CfaOffset != 8 ? SiteVerdict.StackMoved
            : step.Index > 0 && tables.MayLeadTo(step.Stack, instruction) ? SiteVerdict.JumpTableTarget
            : IsFiveByteNop(instruction) && (check is not null || request.Convention.GrowsStacks || !step.MemoryUntouched) ? SiteVerdict.WritesBelowStack
            : SiteVerdict.Usable;
        return new SiteCandidate(instruction.IP, handling, firing, verdict, refusal, lost);
    }

    private static int Rank(DecodedFunction function, EntryStep step, SiteCandidate candidate, StackCheck? check)
    {
        if (candidate.Verdict != SiteVerdict.Usable) return Unusable;
        ref readonly var instruction = ref function.Instructions[step.Index];
        switch (candidate.Firing)
        {
            case Firing.OnceWithFlagsTest:
                return FlagsTest.TryCreate(instruction.ConditionCode, check!.Value.GrowsWhenTaken, out _) ? CheckBranch : Inexact;
            case Firing.Once when candidate.Handling == UprobeHandling.Emulated:
                return check is not null && instruction.Mnemonic == Mnemonic.Push ? PushBehindCheck : Emulated;
            case Firing.Once:
                return instruction.Mnemonic == Mnemonic.Endbr64 ? LandingMark : Stepped;
            default:
                return Inexact + (candidate.Handling == UprobeHandling.Emulated ? 0 : 1);
        }
    }

    private static SiteChoice Choose(DecodedFunction function, EntryStep step, SiteCandidate candidate, int rank, StackCheck? check)
    {
        FlagsTest? ignore = null;
        var firing = candidate.Firing;
        if (firing == Firing.OnceWithFlagsTest)
        {
            if (FlagsTest.TryCreate(function.Instructions[step.Index].ConditionCode, check!.Value.GrowsWhenTaken, out var test)) ignore = test;
            else firing = Firing.AgainAfterStackGrowth;
        }
        return new SiteChoice
        {
            Address = candidate.Address,
            Cost = candidate.Handling,
            Firing = firing,
            Reason = rank switch
            {
                PushBehindCheck => SiteReason.PushBehindStackCheck,
                CheckBranch => SiteReason.StackCheckBranch,
                _ when candidate.Handling == UprobeHandling.Emulated => SiteReason.EmulatedInEntryBlock,
                _ => step.Index == 0 ? SiteReason.Entry : SiteReason.FirstUsable,
            },
            CfaOffset = step.Stack.CfaOffset,
            Intact = step.Intact,
            IntactStackBytes = step.IntactStackBytes,
            Ignore = ignore,
        };
    }

    private static SiteSelection Refuse(ImmutableArray<SiteCandidate> all, EntryRequest request)
    {
        if (all.Any(c => c.Verdict is SiteVerdict.RegisterLost or SiteVerdict.StackArgumentsLost))
            return SiteSelection.Refused(SiteRefusalCode.RegistersLost, all);
        if (request.NeedsReturnProbe && all.Any(c => c.Verdict == SiteVerdict.StackMoved))
            return SiteSelection.Refused(SiteRefusalCode.NoPlaceForReturnProbe, all);
        var first = all.FirstOrDefault(c => c.Verdict == SiteVerdict.Refused);
        return SiteSelection.Refused(SiteRefusalCode.RefusedByKernel, all, first.Refusal);
    }

    private static bool IsFiveByteNop(in Instruction instruction) => instruction.Length == 5 && instruction.Mnemonic == Mnemonic.Nop;
}
