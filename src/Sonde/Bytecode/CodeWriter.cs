using Sonde.Kernel.Assembly;

namespace Sonde.Bytecode;

/// <summary>The instructions of a program while it is being written, and its stack slots.</summary>
internal sealed class CodeWriter
{
    private readonly List<Instruction> _instructions = new(256);
    private int _stackInUse;
    private string? _note;

    /// <summary>What has been written.</summary>
    public IReadOnlyList<Instruction> Instructions => _instructions;

    /// <summary>The deepest use of the stack in bytes.</summary>
    public int StackBytes { get; private set; }

    /// <summary>Says of the next instruction without a comment of its own what begins there.</summary>
    public void Note(string what) => _note = what;

    /// <summary>Appends an instruction.</summary>
    public void Add(Instruction instruction)
    {
        if (_note is { } note && !instruction.IsMark)
        {
            instruction = instruction.Comment is null ? instruction.Because(note) : instruction.Because($"{note}: {instruction.Comment}");
            _note = null;
        }

        _instructions.Add(instruction);
    }

    /// <summary>Appends an instruction with a comment for listings.</summary>
    public void Add(Instruction instruction, string comment) => Add(instruction.Because(comment));

    /// <summary>Appends several.</summary>
    public void Add(IEnumerable<Instruction> instructions)
    {
        foreach (Instruction instruction in instructions)
            Add(instruction);
    }

    /// <summary>Takes bytes of the stack (rounded up to words); the offset is from R10. Given back by <see cref="Release"/> in reverse order.</summary>
    public short Reserve(int bytes)
    {
        _stackInUse += (bytes + 7) & ~7;
        StackBytes = Math.Max(StackBytes, _stackInUse);
        if (_stackInUse > 480)
            throw new PlanTooLargeException("the expression needs more than the 512 bytes of stack that a BPF program has");
        return (short)-_stackInUse;
    }

    /// <summary>Gives back what <see cref="Reserve"/> took last.</summary>
    public void Release(int bytes) => _stackInUse -= (bytes + 7) & ~7;
}

/// <summary>What was asked for does not fit a BPF program; the message says what and is fit for the user.</summary>
internal sealed class PlanTooLargeException(string message) : Exception(message);
