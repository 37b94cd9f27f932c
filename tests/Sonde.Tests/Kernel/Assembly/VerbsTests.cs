using System.Buffers.Binary;

using Sonde.Kernel.Assembly;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.Tests.Kernel.Assembly;

/// <summary>Encodings as llvm-mc 14 writes them for bpfel, cpu v3 (the remainder and the fetching atomics, which it cannot parse, as the kernel's header defines them).</summary>
public sealed class VerbsTests
{
    private static readonly Label There = new("there");

    private static (Instruction Verb, string Encoding, string Text)[] Plain =>
    [
        (Mov(R6, R1), "bf16000000000000", "r6 = r1"),
        (MovImm(R3, -5), "b7030000fbffffff", "r3 = -5"),
        (Mov32(R1, R2), "bc21000000000000", "w1 = w2"),
        (Mov32Imm(R1, 7), "b401000007000000", "w1 = 7"),
        (Add(R1, R2), "0f21000000000000", "r1 += r2"),
        (AddImm(R1, -8), "07010000f8ffffff", "r1 += -8"),
        (Add32(R1, R2), "0c21000000000000", "w1 += w2"),
        (Add32Imm(R1, 1), "0401000001000000", "w1 += 1"),
        (Sub(R1, R2), "1f21000000000000", "r1 -= r2"),
        (Sub32(R3, R4), "1c43000000000000", "w3 -= w4"),
        (Mul(R1, R2), "2f21000000000000", "r1 *= r2"),
        (MulImm(R1, 24), "2701000018000000", "r1 *= 24"),
        (Div(R1, R2), "3f21000000000000", "r1 /= r2"),
        (Div32Imm(R1, 10), "340100000a000000", "w1 /= 10"),
        (Or(R1, R2), "4f21000000000000", "r1 |= r2"),
        (AndImm(R1, 255), "57010000ff000000", "r1 &= 255"),
        (And32(R1, R2), "5c21000000000000", "w1 &= w2"),
        (Xor(R1, R2), "af21000000000000", "r1 ^= r2"),
        (LshImm(R1, 32), "6701000020000000", "r1 <<= 32"),
        (Lsh(R1, R2), "6f21000000000000", "r1 <<= r2"),
        (RshImm(R1, 32), "7701000020000000", "r1 >>= 32"),
        (Rsh32(R1, R2), "7c21000000000000", "w1 >>= w2"),
        (ArshImm(R1, 56), "c701000038000000", "r1 s>>= 56"),
        (Arsh32Imm(R1, 3), "c401000003000000", "w1 s>>= 3"),
        (Neg(R1), "8701000000000000", "r1 = -r1"),
        (Neg32(R1), "8401000000000000", "w1 = -w1"),
        (ToBigEndian(R1, H), "dc01000010000000", "r1 = be16 r1"),
        (ToBigEndian(R1, DW), "dc01000040000000", "r1 = be64 r1"),
        (ToLittleEndian(R1, W), "d401000020000000", "r1 = le32 r1"),
        (LdImm64(R1, 0x123456789abcdef), "18010000efcdab890000000067452301", "r1 = 0x123456789abcdef"),
        (Load(B, R1, R2, 1), "7121010000000000", "r1 = *(u8 *)(r2 +1)"),
        (Load(H, R1, R2, 2), "6921020000000000", "r1 = *(u16 *)(r2 +2)"),
        (Load(W, R1, R2, 4), "6121040000000000", "r1 = *(u32 *)(r2 +4)"),
        (Load(DW, R1, R10, -8), "79a1f8ff00000000", "r1 = *(u64 *)(r10 -8)"),
        (Store(B, R1, 3, R2), "7321030000000000", "*(u8 *)(r1 +3) = r2"),
        (Store(H, R1, 2, R2), "6b21020000000000", "*(u16 *)(r1 +2) = r2"),
        (Store(W, R10, -4, R2), "632afcff00000000", "*(u32 *)(r10 -4) = r2"),
        (Store(DW, R10, -512, R9), "7b9a00fe00000000", "*(u64 *)(r10 -512) = r9"),
        (AtomicAdd(DW, R1, 8, R2), "db21080000000000", "lock *(u64 *)(r1 +8) += r2"),
        (AtomicAdd(W, R1, 0, R2), "c321000000000000", "lock *(u32 *)(r1 +0) += r2"),
        (Call(Helper.BPF_FUNC_probe_read_user), "8500000070000000", "call bpf_probe_read_user#112"),
        (Exit(), "9500000000000000", "exit"),
        (Mod(R1, R2), "9f21000000000000", "r1 %= r2"),
        (Mod32(R1, R9), "9c91000000000000", "w1 %= w9"),
        (FetchAdd(DW, R1, 8, R2), "db21080001000000", "r2 = atomic64_fetch_add((u64 *)(r1 +8), r2)"),
        (Atomic(AtomicOperation.FetchOr, W, R1, 8, R2), "c321080041000000", "r2 = atomic_fetch_or((u32 *)(r1 +8), r2)"),
        (CmpXchg(DW, R1, 8, R2), "db210800f1000000", "r0 = atomic64_cmpxchg((u64 *)(r1 +8), r0, r2)"),
        (Xchg(DW, R1, 8, R2), "db210800e1000000", "r2 = atomic64_xchg((u64 *)(r1 +8), r2)"),
        (Xchg(W, R1, 8, R2), "c3210800e1000000", "r2 = atomic_xchg((u32 *)(r1 +8), r2)"),
        (StoreImm(W, R10, -4, 5), "620afcff05000000", "*(u32 *)(r10 -4) = 5"),
        (StoreImm(DW, R10, -8, -1), "7a0af8ffffffffff", "*(u64 *)(r10 -8) = -1"),
    ];

    private static (Instruction Verb, string Encoding, string Text)[] Jumps =>
    [
        (JumpIf(R1, Condition.Equal, R2, There), "1d21030000000000", "if r1 == r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.Equal, -1, There), "16010300ffffffff", "if w1 == 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.NotEqual, R2, There), "5d21030000000000", "if r1 != r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.NotEqual, -1, There), "56010300ffffffff", "if w1 != 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.Greater, R2, There), "2d21030000000000", "if r1 > r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.Greater, -1, There), "26010300ffffffff", "if w1 > 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.GreaterOrEqual, R2, There), "3d21030000000000", "if r1 >= r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.GreaterOrEqual, -1, There), "36010300ffffffff", "if w1 >= 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.Less, R2, There), "ad21030000000000", "if r1 < r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.Less, -1, There), "a6010300ffffffff", "if w1 < 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.LessOrEqual, R2, There), "bd21030000000000", "if r1 <= r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.LessOrEqual, -1, There), "b6010300ffffffff", "if w1 <= 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.SignedGreater, R2, There), "6d21030000000000", "if r1 s> r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.SignedGreater, -1, There), "66010300ffffffff", "if w1 s> 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.SignedGreaterOrEqual, R2, There), "7d21030000000000", "if r1 s>= r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.SignedGreaterOrEqual, -1, There), "76010300ffffffff", "if w1 s>= 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.SignedLess, R2, There), "cd21030000000000", "if r1 s< r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.SignedLess, -1, There), "c6010300ffffffff", "if w1 s< 0xffffffff goto pc+3 <there>"),
        (JumpIf(R1, Condition.SignedLessOrEqual, R2, There), "dd21030000000000", "if r1 s<= r2 goto pc+3 <there>"),
        (JumpIf32Imm(R1, Condition.SignedLessOrEqual, -1, There), "d6010300ffffffff", "if w1 s<= 0xffffffff goto pc+3 <there>"),
        (JumpIfImm(R1, Condition.Greater, 5, There), "2501030005000000", "if r1 > 0x5 goto pc+3 <there>"),
        (JumpIf32(R1, Condition.Greater, R2, There), "2e21030000000000", "if w1 > w2 goto pc+3 <there>"),
        (Jump(There), "0500030000000000", "goto pc+3 <there>"),
        (JumpIfImm(R1, Condition.AnyBit, 1, There), "4501030001000000", "if r1 & 0x1 goto pc+3 <there>"),
        (JumpIf(R1, Condition.AnyBit, R2, There), "4d21030000000000", "if r1 & r2 goto pc+3 <there>"),
    ];

    [Fact]
    public void Encodes_and_lists_each_verb()
    {
        foreach ((Instruction verb, string encoding, string text) in Plain)
            AssertVerb([verb], encoding, text);
    }

    [Fact]
    public void Encodes_and_lists_each_jump()
    {
        foreach ((Instruction verb, string encoding, string text) in Jumps)
            AssertVerb([verb, Exit(), Exit(), Exit(), Mark(There), Exit()], encoding, text);
    }

    [Fact]
    public void Refuses_what_has_no_encoding()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AtomicAdd(H, R1, 0, R2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ToBigEndian(R1, B));
        Assert.Throws<ArgumentException>(() => SignedDiv(R1, R2, R1));
        Assert.Throws<ArgumentException>(() => LoadMapValue(R1, MapBlueprint.Hash("h", 4, 4, 1)));
    }

    private static void AssertVerb(Instruction[] program, string encoding, string text)
    {
        Code code = Assembler.Assemble(program);
        int size = program[0].Slots;
        byte[] bytes = new byte[8 * size];
        for (int i = 0; i < size; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), code.Slots[i]);
        Assert.Equal(encoding, Convert.ToHexStringLower(bytes));
        string line = Listing.Line(code.Slots, 0, null, code.Labels, out int listed);
        Assert.Equal($"({encoding[..2]}) {text}", line);
        Assert.Equal(size, listed);
    }
}
