using Sonde.Kernel.Assembly;
using Sonde.Plans;
using Sonde.Sites;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// Turns a plan into a program. Registers: R6 the context, R7 the frame, R8 tgid and tid, R9 the probe's counters.
/// The order is: is it one of ours, count the hit, condition, rate, claim memory, read, emit.
/// </summary>
internal sealed class Lowering
{
    private const int NoWakeup = 1; // BPF_RB_NO_WAKEUP: the reader polls, so that a hit never pays for a wake-up.
    private const int BPF_NOEXIST = 1;

    private readonly ProgramRequest _request;
    private readonly CodeWriter _code = new();
    private readonly OperandLowering _operands;
    private readonly PredicateLowering _predicates;
    private readonly StepLowering _steps;
    private readonly FollowStart _follow;
    private readonly Label _exit = new("exit");

    private Lowering(ProgramRequest request)
    {
        _request = request;
        _operands = new OperandLowering(_code, request.Goroutine);
        _predicates = new PredicateLowering(_code, _operands);
        _steps = new StepLowering(_code, _operands);
        _follow = new FollowStart(_code, request);
    }

    private CapturePlan Plan => _request.Plan;

    /// <summary>Writes the program's instructions.</summary>
    /// <exception cref="PlanTooLargeException">The plan does not fit a BPF program.</exception>
    public static Code Emit(ProgramRequest request)
    {
        var lowering = new Lowering(request);
        lowering.EmitProgram();
        return Assembler.Assemble(DeadCode.Remove(lowering._code.Instructions));
    }

    private void EmitProgram()
    {
        _code.Add(Mov(Register.R6, Register.R1), "context: the saved registers");
        EmitProcessFilter();
        EmitFlagsTest();
        _code.Add(LoadMapValue(Register.R9, _request.Maps.Counters, _request.Probe * CounterRow.Size), "this probe's counters");

        // Calls that have begun may end at any time.
        if (_request.Role != ProgramRole.CallReturn)
        {
            _code.Add(Load(Width.DW, Register.R1, Register.R9, CounterRow.Open));
            _code.Add(JumpIfImm(Register.R1, Condition.Equal, 0, _exit), "not all sites are in place, or not any more");
        }

        switch (_request.Role)
        {
            case ProgramRole.Single when Plan.Follow is { } follow:
                EmitSingleFollow(follow);
                break;
            case ProgramRole.Single:
                EmitSingle();
                break;
            case ProgramRole.CallEntry:
                EmitCallEntry();
                break;
            case ProgramRole.CallReturn:
                EmitCallReturn();
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        _code.Add(Mark(_exit));
        EmitColdTailCall();
        _code.Add(MovImm(Register.R0, 0));
        _code.Add(Exit());
    }

    private void EmitSingle()
    {
        EmitDecision();

        // A frame that cannot be reserved still uses up its number: the gap is what tells the reader of the loss.
        var full = new Label("ring full");
        short sequence = _code.Reserve(8);
        NextSequence(Register.R1);
        _code.Add(Store(Width.DW, Register.R10, sequence, Register.R1));
        _code.Add(LoadMapFd(Register.R1, _request.Maps.Events));
        _code.Add(MovImm(Register.R2, (int)Plan.FrameSize));
        _code.Add(MovImm(Register.R3, 0));
        _code.Add(Call(Helper.BPF_FUNC_ringbuf_reserve));
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, full));
        _code.Add(Mov(Register.R7, Register.R0));
        _code.Add(Load(Width.DW, Register.R1, Register.R10, sequence));
        _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.Sequence, Register.R1));
        _code.Release(8);
        EmitHeader();
        _steps.Emit(Plan.EntrySteps);
        _steps.Emit(Plan.ReturnSteps);
        _code.Add(Mov(Register.R1, Register.R7));
        _code.Add(MovImm(Register.R2, NoWakeup));
        _code.Add(Call(Helper.BPF_FUNC_ringbuf_submit));
        _code.Add(Jump(_exit));
        _code.Add(Mark(full));
        Count(CounterRow.RingFull);
    }

    // Of a probe that fires once: is the hit an event.
    private void EmitDecision()
    {
        Count(CounterRow.Hits);
        EmitCondition(Plan.EntryCondition, _exit);
        EmitSample(_exit);
        EmitRateLimit(_exit);
    }

    private void EmitSingleFollow(FollowLayout layout)
    {
        EmitDecision();
        var full = new Label("no slot");
        _follow.Claim(full);
        _code.Add(Load(Width.DW, Register.R7, Register.R10, _follow.State));
        _code.Add(AddImm(Register.R7, FollowState.Frame));
        EmitHeader();
        _steps.Emit(Plan.EntrySteps);
        _steps.Emit(Plan.ReturnSteps);
        _follow.Start(FollowRole.Single, layout, null);
        _code.Add(Mark(full));
        NextSequence(Register.R1);
        Count(CounterRow.RingFull);
        _follow.Forget();
    }

    private CallMaps Calls => Plan.Follow is null ? _request.Maps.CallsOf(Plan.FrameSize) : _request.Maps.FollowedCallsOf(Plan.FrameSize);

    private void EmitCallEntry()
    {
        CallMaps maps = Calls;
        var (begin, unpaired) = (new Label("begin"), new Label("unpaired"));
        Count(CounterRow.Hits);

        // Before the condition: the return of a call that is filtered out must not find an earlier one's frame.
        short key = EmitKey(unpaired);
        LookUpCall(maps, key);
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, begin));

        // The same place of the same stack is entered again: the earlier call ended without returning.
        _code.Add(Mov(Register.R7, Register.R0));
        _code.Add(StoreImm(Width.W, Register.R7, (short)FrameHeader.Outcome, (int)FrameOutcome.DidNotReturn));
        Count(CounterRow.DidNotReturn);

        // A condition on results has no value then.
        if (_request.NeedsReturn)
            Count(CounterRow.Unpaired);
        else if (Plan.ReturnCondition is not null && !_request.FireOnError)
            Count(CounterRow.ConditionErrors);
        else
            EmitOutput();
        DeleteCall(maps, key);

        _code.Add(Mark(begin));
        EmitCondition(Plan.EntryCondition, _exit);
        if (Plan.ReturnCondition is null)
            EmitSample(_exit);
        _code.Add(LoadMapFd(Register.R1, maps.Calls));
        KeyTo(Register.R2, key);
        _code.Add(LoadMapValue(Register.R3, maps.Blank));
        _code.Add(MovImm(Register.R4, BPF_NOEXIST));
        _code.Add(Call(Helper.BPF_FUNC_map_update_elem));
        _code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, unpaired));
        LookUpCall(maps, key);
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, unpaired));
        _code.Add(Mov(Register.R7, Register.R0));
        EmitHeader();
        _steps.Emit(Plan.EntrySteps);
        if (Plan.Follow is { } layout)
        {
            _code.Add(StoreImm(Width.W, Register.R7, (short)FrameHeader.Used, (int)layout.Start));
            EmitFollowCall(FollowRole.CallEntry, layout, key);
        }

        // Taken last: the reads above are not part of the call.
        _code.Add(Call(Helper.BPF_FUNC_ktime_get_ns));
        _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.Time, Register.R0));
        _code.Add(Jump(_exit));
        _code.Add(Mark(unpaired));
        Count(CounterRow.Unpaired);
        _code.Release(CallKey.Size);
    }

    private void EmitCallReturn()
    {
        CallMaps maps = Calls;
        var (orphan, drop) = (new Label("orphan"), new Label("drop"));

        // Taken first: what follows is not part of the call.
        short end = _code.Reserve(8);
        _code.Add(Call(Helper.BPF_FUNC_ktime_get_ns));
        _code.Add(Store(Width.DW, Register.R10, end, Register.R0));
        short key = EmitKey(orphan);
        LookUpCall(maps, key);
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, orphan));
        _code.Add(Mov(Register.R7, Register.R0));
        _code.Add(Load(Width.DW, Register.R1, Register.R10, end));
        _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.End, Register.R1));
        _code.Add(Mov(Register.R1, Register.R6));
        _code.Add(Call(Helper.BPF_FUNC_get_attach_cookie));
        _code.Add(Store(Width.W, Register.R7, (short)FrameHeader.ReturnSite, Register.R0));
        _code.Add(StoreImm(Width.W, Register.R7, (short)FrameHeader.Outcome, (int)FrameOutcome.Returned));
        EmitCondition(Plan.ReturnCondition, drop);
        if (Plan.ReturnCondition is not null)
            EmitSample(drop);
        EmitRateLimit(drop);
        _steps.Emit(Plan.ReturnSteps);
        if (Plan.Follow is { } layout)
            EmitFollowCall(FollowRole.CallReturn, layout, key);
        EmitOutput();
        _code.Add(Mark(drop));
        DeleteCall(maps, key);
        _code.Add(Jump(_exit));
        _code.Add(Mark(orphan));
        Count(CounterRow.OrphanReturns);
        _code.Release(CallKey.Size);
        _code.Release(8);
    }

    /// <summary>Leaves the rest of a call's frame to the follow loop; without a free slot it goes on, and the frame is cut.</summary>
    private void EmitFollowCall(FollowRole role, FollowLayout layout, short key)
    {
        var without = new Label("without follow");
        _follow.Claim(without);
        _follow.Start(role, layout, key);
        _code.Add(Mark(without));
        _code.Add(StoreImm(Width.W, Register.R7, (short)FrameHeader.Cut, 1));
        _follow.Forget();
    }

    /// <summary>Copies the call's frame to the ring, or counts that the ring is full.</summary>
    private void EmitOutput()
    {
        var sent = new Label("sent");
        NextSequence(Register.R1);
        _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.Sequence, Register.R1));
        _code.Add(LoadMapFd(Register.R1, _request.Maps.Events));
        _code.Add(Mov(Register.R2, Register.R7));
        _code.Add(MovImm(Register.R3, (int)Plan.FrameSize));
        if (Plan.Follow is not null)
        {
            var used = new Label("used");
            _code.Add(Load(Width.W, Register.R4, Register.R7, (short)FrameHeader.Used));
            _code.Add(JumpIfImm(Register.R4, Condition.Greater, (int)Plan.FrameSize, used));
            _code.Add(Mov(Register.R3, Register.R4));
            _code.Add(Mark(used));
        }

        _code.Add(MovImm(Register.R4, NoWakeup));
        _code.Add(Call(Helper.BPF_FUNC_ringbuf_output));
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, sent));
        Count(CounterRow.RingFull);
        _code.Add(Mark(sent));
    }

    private void EmitProcessFilter()
    {
        if (_request.Namespace is { } pidNamespace)
        {
            // struct bpf_pidns_info { u32 pid; u32 tgid; }: the numbers as Sonde's own namespace counts them.
            short info = _code.Reserve(8);
            _code.Add(MovImm(Register.R8, 1));
            _code.Add(LdImm64(Register.R1, (long)pidNamespace.Device));
            _code.Add(LdImm64(Register.R2, (long)pidNamespace.Inode));
            _code.Add(Mov(Register.R3, Register.R10));
            _code.Add(AddImm(Register.R3, info));
            _code.Add(MovImm(Register.R4, 8));
            _code.Add(Call(Helper.BPF_FUNC_get_ns_current_pid_tgid));
            _code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, _exit), "not in our pid namespace");
            _code.Add(Load(Width.W, Register.R8, Register.R10, (short)(info + 4)));
            _code.Add(LshImm(Register.R8, 32));
            _code.Add(Load(Width.W, Register.R1, Register.R10, info));
            _code.Add(Or(Register.R8, Register.R1));
            _code.Release(8);
        }
        else
        {
            _code.Add(Call(Helper.BPF_FUNC_get_current_pid_tgid));
            _code.Add(Mov(Register.R8, Register.R0));
        }

        if (_request.Processes.Length == 0)
            return;
        var ours = new Label("ours");
        _code.Add(Mov(Register.R1, Register.R8));
        _code.Add(RshImm(Register.R1, 32));
        foreach (uint process in _request.Processes)
            _code.Add(JumpIf32Imm(Register.R1, Condition.Equal, (int)process, ours));
        _code.Add(Jump(_exit), "another process");
        _code.Add(Mark(ours));
    }

    private void EmitFlagsTest()
    {
        if (_request.Flags is not { } test)
            return;
        var counts = new Label("counts");
        _code.Add(Load(Width.DW, Register.R1, Register.R6, ContextRegisters.Flags), "flags of the stack check");
        if (test.IgnoreWhenAnySet)
        {
            _code.Add(JumpIfImm(Register.R1, Condition.AnyBit, (int)test.Mask, _exit), "the stack grows first; the entry runs again");
            return;
        }

        _code.Add(JumpIfImm(Register.R1, Condition.AnyBit, (int)test.Mask, counts));
        _code.Add(Jump(_exit), "the stack grows first; the entry runs again");
        _code.Add(Mark(counts));
    }

    private void EmitCondition(Predicate? condition, Label rejected)
    {
        if (condition is null)
            return;
        var (holds, fails, error) = (new Label("condition holds"), new Label("condition fails"), new Label("condition error"));
        _code.Note("the condition");
        _predicates.EmitWhole(condition, holds, fails, Escapes.To(error));
        _code.Add(Mark(error));
        if (_request.FireOnError)
        {
            _code.Add(Jump(holds));
        }
        else
        {
            Count(CounterRow.ConditionErrors);
            _code.Add(Jump(rejected));
        }

        _code.Add(Mark(fails));
        Count(CounterRow.Filtered);
        _code.Add(Jump(rejected));
        _code.Add(Mark(holds));
    }

    // Every Nth, from the first on: what is passed over counts as filtered.
    private void EmitSample(Label rejected)
    {
        if (_request.Sample <= 1)
            return;
        var taken = new Label("taken");
        _code.Add(MovImm(Register.R1, 1));
        _code.Add(FetchAdd(Width.DW, Register.R9, CounterRow.Sampled, Register.R1));
        _code.Add(LdImm64(Register.R2, _request.Sample));
        _code.Add(Mod(Register.R1, Register.R2));
        _code.Add(JumpIfImm(Register.R1, Condition.Equal, 0, taken));
        Count(CounterRow.Filtered);
        _code.Add(Jump(rejected));
        _code.Add(Mark(taken));
    }

    // A count per period. At the turn of a period the one program that moves the window on clears the count; others that
    // come in between count in the new or the old period, so that the limit is kept to within the number of CPUs.
    private void EmitRateLimit(Label rejected)
    {
        if (_request.Rate == 0)
            return;
        var (current, below) = (new Label("same second"), new Label("below the rate"));
        _code.Add(Call(Helper.BPF_FUNC_ktime_get_ns));
        _code.Add(Mov(Register.R2, Register.R0));
        _code.Add(LdImm64(Register.R1, (long)_request.RatePeriod));
        _code.Add(Div(Register.R2, Register.R1));
        _code.Add(Load(Width.DW, Register.R0, Register.R9, CounterRow.RateWindow));
        _code.Add(JumpIf(Register.R0, Condition.Equal, Register.R2, current));
        _code.Add(Mov(Register.R3, Register.R0));
        _code.Add(CmpXchg(Width.DW, Register.R9, CounterRow.RateWindow, Register.R2));
        _code.Add(JumpIf(Register.R0, Condition.NotEqual, Register.R3, current));
        _code.Add(MovImm(Register.R1, 0));
        _code.Add(Xchg(Width.DW, Register.R9, CounterRow.RateCount, Register.R1));
        _code.Add(Mark(current));
        _code.Add(MovImm(Register.R1, 1));
        _code.Add(FetchAdd(Width.DW, Register.R9, CounterRow.RateCount, Register.R1));
        _code.Add(LdImm64(Register.R2, (long)_request.Rate));
        _code.Add(JumpIf(Register.R1, Condition.Less, Register.R2, below));
        Count(CounterRow.RateLimited);
        _code.Add(Jump(rejected));
        _code.Add(Mark(below));
    }

    private void EmitHeader()
    {
        _code.Add(StoreImm(Width.W, Register.R7, (short)FrameHeader.Probe, _request.Probe));
        _code.Add(Mov(Register.R1, Register.R6));
        _code.Add(Call(Helper.BPF_FUNC_get_attach_cookie));
        _code.Add(Store(Width.W, Register.R7, (short)FrameHeader.Site, Register.R0), "site: the lower half of the cookie");
        _code.Add(Call(Helper.BPF_FUNC_ktime_get_ns));
        _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.Time, Register.R0));
        _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.ProcessAndThread, Register.R8));
        _code.Add(StoreImm(Width.DW, Register.R7, (short)FrameHeader.Faults, 0));
        _code.Add(StoreImm(Width.DW, Register.R7, (short)FrameHeader.Nils, 0));
        if (_request.Role == ProgramRole.Single)
        {
            _code.Add(Load(Width.DW, Register.R1, Register.R6, ContextRegisters.OffsetOf(GeneralRegister.Rip)));
            _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.End, Register.R1), "where the program is loaded");
        }
        else
        {
            _code.Add(StoreImm(Width.DW, Register.R7, (short)FrameHeader.End, 0));
        }

        _code.Add(StoreImm(Width.DW, Register.R7, (short)FrameHeader.Outcome, 0));
        if (Plan.Follow is not null)
            _code.Add(StoreImm(Width.DW, Register.R7, (short)FrameHeader.Used, 0));
        _code.Add(Mov(Register.R1, Register.R7));
        _code.Add(AddImm(Register.R1, (int)FrameHeader.Command));
        _code.Add(MovImm(Register.R2, (int)FrameHeader.CommandSize));
        _code.Add(Call(Helper.BPF_FUNC_get_current_comm));
        if (_request.Goroutine is not { } goroutine)
        {
            _code.Add(StoreImm(Width.DW, Register.R7, (short)FrameHeader.Goroutine, 0));
            return;
        }

        var (none, done) = (new Label("no goroutine"), new Label("goroutine known"));
        _operands.Emit(new LoadOperand(goroutine.Pointer, goroutine.GoidOffset, 8), Register.R1, none, none);
        _code.Add(Store(Width.DW, Register.R7, (short)FrameHeader.Goroutine, Register.R1));
        _code.Add(Jump(done));
        _code.Add(Mark(none));
        _code.Add(StoreImm(Width.DW, Register.R7, (short)FrameHeader.Goroutine, 0));
        _code.Add(Mark(done));
    }

    /// <summary>Puts the <see cref="CallKey"/> on the stack; jumps to <paramref name="unknown"/> when the goroutine cannot be read.</summary>
    private short EmitKey(Label unknown)
    {
        short key = _code.Reserve(CallKey.Size);
        if (_request.Goroutine is { } goroutine)
        {
            _operands.Emit(new LoadOperand(goroutine.Pointer, goroutine.GoidOffset, 8), Register.R1, unknown, unknown);
            _code.Add(Store(Width.DW, Register.R10, (short)(key + CallKey.Goroutine), Register.R1));
            var fromTop = new BinaryOperand(
                BinaryOperator.Subtract, new LoadOperand(goroutine.Pointer, goroutine.StackHighOffset, 8), _request.Cfa);
            _operands.Emit(fromTop, Register.R1, unknown, unknown);
            _code.Add(Store(Width.DW, Register.R10, (short)(key + CallKey.Depth), Register.R1));
            _code.Add(Mov(Register.R1, Register.R8));
            _code.Add(RshImm(Register.R1, 32));
            _code.Add(Store(Width.DW, Register.R10, (short)(key + CallKey.Thread), Register.R1));
        }
        else
        {
            _code.Add(Store(Width.DW, Register.R10, (short)(key + CallKey.Thread), Register.R8));
            _code.Add(StoreImm(Width.DW, Register.R10, (short)(key + CallKey.Goroutine), 0));
            _operands.Emit(_request.Cfa, Register.R1, unknown, unknown);
            _code.Add(Store(Width.DW, Register.R10, (short)(key + CallKey.Depth), Register.R1));
        }

        _code.Add(Mov(Register.R1, Register.R6));
        _code.Add(Call(Helper.BPF_FUNC_get_attach_cookie));
        _code.Add(RshImm(Register.R0, 32), "function: the upper half of the cookie");
        _code.Add(LdImm64(Register.R1, (long)_request.Probe << 32));
        _code.Add(Or(Register.R0, Register.R1));
        _code.Add(Store(Width.DW, Register.R10, (short)(key + CallKey.Function), Register.R0));
        return key;
    }

    private void LookUpCall(CallMaps maps, short key)
    {
        _code.Add(LoadMapFd(Register.R1, maps.Calls));
        KeyTo(Register.R2, key);
        _code.Add(Call(Helper.BPF_FUNC_map_lookup_elem));
    }

    private void DeleteCall(CallMaps maps, short key)
    {
        _code.Add(LoadMapFd(Register.R1, maps.Calls));
        KeyTo(Register.R2, key);
        _code.Add(Call(Helper.BPF_FUNC_map_delete_elem));
    }

    private void KeyTo(Register register, short key)
    {
        _code.Add(Mov(register, Register.R10));
        _code.Add(AddImm(register, key));
    }

    private void NextSequence(Register register)
    {
        _code.Add(MovImm(register, 1));
        _code.Add(FetchAdd(Width.DW, Register.R9, CounterRow.Emitted, register));
        _code.Add(AddImm(register, 1));
    }

    private void Count(short counter)
    {
        _code.Add(MovImm(Register.R1, 1));
        _code.Add(AtomicAdd(Width.DW, Register.R9, counter, Register.R1));
    }

    // See SessionMaps.Cold. A tgid and tid of zero, the idle task, never meets a uprobe; the verifier does not know that.
    private void EmitColdTailCall()
    {
        var done = new Label("done");
        _code.Add(JumpIfImm(Register.R8, Condition.NotEqual, 0, done));
        _code.Add(Mov(Register.R1, Register.R6));
        _code.Add(LoadMapFd(Register.R2, _request.Maps.Cold));
        _code.Add(MovImm(Register.R3, 0));
        _code.Add(Call(Helper.BPF_FUNC_tail_call), "never taken: keeps the kernel from using a per-CPU stack");
        _code.Add(Mark(done));
    }
}
