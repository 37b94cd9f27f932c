using Sonde.Kernel.Assembly;
using Sonde.Plans;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// The end of a probe's program whose frame is to be followed: claims a slot for this thread, says where to begin and hands
/// over to <see cref="FollowLowering"/>. R6 the context, R7 the frame, R8 tgid and tid.
/// </summary>
internal sealed class FollowStart(CodeWriter code, ProgramRequest request)
{
    private short _state;

    private FollowMaps Maps => request.Maps.FollowOf(request.Plan.FrameSize);

    /// <summary>Where on the stack the address of the claimed slot is.</summary>
    public short State => _state;

    /// <summary>Claims a slot; jumps when all that may be tried are taken, by threads that were preempted here.</summary>
    public void Claim(Label none)
    {
        var claimed = new Label("claimed");
        _state = code.Reserve(8);
        short owner = code.Reserve(8), cpu = code.Reserve(8), index = code.Reserve(8);

        // The kernel's own ids, which R8 does not have in a pid namespace.
        code.Add(Call(Helper.BPF_FUNC_get_current_pid_tgid));
        code.Add(Store(Width.DW, Register.R10, owner, Register.R0));
        code.Add(Call(Helper.BPF_FUNC_get_smp_processor_id));
        code.Add(Store(Width.DW, Register.R10, cpu, Register.R0));
        for (int i = 0; i < FollowState.Attempts; i++)
        {
            code.Add(Load(Width.DW, Register.R3, Register.R10, cpu));
            FollowLowering.LookUpSlot(code, Maps, Register.R3, i, index, none);
            code.Add(Mov(Register.R4, Register.R0));
            code.Add(Load(Width.DW, Register.R3, Register.R10, owner));
            code.Add(MovImm(Register.R0, 0));
            code.Add(CmpXchg(Width.DW, Register.R4, FollowState.Claim, Register.R3));
            code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, claimed));
        }

        code.Add(Jump(none));
        code.Add(Mark(claimed));
        code.Add(Store(Width.DW, Register.R10, _state, Register.R4));
    }

    /// <summary>Gives back the stack that <see cref="Claim"/> took.</summary>
    public void Forget() => code.Release(32);

    /// <summary>Goes over to the loop and does not come back.</summary>
    public void Start(FollowRole role, FollowLayout layout, short? key)
    {
        Register state = Register.R9;
        bool atReturn = role == FollowRole.CallReturn;
        code.Add(Load(Width.DW, state, Register.R10, _state));

        // One piece before the first, with nothing in it.
        Set(FollowState.Scan, (int)(atReturn ? layout.EntryEnd : layout.First) - FollowChunk.Size);
        Set(FollowState.ChunkLength, 0);
        Set(FollowState.SegmentEnd, (int)(atReturn ? layout.Start : layout.EntryEnd));
        if (atReturn)
        {
            // Behind what the entry has read.
            var sane = new Label("used");
            code.Add(Load(Width.W, Register.R1, Register.R7, (short)FrameHeader.Used));
            code.Add(JumpIfImm(Register.R1, Condition.GreaterOrEqual, (int)layout.Start, sane));
            code.Add(MovImm(Register.R1, (int)layout.Start));
            code.Add(Mark(sane));
            code.Add(Verbs.Store(Width.W, state, FollowState.Cursor, Register.R1));
            code.Add(Verbs.Store(Width.W, state, FollowState.NextSegment, Register.R1));
        }
        else
        {
            // The pieces of the return are read without the entry's: roots of both stand before them.
            Set(FollowState.Cursor, (int)layout.Start);
            Set(FollowState.NextSegment, (int)layout.Start);
        }

        code.Add(StoreImm(Width.DW, state, FollowState.Reference, 0));
        code.Add(StoreImm(Width.DW, state, FollowState.ReferenceFirst, 0));
        Set(FollowState.Element, 0);
        Set(FollowState.Flags, atReturn ? (int)FollowChunk.AtReturn : 0);
        Set(FollowState.Probe, request.Probe);
        Set(FollowState.Cut, 0);
        Set(FollowState.Rounds, 0);
        code.Add(Load(Width.W, Register.R1, state, FollowState.Generation));
        code.Add(AddImm(Register.R1, 1));
        code.Add(Verbs.Store(Width.W, state, FollowState.Generation, Register.R1));
        if (request.TypesByProcess)
        {
            code.Add(Mov(Register.R1, Register.R8));
            code.Add(RshImm(Register.R1, 32));
            code.Add(Verbs.Store(Width.DW, state, FollowState.Process, Register.R1));
        }
        else
        {
            code.Add(StoreImm(Width.DW, state, FollowState.Process, 0));
        }

        for (short i = 0; key is { } from && i < CallKey.Size; i += 8)
        {
            code.Add(Load(Width.DW, Register.R1, Register.R10, (short)(from + i)));
            code.Add(Verbs.Store(Width.DW, state, (short)(FollowState.Key + i), Register.R1));
        }

        code.Add(Mov(Register.R1, Register.R6));
        code.Add(LoadMapFd(Register.R2, Maps.Programs));
        code.Add(MovImm(Register.R3, (int)role));
        code.Add(Call(Helper.BPF_FUNC_tail_call), "the follow loop");

        // Only when there is no loop, which does not happen: the frame goes without.
        code.Add(MovImm(Register.R1, 0));
        code.Add(Xchg(Width.DW, state, FollowState.Claim, Register.R1));
        code.Add(LoadMapValue(Register.R9, request.Maps.Counters, request.Probe * CounterRow.Size), "this probe's counters");
    }

    private void Set(short field, int value) => code.Add(StoreImm(Width.W, Register.R9, field, value));
}
