namespace Sonde.Sites;

/// <summary>
/// Says for one instruction what arch/x86/kernel/uprobes.c does with it (read at 5.15 to 6.18: <c>is_prefix_bad</c>,
/// <c>good_insns_64</c>, <c>branch_setup_xol_ops</c>, <c>push_setup_xol_ops</c>, <c>riprel_analyze</c>), and refuses besides
/// what the kernel accepts and then does wrongly.
/// </summary>
/// <remarks>
/// Works on the bytes, as the kernel does: its idea of an instruction is coarser than a disassembler's. It looks at
/// <c>opcode.bytes[0]</c>, which for VEX and EVEX is the opcode behind the prefix: <c>vpshufd</c> (70) is taken for <c>jo</c>,
/// <c>vpor</c> (eb) for <c>jmp</c>, <c>vpsubsb</c> (e8) for <c>call</c>. Measured on 6.18: a probe on <c>vpor</c> or on
/// <c>xchg r8, rax</c> makes the target skip the instruction, one on <c>pushf</c> stores the trap flag, and one on
/// <c>rep stosb</c> of 100 bytes fires 100 times.
/// </remarks>
internal static class UprobeRules
{
    // good_insns_64, one word per row of sixteen opcodes, bit n = opcode row|n may be probed.
    private static ReadOnlySpan<ushort> GoodOpcodes =>
    [
        0xbf3f, 0x3f3f, 0x7f7f, 0x7f7f, 0xffff, 0xffff, 0x0ff8, 0xffff,
        0xfffb, 0xfbff, 0xffff, 0xffff, 0x0fff, 0xff8f, 0x0b0f, 0xf3ed,
    ];

    /// <summary>What a probe on the instruction that is exactly <paramref name="bytes"/> long would meet.</summary>
    /// <param name="bytes">The instruction, as a 64-bit decoder measured it.</param>
    /// <param name="kernel">What this kernel can do beyond the floor.</param>
    /// <param name="refusal">Why it is refused, else <see cref="UprobeRefusal.None"/>.</param>
    public static UprobeHandling Classify(ReadOnlySpan<byte> bytes, KernelTraits kernel, out UprobeRefusal refusal)
    {
        refusal = UprobeRefusal.None;
        var at = 0;
        bool word = false, narrow = false, repeat = false, f3 = false;
        for (; at < bytes.Length; at++)
        {
            switch (bytes[at])
            {
                case 0x66: word = true; continue;
                case 0x67: narrow = true; continue;
                case 0xf2: repeat = true; continue;
                case 0xf3: repeat = f3 = true; continue;
                case 0x64 or 0x65: continue;
                case 0xf0: return Refuse(UprobeRefusal.LockPrefix, out refusal);
                case 0x26 or 0x2e or 0x36 or 0x3e: return Refuse(UprobeRefusal.SegmentPrefix, out refusal);
            }
            break;
        }
        byte rex = 0;
        if (at < bytes.Length && (bytes[at] & 0xf0) == 0x40) rex = bytes[at++];
        if (at >= bytes.Length) return Refuse(UprobeRefusal.Undecodable, out refusal);

        var rest = bytes[at..];
        var opcode = rest[0];
        if (opcode is 0xc4 or 0xc5) return Vex(rest, out refusal);
        if (opcode is 0x62 or 0xd5 || (opcode == 0x8f && rest.Length > 1 && ((rest[1] >> 3) & 7) != 0))
            return Refuse(UprobeRefusal.UnknownEncoding, out refusal);
        if ((GoodOpcodes[opcode >> 4] & (1 << (opcode & 15))) == 0) return Refuse(UprobeRefusal.System, out refusal);
        if (opcode == 0x0f) return TwoByte(rest, word, narrow, f3, kernel, out refusal);

        switch (opcode)
        {
            case >= 0x70 and <= 0x7f or 0xe8 or 0xe9 or 0xeb:
                return word ? Refuse(UprobeRefusal.WordBranch, out refusal) : UprobeHandling.Emulated;
            case >= 0xe0 and <= 0xe3 when word:
                return Refuse(UprobeRefusal.WordBranch, out refusal);
            case >= 0x50 and <= 0x57:
                return bytes.Length == 1 || (bytes.Length == 2 && rex == 0x41) ? UprobeHandling.Emulated : UprobeHandling.Stepped;
            case 0x90:
                if ((rex & 1) != 0) return Refuse(UprobeRefusal.FalseNop, out refusal);
                if (repeat) return UprobeHandling.Stepped; // pause: emulated by some kernels, stepped by others
                if (!word) return UprobeHandling.Emulated;
                // 66 90: emulated from 6.2 on, errno 524 before (cefa72129e45).
                return kernel.EmulatesLongNops ? UprobeHandling.Emulated : Refuse(UprobeRefusal.WordBranch, out refusal);
            case 0x8e when rest.Length > 1 && ((rest[1] >> 3) & 7) == 2:
                return Refuse(UprobeRefusal.MasksTrap, out refusal);
            case 0x9c:
                return Refuse(UprobeRefusal.PushesTrapFlag, out refusal);
            case (>= 0xa4 and <= 0xa7 or >= 0xaa and <= 0xaf) when repeat:
                return Refuse(UprobeRefusal.RepeatedString, out refusal);
            case 0xc6 or 0xc7 when rest.Length > 1 && rest[1] == 0xf8: // xabort, xbegin
                return Refuse(UprobeRefusal.NotSteppable, out refusal);
        }
        return narrow && IsRipRelative(rest, 1) ? Refuse(UprobeRefusal.AddressSize, out refusal) : UprobeHandling.Stepped;
    }

    private static UprobeHandling TwoByte(
        ReadOnlySpan<byte> rest, bool word, bool narrow, bool f3, KernelTraits kernel, out UprobeRefusal refusal)
    {
        refusal = UprobeRefusal.None;
        if (rest.Length < 2) return Refuse(UprobeRefusal.Undecodable, out refusal);
        switch (rest[1])
        {
            case >= 0x80 and <= 0x8f:
                return word ? Refuse(UprobeRefusal.WordBranch, out refusal) : UprobeHandling.Emulated;
            case 0x1f when !f3 && rest.Length > 2 && ((rest[2] >> 3) & 7) == 0:
                return kernel.EmulatesLongNops ? UprobeHandling.Emulated : UprobeHandling.Stepped;
            case 0x05 or 0x34: // syscall, sysenter: the copy would leave its own address and flags in rcx and r11
                return Refuse(UprobeRefusal.NotSteppable, out refusal);
            case <= 0x01 or (>= 0x06 and <= 0x09) or 0x0b or (>= 0x20 and <= 0x23) or 0x30 or 0x32 or 0x33 or 0x35 or 0x37
                or 0x78 or 0x79 or 0xaa or 0xb9 or 0xff:
                return Refuse(UprobeRefusal.System, out refusal);
            case 0x0f: // 3DNow!
                return Refuse(UprobeRefusal.UnknownEncoding, out refusal);
        }
        var opcodeLength = rest[1] is 0x38 or 0x3a ? 3 : 2;
        return narrow && IsRipRelative(rest, opcodeLength) ? Refuse(UprobeRefusal.AddressSize, out refusal) : UprobeHandling.Stepped;
    }

    // The kernel looks up the VEX opcode in the table of one-byte opcodes and then treats it as one. What is left is what
    // is both allowed there and without special treatment in branch_setup_xol_ops, push_setup_xol_ops and
    // arch_uprobe_analyze_insn (9d popf, c2 c3 ca cb ret, 9a ff calls).
    private static UprobeHandling Vex(ReadOnlySpan<byte> rest, out UprobeRefusal refusal)
    {
        refusal = UprobeRefusal.None;
        var at = rest[0] == 0xc5 ? 2 : 3;
        if (rest.Length <= at) return Refuse(UprobeRefusal.Undecodable, out refusal);
        var opcode = rest[at];
        var mistaken = opcode is 0x0f or 0x1f or (>= 0x70 and <= 0x7f) or 0x8e or 0x90 or 0x9a or 0x9d or 0xc2 or 0xc3 or 0xca or 0xcb
            or (>= 0xe8 and <= 0xeb) or 0xff;
        return mistaken || (GoodOpcodes[opcode >> 4] & (1 << (opcode & 15))) == 0
            ? Refuse(UprobeRefusal.VexOpcode, out refusal)
            : UprobeHandling.Stepped;
    }

    // ModRM "00 reg 101". Only asked with an address-size prefix, where guessing "yes" for an opcode without ModRM costs nothing.
    private static bool IsRipRelative(ReadOnlySpan<byte> rest, int modrm) => rest.Length > modrm && (rest[modrm] & 0xc7) == 0x05;

    private static UprobeHandling Refuse(UprobeRefusal why, out UprobeRefusal refusal)
    {
        refusal = why;
        return UprobeHandling.Refused;
    }
}
