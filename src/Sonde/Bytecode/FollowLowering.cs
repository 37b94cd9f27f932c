using Sonde.Kernel.Assembly;
using Sonde.Plans;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// The follow loop: looks at the pieces of a frame one after the other and reads what their values refer to into new pieces
/// behind them, so that the frame is its own queue and nearer things come first. One program for all probes of a session;
/// probes tail-call it. Each turn of the loop deals with one reference; after some turns it tail-calls itself, so
/// that the verifier sees few turns and kernels need no more than bounded loops.
/// Registers: R6 turns, R7 the frame, R8 the reference, R9 the slot's state.
/// </summary>
internal sealed partial class FollowLowering
{
    /// <summary>How often it calls itself; the kernel allows 33 tail calls in a row (MAX_TAIL_CALL_CNT), of which a probe needs two.</summary>
    public const int Rounds = 30;

    private const int NoWakeup = 1;
    private const short Context = -8, Pointer = -16, Length = -24, Target = -28, Depth = -32, Index = -36, Form = -40, TypeWord = -56, ProcessWord = -48, Data = -64;

    private readonly CodeWriter _code = new();
    private readonly FollowRole _role;
    private readonly SessionMaps _maps;
    private readonly FollowMaps _follow;
    private readonly Label _exit = new("exit"), _next = new("next"), _finish = new("finish");

    private FollowLowering(SessionMaps maps, FollowMaps follow, FollowRole role)
    {
        _maps = maps;
        _follow = follow;
        _role = role;
    }

    private int FrameSize => (int)_follow.FrameSize;

    // The verifier walks each of them: about 3 ms of attaching for one. Small frames do not have room for many references.
    private int Turns => FrameSize <= 8192 ? 12 : 64;

    /// <summary>Writes the program of a role.</summary>
    public static Code Emit(SessionMaps maps, FollowMaps follow, FollowRole role)
    {
        var lowering = new FollowLowering(maps, follow, role);
        lowering.EmitProgram();
        return Assembler.Assemble(DeadCode.Remove(lowering._code.Instructions));
    }

    private void EmitProgram()
    {
        _code.Reserve(64);
        _code.Add(Store(Width.DW, Register.R10, Context, Register.R1));
        EmitFindSlot();
        EmitFindFrame();
        var loop = new Label("turn");
        _code.Add(MovImm(Register.R6, 0));
        _code.Add(Mark(loop));
        EmitTurn();
        _code.Add(Mark(_next));
        _code.Add(AddImm(Register.R6, 1));
        _code.Add(JumpIfImm(Register.R6, Condition.Less, Turns, loop));
        EmitNextRound();
        _code.Add(Mark(_finish));
        EmitFinish();
        _code.Add(Mark(_exit));
        _code.Add(MovImm(Register.R0, 0));
        _code.Add(Exit());
    }

    // The probe claimed it for this thread, on this CPU: programs do not migrate.
    private void EmitFindSlot()
    {
        var found = new Label("slot");
        _code.Add(Call(Helper.BPF_FUNC_get_current_pid_tgid));
        _code.Add(Mov(Register.R8, Register.R0));
        _code.Add(Call(Helper.BPF_FUNC_get_smp_processor_id));
        _code.Add(Mov(Register.R6, Register.R0));
        for (int i = 0; i < FollowState.Attempts; i++)
        {
            LookUpSlot(_code, _follow, Register.R6, i, Index, _exit);
            _code.Add(Mov(Register.R9, Register.R0));
            _code.Add(Load(Width.DW, Register.R1, Register.R9, FollowState.Claim));
            _code.Add(JumpIf(Register.R1, Condition.Equal, Register.R8, found));
        }

        _code.Add(Jump(_exit));
        _code.Add(Mark(found));
    }

    /// <summary>The slot that is tried as number <paramref name="attempt"/> on a CPU into R0.</summary>
    public static void LookUpSlot(CodeWriter code, FollowMaps follow, Register cpu, int attempt, short index, Label none)
    {
        code.Add(Mov(Register.R1, cpu));
        if (attempt > 0)
            code.Add(AddImm(Register.R1, attempt));
        code.Add(AndImm(Register.R1, follow.SlotCount - 1));
        code.Add(Store(Width.W, Register.R10, index, Register.R1));
        LookUp(code, follow.Slots, index);
        code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, none));
    }

    private static void LookUp(CodeWriter code, MapBlueprint map, short key)
    {
        code.Add(LoadMapFd(Register.R1, map));
        code.Add(Mov(Register.R2, Register.R10));
        code.Add(AddImm(Register.R2, key));
        code.Add(Call(Helper.BPF_FUNC_map_lookup_elem));
    }

    private void EmitFindFrame()
    {
        if (_role == FollowRole.Single)
        {
            _code.Add(Mov(Register.R7, Register.R9));
            _code.Add(AddImm(Register.R7, FollowState.Frame));
            return;
        }

        var found = new Label("frame");
        CallKeyTo(Register.R2);
        _code.Add(LoadMapFd(Register.R1, _maps.FollowedCallsOf(_follow.FrameSize).Calls));
        _code.Add(Call(Helper.BPF_FUNC_map_lookup_elem));
        _code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, found));
        EmitRelease();
        _code.Add(Jump(_exit));
        _code.Add(Mark(found));
        _code.Add(Mov(Register.R7, Register.R0));
    }

    private void EmitNextRound()
    {
        LoadState(Register.R1, FollowState.Rounds);
        _code.Add(AddImm(Register.R1, 1));
        StoreState(FollowState.Rounds, Register.R1);
        var again = new Label("again");
        _code.Add(JumpIfImm(Register.R1, Condition.LessOrEqual, Rounds, again));
        _code.Add(StoreImm(Width.W, Register.R9, FollowState.Cut, 1));
        _code.Add(Jump(_finish));
        _code.Add(Mark(again));
        _code.Add(Load(Width.DW, Register.R1, Register.R10, Context));
        _code.Add(LoadMapFd(Register.R2, _follow.Programs));
        _code.Add(MovImm(Register.R3, (int)_role));
        _code.Add(Call(Helper.BPF_FUNC_tail_call));
    }

    private void EmitFinish()
    {
        LoadState(Register.R1, FollowState.Cursor);
        _code.Add(Store(Width.W, Register.R7, (short)FrameHeader.Used, Register.R1));
        LoadState(Register.R1, FollowState.Cut);
        var uncut = new Label("uncut");
        _code.Add(JumpIfImm(Register.R1, Condition.Equal, 0, uncut));
        _code.Add(Store(Width.W, Register.R7, (short)FrameHeader.Cut, Register.R1));
        _code.Add(Mark(uncut));
        if (_role == FollowRole.CallEntry)
        {
            // Taken last: the reads are not part of the call.
            _code.Add(Call(Helper.BPF_FUNC_ktime_get_ns));
            _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.Time, Register.R0));
        }
        else
        {
            EmitOutput();
        }

        if (_role == FollowRole.CallReturn)
        {
            _code.Add(LoadMapFd(Register.R1, _maps.FollowedCallsOf(_follow.FrameSize).Calls));
            CallKeyTo(Register.R2);
            _code.Add(Call(Helper.BPF_FUNC_map_delete_elem));
        }

        EmitRelease();
    }

    private void EmitOutput()
    {
        var (known, sent) = (new Label("counters"), new Label("sent"));
        LoadState(Register.R1, FollowState.Probe);
        int last = (_maps.Probes - 1) * CounterRow.Size;
        _code.Add(MulImm(Register.R1, CounterRow.Size));
        _code.Add(JumpIfImm(Register.R1, Condition.LessOrEqual, last, known));
        _code.Add(MovImm(Register.R1, last));
        _code.Add(Mark(known));
        _code.Add(LoadMapValue(Register.R8, _maps.Counters));
        _code.Add(Add(Register.R8, Register.R1));
        _code.Add(MovImm(Register.R1, 1));
        _code.Add(FetchAdd(Width.DW, Register.R8, CounterRow.Emitted, Register.R1));
        _code.Add(AddImm(Register.R1, 1));
        _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.Sequence, Register.R1));
        LoadState(Register.R3, FollowState.Cursor);
        var bounded = new Label("bounded");
        _code.Add(JumpIfImm(Register.R3, Condition.LessOrEqual, FrameSize, bounded));
        _code.Add(MovImm(Register.R3, FrameSize));
        _code.Add(Mark(bounded));
        _code.Add(LoadMapFd(Register.R1, _maps.Events));
        _code.Add(Mov(Register.R2, Register.R7));
        _code.Add(MovImm(Register.R4, NoWakeup));
        _code.Add(Call(Helper.BPF_FUNC_ringbuf_output));
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, sent));
        _code.Add(MovImm(Register.R1, 1));
        _code.Add(AtomicAdd(Width.DW, Register.R8, CounterRow.RingFull, Register.R1));
        _code.Add(Mark(sent));
    }

    // An exchange, so that what was written is written when the slot is seen to be free.
    private void EmitRelease()
    {
        _code.Add(MovImm(Register.R1, 0));
        _code.Add(Xchg(Width.DW, Register.R9, FollowState.Claim, Register.R1));
    }

    private void CallKeyTo(Register register)
    {
        _code.Add(Mov(register, Register.R9));
        _code.Add(AddImm(register, FollowState.Key));
    }

    private void LoadState(Register register, short field, Width width = Width.W) => _code.Add(Load(width, register, Register.R9, field));

    private void StoreState(short field, Register register) => _code.Add(Store(Width.W, Register.R9, field, register));
}
