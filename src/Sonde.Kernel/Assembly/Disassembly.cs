using System.Globalization;

using static Sonde.Kernel.Assembly.Opcodes;

namespace Sonde.Kernel.Assembly;

/// <summary>The text of one instruction, as the kernel writes it (kernel/bpf/disasm.c of 6.18).</summary>
internal static class Disassembly
{
    /// <summary>A slot taken apart.</summary>
    internal readonly record struct Fields(byte Opcode, int Destination, int Source, short Offset, int Immediate);

    /// <summary>Takes a slot apart.</summary>
    public static Fields Decode(ulong word) =>
        new((byte)word, (int)(word >> 8) & 0xf, (int)(word >> 12) & 0xf, (short)(word >> 16), (int)(word >> 32));

    /// <summary>How far a jump or local call goes, counted from the next slot; null for everything else.</summary>
    public static int? JumpDistance(Fields f)
    {
        int kind = f.Opcode & ClassMask;
        if (kind is not (BPF_JMP or BPF_JMP32))
            return null;
        return (f.Opcode & OperationMask) switch
        {
            BPF_EXIT => null,
            BPF_CALL => f.Source == BPF_PSEUDO_CALL ? f.Immediate : null,
            _ => f.Offset,
        };
    }

    /// <summary>A two-slot load.</summary>
    public static string WideLoad(Fields f, uint upper, string? map) => f.Source switch
    {
        BPF_PSEUDO_MAP_FD => $"r{f.Destination} = map[{map ?? "fd:" + f.Immediate}]",
        BPF_PSEUDO_MAP_VALUE => $"r{f.Destination} = map[{map ?? "fd:" + f.Immediate}][0]+{upper}",
        _ => $"r{f.Destination} = 0x{((ulong)upper << 32) | (uint)f.Immediate:x}",
    };

    /// <summary>A one-slot instruction; something unknown prints as its bits.</summary>
    public static string Print(Fields f) => (f.Opcode & ClassMask) switch
    {
        BPF_ALU => Alu(f, 'w'),
        BPF_ALU64 => Alu(f, 'r'),
        BPF_JMP => Jump(f, 'r'),
        BPF_JMP32 => Jump(f, 'w'),
        BPF_LDX when (f.Opcode & ModeMask) == BPF_MEM => $"r{f.Destination} = {Memory(f, f.Source)}",
        BPF_STX when (f.Opcode & ModeMask) == BPF_MEM => $"{Memory(f, f.Destination)} = r{f.Source}",
        BPF_STX when (f.Opcode & ModeMask) == BPF_ATOMIC => Atomic(f),
        BPF_ST when (f.Opcode & ModeMask) == BPF_MEM => $"{Memory(f, f.Destination)} = {f.Immediate}",
        _ => Unknown(f),
    };

    private static string Alu(Fields f, char file)
    {
        string destination = $"{file}{f.Destination}";
        int operation = f.Opcode & OperationMask;
        if (operation == BPF_NEG)
            return $"{destination} = -{destination}";
        if (operation == BPF_END)
            return $"r{f.Destination} = {((f.Opcode & BPF_X) != 0 ? "be" : "le")}{f.Immediate} r{f.Destination}";
        string? sign = (AluOperation)operation switch
        {
            AluOperation.Add => "+=",
            AluOperation.Sub => "-=",
            AluOperation.Mul => "*=",
            AluOperation.Div => "/=",
            AluOperation.Or => "|=",
            AluOperation.And => "&=",
            AluOperation.Lsh => "<<=",
            AluOperation.Rsh => ">>=",
            AluOperation.Mod => "%=",
            AluOperation.Xor => "^=",
            AluOperation.Mov => "=",
            AluOperation.Arsh => "s>>=",
            _ => null,
        };
        return sign is null ? Unknown(f) : $"{destination} {sign} {Operand(f, file)}";
    }

    private static string Operand(Fields f, char file) =>
        (f.Opcode & BPF_X) != 0 ? $"{file}{f.Source}" : f.Immediate.ToString(CultureInfo.InvariantCulture);

    private static string Jump(Fields f, char file)
    {
        int operation = f.Opcode & OperationMask;
        switch (operation)
        {
            case BPF_JA:
                return $"goto pc{f.Offset:+0;-0;+0}";
            case BPF_EXIT:
                return "exit";
            case BPF_CALL when f.Source == BPF_PSEUDO_CALL:
                return $"call pc{f.Immediate:+0;-0;+0}";
            case BPF_CALL:
                return Enum.IsDefined((Helper)f.Immediate)
                    ? $"call {((Helper)f.Immediate).ToString().Replace("BPF_FUNC_", "bpf_", StringComparison.Ordinal)}#{f.Immediate}"
                    : $"call #{f.Immediate}";
        }
        string? sign = (Condition)operation switch
        {
            Condition.Equal => "==",
            Condition.Greater => ">",
            Condition.GreaterOrEqual => ">=",
            Condition.AnyBit => "&",
            Condition.NotEqual => "!=",
            Condition.SignedGreater => "s>",
            Condition.SignedGreaterOrEqual => "s>=",
            Condition.Less => "<",
            Condition.LessOrEqual => "<=",
            Condition.SignedLess => "s<",
            Condition.SignedLessOrEqual => "s<=",
            _ => null,
        };
        if (sign is null)
            return Unknown(f);
        string right = (f.Opcode & BPF_X) != 0 ? $"{file}{f.Source}" : $"0x{f.Immediate:x}";
        return $"if {file}{f.Destination} {sign} {right} goto pc{f.Offset:+0;-0;+0}";
    }

    private static string Memory(Fields f, int register) => $"*({TypeOf(f)} *)(r{register} {f.Offset:+0;-0;+0})";

    private static string TypeOf(Fields f) => (Width)(f.Opcode & SizeMask) switch
    {
        Width.B => "u8",
        Width.H => "u16",
        Width.W => "u32",
        _ => "u64",
    };

    private static string Atomic(Fields f)
    {
        string bits = (Width)(f.Opcode & SizeMask) == Width.DW ? "64" : "";
        string place = $"({TypeOf(f)} *)(r{f.Destination} {f.Offset:+0;-0;+0})";
        return (AtomicOperation)f.Immediate switch
        {
            AtomicOperation.Add => $"lock *{place} += r{f.Source}",
            AtomicOperation.Or => $"lock *{place} |= r{f.Source}",
            AtomicOperation.And => $"lock *{place} &= r{f.Source}",
            AtomicOperation.Xor => $"lock *{place} ^= r{f.Source}",
            AtomicOperation.FetchAdd => $"r{f.Source} = atomic{bits}_fetch_add({place}, r{f.Source})",
            AtomicOperation.FetchOr => $"r{f.Source} = atomic{bits}_fetch_or({place}, r{f.Source})",
            AtomicOperation.FetchAnd => $"r{f.Source} = atomic{bits}_fetch_and({place}, r{f.Source})",
            AtomicOperation.FetchXor => $"r{f.Source} = atomic{bits}_fetch_xor({place}, r{f.Source})",
            AtomicOperation.Xchg => $"r{f.Source} = atomic{bits}_xchg({place}, r{f.Source})",
            AtomicOperation.CmpXchg => $"r0 = atomic{bits}_cmpxchg({place}, r0, r{f.Source})",
            _ => Unknown(f),
        };
    }

    private static string Unknown(Fields f) => $"unknown r{f.Destination}, r{f.Source}, {f.Offset}, {f.Immediate}";
}
