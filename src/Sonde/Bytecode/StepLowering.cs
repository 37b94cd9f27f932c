using System.Collections.Immutable;
using Sonde.Kernel.Assembly;
using Sonde.Plans;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>Steps into instructions. R6 holds the context, R7 the frame (ring memory or a call in flight); R0-R5 are lost.</summary>
internal sealed class StepLowering(CodeWriter code, OperandLowering operands)
{
    /// <summary>Writes the steps in order, each followed by its children.</summary>
    public void Emit(ImmutableArray<Step> steps)
    {
        foreach (Step step in steps)
            Emit(step);
    }

    private void Emit(Step step)
    {
        code.Note($"to frame+{step.FrameOffset}");
        switch (step)
        {
            case RegisterStep register:
                code.Add(
                    Load(Width.DW, Register.R1, Register.R6, ContextRegisters.OffsetOf(register.Register)),
                    register.Register.ToString().ToLowerInvariant());
                Store(register.FrameOffset, register.Size, Register.R1);
                break;

            case ComputeStep compute:
                Outcome compute1 = new(compute.Status);

                // What is not computed must not be taken for an address by the steps that follow.
                if (compute.Status.Mask != 0)
                {
                    code.Add(MovImm(Register.R1, 0));
                    Store(compute.FrameOffset, compute.Size, Register.R1);
                }

                operands.Remember(Searches.In(compute.Value));
                operands.Find(Searches.In(compute.Value, always: true), compute1.Escapes);
                operands.Emit(compute.Value, Register.R1, compute1.Escapes);
                operands.Forget();
                Store(compute.FrameOffset, compute.Size, Register.R1);
                EmitOutcome(compute1, compute);
                break;

            case StackStep stack:
                new StackLowering(code, operands).Emit(stack);
                break;

            case ReadStep read:
                EmitRead(read);
                break;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void EmitRead(ReadStep read)
    {
        Outcome outcome = new(read.Status);
        if (read.Guard is { } guard)
        {
            operands.Emit(guard.Count, Register.R1, outcome.Done, outcome.Done);
            code.Add(JumpIfImm(Register.R1, Condition.LessOrEqual, checked((int)guard.Index), outcome.Done));
        }

        switch (read)
        {
            case MemoryStep memory:
                operands.EmitAddress(memory.Base, memory.Displacement, outcome.Escapes);
                code.Add(LoadConstant(Register.R2, memory.Size));
                Read(memory, Helper.BPF_FUNC_probe_read_user);
                code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, outcome.Fault));
                break;

            case CountedStep counted:
                EmitCounted(counted, outcome);
                break;

            case TerminatedStep text:
                operands.EmitAddress(text.Base, text.Displacement, outcome.Escapes);
                code.Add(MovImm(Register.R2, (int)text.Capacity));
                Read(text, Helper.BPF_FUNC_probe_read_user_str);
                code.Add(JumpIfImm(Register.R0, Condition.SignedLess, 0, outcome.Fault));
                break;

            default:
                throw new System.Diagnostics.UnreachableException();
        }

        Emit(read.Children);
        EmitOutcome(outcome);
    }

    private void EmitCounted(CountedStep counted, Outcome outcome)
    {
        // The count first: an empty sequence may have any pointer.
        var fits = new Label("fits");
        operands.Emit(counted.Count, Register.R0, outcome.Escapes);
        short saved = code.Reserve(8);
        code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, outcome.Done));
        if (counted.SpanEnd)
        {
            operands.Emit(counted.Base, Register.R1, outcome.Escapes);
            code.Add(Sub(Register.R0, Register.R1));
            code.Add(JumpIfImm(Register.R0, Condition.SignedLessOrEqual, 0, outcome.Done));
        }

        int limit = checked((int)(counted.SpanEnd ? counted.Capacity : counted.MaxCount));
        code.Add(JumpIfImm(Register.R0, Condition.LessOrEqual, limit, fits));
        code.Add(MovImm(Register.R0, limit));
        code.Add(Mark(fits));
        if (!counted.SpanEnd && counted.Stride != 1)
            code.Add(MulImm(Register.R0, (int)counted.Stride));
        if (counted.Base is FrameOperand or Sites.RegisterOperand)
        {
            // No helper is called for these, R0 survives; and R0 stays bounded for the verifier.
            operands.EmitAddress(counted.Base, counted.Displacement, outcome.Escapes);
            code.Add(Mov(Register.R2, Register.R0));
        }
        else
        {
            code.Add(Kernel.Assembly.Verbs.Store(Width.DW, Register.R10, saved, Register.R0));
            operands.EmitAddress(counted.Base, counted.Displacement, outcome.Escapes);
            code.Add(Load(Width.DW, Register.R2, Register.R10, saved));
        }

        code.Release(8);
        Read(counted, Helper.BPF_FUNC_probe_read_user);
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, outcome.Fault));
    }

    private void Read(Step step, Helper helper)
    {
        code.Add(Mov(Register.R1, Register.R7));
        code.Add(AddImm(Register.R1, checked((int)step.FrameOffset)));
        code.Add(Call(helper));
    }

    private void Store(uint offset, uint size, Register register)
    {
        Register frame = Register.R7;
        if (offset + size > (uint)short.MaxValue)
        {
            // The displacement of an instruction has 16 bits, a large frame more.
            frame = Register.R2;
            code.Add(Mov(frame, Register.R7));
            code.Add(AddImm(frame, checked((int)offset)));
            offset = 0;
        }

        // Three, five, six and seven bytes in parts: what lies behind them may be another value's.
        foreach (int part in (ReadOnlySpan<int>)[8, 4, 2, 1])
        {
            if ((size & part) == 0)
                continue;
            code.Add(Kernel.Assembly.Verbs.Store(WidthOf(part), frame, (short)offset, register));
            offset += (uint)part;
            size -= (uint)part;
            if (size > 0)
                code.Add(RshImm(register, 8 * part));
        }
    }

    private void EmitOutcome(Outcome outcome, ComputeStep? computed = null)
    {
        if (outcome.Status.Mask == 0)
        {
            code.Add([Mark(outcome.Range), Mark(outcome.Nil), Mark(outcome.Fault), Mark(outcome.Done)]);
            return;
        }

        // Out of range is a fault and nil at once. What was to be computed may be where others look for an address: zero.
        code.Add(Jump(outcome.Done));
        code.Add(Mark(outcome.Range));
        SetBit(FrameHeader.Faults, outcome.Status);
        code.Add(Mark(outcome.Nil));
        SetBit(FrameHeader.Nils, outcome.Status);
        Clear(computed);
        code.Add(Jump(outcome.Done));
        code.Add(Mark(outcome.Fault));
        SetBit(FrameHeader.Faults, outcome.Status);
        Clear(computed);
        code.Add(Mark(outcome.Done));
    }

    private void Clear(ComputeStep? computed)
    {
        if (computed is null)
            return;
        code.Add(MovImm(Register.R1, 0));
        Store(computed.FrameOffset, computed.Size, Register.R1);
    }

    private void SetBit(uint word, StatusBit status)
    {
        code.Add(Load(Width.DW, Register.R1, Register.R7, (short)word));
        code.Add(LoadConstant(Register.R2, (long)status.Mask));
        code.Add(Or(Register.R1, Register.R2));
        code.Add(Kernel.Assembly.Verbs.Store(Width.DW, Register.R7, (short)word, Register.R1));
    }

    private sealed record Outcome(StatusBit Status)
    {
        public Label Nil { get; } = new("nil");

        public Label Fault { get; } = new("fault");

        public Label Range { get; } = new("out of range");

        public Label Done { get; } = new("next");

        public Escapes Escapes => new(Nil, Fault, Range);
    }
}
