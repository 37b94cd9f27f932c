using System.Buffers.Binary;

namespace Sonde.Tests.Bytecode;

/// <summary>Runs BPF programs on made-up memory: as much of the instruction set as conditions use (Linux, Documentation/bpf/standardization).</summary>
internal sealed class BpfMachine
{
    private const ulong StackTop = 0x7000_0000_0200;
    private const int StackSize = 512;
    private const int MostInstructions = 1_000_000;

    private readonly List<(ulong Address, byte[] Bytes)> _memory = [];
    private readonly ulong[] _registers = new ulong[11];
    private readonly byte[] _stack = new byte[StackSize];
    private readonly byte[] _context = new byte[168];

    /// <summary>Memory of the target.</summary>
    public void Map(ulong address, byte[] bytes) => _memory.Add((address, bytes));

    /// <summary>A word of the context: a saved register.</summary>
    public void SetContext(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_context.AsSpan(offset), value);

    /// <summary>Runs a program with the context in R6; its R0.</summary>
    public ulong Run(ReadOnlySpan<ulong> slots)
    {
        _registers[6] = ContextAddress;
        _registers[10] = StackTop;
        int at = 0;
        for (int count = 0; count < MostInstructions; count++)
        {
            ulong slot = slots[at++];
            byte opcode = (byte)slot;
            int destination = (int)(slot >> 8) & 15, source = (int)(slot >> 12) & 15;
            short offset = (short)(slot >> 16);
            int immediate = (int)(slot >> 32);
            switch (opcode & 7)
            {
                case 0 when opcode == 0x18:
                    _registers[destination] = (uint)immediate | (slots[at++] >> 32 << 32);
                    break;
                case 1:
                    _registers[destination] = Load(_registers[source] + (ulong)offset, SizeOf(opcode));
                    break;
                case 2:
                    Store(_registers[destination] + (ulong)offset, SizeOf(opcode), (ulong)(long)immediate);
                    break;
                case 3:
                    Store(_registers[destination] + (ulong)offset, SizeOf(opcode), _registers[source]);
                    break;
                case 4 or 7:
                    Alu(opcode, destination, (opcode & 8) != 0 ? _registers[source] : (ulong)(long)immediate, immediate);
                    break;
                case 5 or 6:
                    if (opcode == 0x95)
                        return _registers[0];
                    if (opcode == 0x85)
                        Call(immediate);
                    else if (opcode == 0x05 || Jumps(opcode, _registers[destination], (opcode & 8) != 0 ? _registers[source] : (ulong)(long)immediate))
                        at += offset;
                    break;
                default:
                    throw new NotSupportedException($"opcode 0x{opcode:x2}");
            }
        }

        throw new InvalidOperationException("the program does not end");
    }

    private const ulong ContextAddress = 0x6000_0000_0000;

    private static int SizeOf(byte opcode) => (opcode & 0x18) switch { 0x18 => 8, 0x00 => 4, 0x08 => 2, _ => 1 };

    private static bool Jumps(byte opcode, ulong left, ulong right)
    {
        if ((opcode & 7) == 6)
            (left, right) = ((opcode & 0xf0) is 0x60 or 0x70 or 0xc0 or 0xd0 ? (ulong)(long)(int)left : (uint)left, (opcode & 0xf0) is 0x60 or 0x70 or 0xc0 or 0xd0 ? (ulong)(long)(int)right : (uint)right);
        return (opcode & 0xf0) switch
        {
            0x10 => left == right,
            0x20 => left > right,
            0x30 => left >= right,
            0x40 => (left & right) != 0,
            0x50 => left != right,
            0x60 => (long)left > (long)right,
            0x70 => (long)left >= (long)right,
            0xa0 => left < right,
            0xb0 => left <= right,
            0xc0 => (long)left < (long)right,
            0xd0 => (long)left <= (long)right,
            _ => throw new NotSupportedException($"jump 0x{opcode:x2}"),
        };
    }

    private void Alu(byte opcode, int destination, ulong operand, int immediate)
    {
        ulong value = _registers[destination];
        bool wide = (opcode & 7) == 7;
        if (!wide)
            (value, operand) = ((uint)value, (uint)operand);
        int shift = (int)(operand & (wide ? 63u : 31u));
        ulong result = (opcode & 0xf0) switch
        {
            0x00 => value + operand,
            0x10 => value - operand,
            0x20 => value * operand,
            0x30 => operand == 0 ? 0 : value / operand,
            0x40 => value | operand,
            0x50 => value & operand,
            0x60 => value << shift,
            0x70 => value >> shift,
            0x80 => 0 - value,
            0x90 => operand == 0 ? value : value % operand,
            0xa0 => value ^ operand,
            0xb0 => operand,
            0xc0 => wide ? (ulong)((long)value >> shift) : (uint)((int)value >> shift),
            0xd0 => immediate switch
            {
                64 when (opcode & 8) != 0 => BinaryPrimitives.ReverseEndianness(value),
                _ => throw new NotSupportedException("byte swap"),
            },
            _ => throw new NotSupportedException($"operation 0x{opcode:x2}"),
        };

        // A swap of 64 bits is an instruction of the 32-bit class.
        _registers[destination] = wide || (opcode & 0xf0) == 0xd0 ? result : (uint)result;
    }

    private void Call(int helper)
    {
        (ulong to, int size, ulong from) = (_registers[1], (int)_registers[2], _registers[3]);
        ulong answer = 0;
        switch (helper)
        {
            case 112 or 113: // probe_read_user, probe_read_kernel
                Span<byte> target = Own(to, size);
                if (!TryRead(from, target))
                {
                    target.Clear();
                    answer = unchecked((ulong)-14L);
                }

                break;
            case 114 or 115: // the same up to a zero
                answer = ReadText(Own(to, size), from);
                break;
            default:
                throw new NotSupportedException($"helper {helper}");
        }

        // What a program must not rely on is made useless.
        for (int i = 1; i <= 5; i++)
            _registers[i] = 0xdead_beef_dead_beef;
        _registers[0] = answer;
    }

    private ulong ReadText(Span<byte> target, ulong from)
    {
        for (int i = 0; i < target.Length; i++)
        {
            if (!TryRead(from + (ulong)i, target.Slice(i, 1)))
                return unchecked((ulong)-14L);
            if (i == target.Length - 1)
                target[i] = 0;
            if (target[i] == 0)
                return (ulong)i + 1;
        }

        return 0;
    }

    private bool TryRead(ulong address, Span<byte> target)
    {
        if (address - ContextAddress < 0x1000_0000_0000 + (ulong)StackSize && address >= ContextAddress)
        {
            Own(address, target.Length).CopyTo(target);
            return true;
        }

        foreach ((ulong start, byte[] bytes) in _memory)
        {
            if (address >= start && address + (ulong)target.Length <= start + (ulong)bytes.Length)
            {
                bytes.AsSpan((int)(address - start), target.Length).CopyTo(target);
                return true;
            }
        }

        return false;
    }

    private Span<byte> Own(ulong address, int size) => address >= StackTop - StackSize && address < StackTop
        ? _stack.AsSpan((int)(address - (StackTop - StackSize)), size)
        : _context.AsSpan((int)(address - ContextAddress), size);

    private ulong Load(ulong address, int size)
    {
        if (address % (ulong)size != 0)
            throw new InvalidOperationException("a load that is not aligned: the verifier refuses it");
        ReadOnlySpan<byte> bytes = Own(address, size);
        return size switch
        {
            8 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            _ => bytes[0],
        };
    }

    private void Store(ulong address, int size, ulong value)
    {
        Span<byte> bytes = Own(address, size);
        for (int i = 0; i < size; i++)
            bytes[i] = (byte)(value >> (8 * i));
    }
}
