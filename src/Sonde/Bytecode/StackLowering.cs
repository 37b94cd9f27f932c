using Sonde.Kernel.Assembly;
using Sonde.Plans;
using Sonde.Sites;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// Walks the frame pointers: each read takes the saved frame pointer and the return address above it straight into the
/// frame, and the next one goes where that leads. Stacks grow downwards, so each frame must lie above the one before.
/// </summary>
internal sealed class StackLowering(CodeWriter code, OperandLowering operands)
{
    /// <summary>Writes the walk. R0 to R5 are lost; what cannot be read ends it.</summary>
    public void Emit(StackStep step)
    {
        var done = new Label("end of the stack");
        uint first = step.FrameOffset + StackRecord.Callers;
        code.Add(Load(Width.DW, Register.R1, Register.R6, ContextRegisters.OffsetOf(GeneralRegister.Rip)), "instruction pointer");
        Store(step.FrameOffset + StackRecord.Address, Register.R1);
        code.Add(MovImm(Register.R1, 0));
        Store(step.FrameOffset + StackRecord.Count, Register.R1);
        if (step.Frames == 0)
            return;
        EmitFirst(step.Place, first, done);
        SetCount(step, 1);
        for (uint i = 1; i < step.Frames; i++)
        {
            uint at = first + i * StackRecord.CallerSize;
            Fetch(at - StackRecord.CallerSize, Register.R3);
            if (i == 1)
            {
                code.Add(JumpIfImm(Register.R3, Condition.Equal, 0, done));
            }
            else
            {
                Fetch(at - 2 * StackRecord.CallerSize, Register.R1);
                code.Add(JumpIf(Register.R3, Condition.LessOrEqual, Register.R1, done));
            }

            Read(at, StackRecord.CallerSize, done);
            SetCount(step, i + 1);
        }

        code.Add(Mark(done));
    }

    // The caller of the function itself: what holds its frame pointer depends on the site.
    private void EmitFirst(StackPlace place, uint at, Label done)
    {
        Escapes escapes = Escapes.To(done);
        if (place.HasReturned)
        {
            Fetch(at - StackRecord.Callers, Register.R1);
            Store(at + StackRecord.ReturnAddress, Register.R1);
        }
        else
        {
            operands.EmitAddress(place.Cfa, -8, escapes);
            Read(at + StackRecord.ReturnAddress, 8, done);
        }

        if (place.CallersFrame is { Kind: CallersFrameKind.Saved, Offset: var offset })
        {
            operands.EmitAddress(place.Cfa, offset, escapes);
            Read(at, 8, done);
            return;
        }

        code.Add(Load(Width.DW, Register.R2, Register.R6, ContextRegisters.OffsetOf(GeneralRegister.Rbp)), "rbp");
        Store(at, Register.R2);
        if (place.CallersFrame.Kind == CallersFrameKind.Register || place.HasReturned)
            return;
        var keep = new Label("not set up yet");
        operands.EmitAddress(place.Cfa, -16, escapes);
        Fetch(at, Register.R2);
        code.Add(JumpIf(Register.R2, Condition.NotEqual, Register.R3, keep));
        Read(at, 8, done);
        code.Add(Mark(keep));
    }

    /// <summary>Reads what R3 points to.</summary>
    private void Read(uint offset, uint size, Label failed)
    {
        code.Add(Mov(Register.R1, Register.R7));
        code.Add(AddImm(Register.R1, checked((int)offset)));
        code.Add(MovImm(Register.R2, (int)size));
        code.Add(Call(Helper.BPF_FUNC_probe_read_user));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, failed));
    }

    private void SetCount(StackStep step, uint count)
    {
        code.Add(MovImm(Register.R1, (int)count));
        Store(step.FrameOffset + StackRecord.Count, Register.R1);
    }

    // The displacement of an instruction has 16 bits, a large frame more.
    private void Store(uint offset, Register register)
    {
        Register frame = Base(ref offset);
        code.Add(Kernel.Assembly.Verbs.Store(Width.DW, frame, (short)offset, register));
    }

    private void Fetch(uint offset, Register register)
    {
        Register frame = Base(ref offset);
        code.Add(Load(Width.DW, register, frame, (short)offset));
    }

    private Register Base(ref uint offset)
    {
        if (offset + 8 <= (uint)short.MaxValue)
            return Register.R7;
        code.Add(Mov(Register.R5, Register.R7));
        code.Add(AddImm(Register.R5, checked((int)offset)));
        offset = 0;
        return Register.R5;
    }
}
