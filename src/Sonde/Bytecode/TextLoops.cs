using System.Buffers.Binary;
using System.Collections.Immutable;
using Sonde.Kernel.Assembly;
using Sonde.Plans;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>Stack slots with the addresses and lengths of two texts.</summary>
internal readonly record struct TextPair(short FirstAddress, short FirstLength, short SecondAddress, short SecondLength);

/// <summary>Loops over texts, piece by piece through the stack. They are bounded, so that the verifier can follow them.</summary>
internal sealed class TextLoops(CodeWriter code)
{
    private const int ComparedPiece = 64;
    private const int SearchedPiece = 128;

    /// <summary><paramref name="size"/> bytes at R3 into the stack; the helper's answer is in R0.</summary>
    public void Read(short buffer, int size, Helper helper)
    {
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, buffer));
        code.Add(MovImm(Register.R2, size));
        code.Add(Call(helper));
    }

    /// <summary>Compares the bytes that both texts have; goes to <paramref name="same"/> when they are equal.</summary>
    public void Compare(TextPair texts, TextComparison comparison, Label same, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        (short left, short right, short at) = (code.Reserve(ComparedPiece), code.Reserve(ComparedPiece), code.Reserve(8));
        var (again, smaller, whole) = (new Label("piece"), new Label("smaller"), new Label("whole piece"));
        Clear(left, ComparedPiece);
        Clear(right, ComparedPiece);
        code.Add(StoreImm(Width.DW, Register.R10, at, 0));
        code.Add(Mark(again));

        // How many bytes both have left: 1 to a piece.
        code.Add(Load(Width.DW, Register.R2, Register.R10, texts.FirstLength));
        code.Add(Load(Width.DW, Register.R1, Register.R10, texts.SecondLength));
        code.Add(JumpIf(Register.R2, Condition.LessOrEqual, Register.R1, smaller));
        code.Add(Mov(Register.R2, Register.R1));
        code.Add(Mark(smaller));
        code.Add(Load(Width.DW, Register.R4, Register.R10, at));
        code.Add(JumpIf(Register.R2, Condition.LessOrEqual, Register.R4, same));
        code.Add(JumpIfImm(Register.R4, Condition.GreaterOrEqual, TextLimits.Searched, escapes.Range), "too long to compare");
        code.Add(Sub(Register.R2, Register.R4));
        code.Add(JumpIfImm(Register.R2, Condition.LessOrEqual, ComparedPiece, whole));
        code.Add(MovImm(Register.R2, ComparedPiece));
        code.Add(Mark(whole));
        short count = code.Reserve(8);
        code.Add(Store(Width.DW, Register.R10, count, Register.R2));
        ReadPiece(left, texts.FirstAddress, at, Helper.BPF_FUNC_probe_read_user, escapes);
        code.Add(Load(Width.DW, Register.R2, Register.R10, count));
        ReadPiece(right, texts.SecondAddress, at, Helper.BPF_FUNC_probe_read_user, escapes);
        // What is behind a shorter piece is the same in both: zeros, or what the last piece left there. One branch for all
        // words; which of them differs is looked for behind the loop.
        var differ = new Label("differ");
        code.Add(MovImm(Register.R0, 0));
        for (int i = 0; i < ComparedPiece; i += 8)
        {
            code.Add(Load(Width.DW, Register.R1, Register.R10, (short)(left + i)));
            code.Add(Load(Width.DW, Register.R2, Register.R10, (short)(right + i)));
            code.Add(Xor(Register.R1, Register.R2));
            code.Add(Or(Register.R0, Register.R1));
        }

        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, differ));
        code.Add(Load(Width.DW, Register.R4, Register.R10, at));
        code.Add(AddImm(Register.R4, ComparedPiece));
        code.Add(Store(Width.DW, Register.R10, at, Register.R4));
        code.Add(Jump(again));
        code.Add(Mark(differ));
        var word = new Label("word");
        for (int i = 0; i < ComparedPiece && comparison != TextComparison.Equal; i += 8)
        {
            code.Add(Load(Width.DW, Register.R1, Register.R10, (short)(left + i)));
            code.Add(Load(Width.DW, Register.R2, Register.R10, (short)(right + i)));
            code.Add(JumpIf(Register.R1, Condition.NotEqual, Register.R2, word));
        }

        code.Add(Mark(word));
        EmitDifference(comparison, whenTrue, whenFalse);
        code.Release((2 * ComparedPiece) + 16);
    }

    /// <summary>The same with a literal.</summary>
    public void Compare(TextPair texts, ImmutableArray<byte> literal, TextComparison comparison, Label same, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        int room = (literal.Length + 7) & ~7;
        if (room == 0)
        {
            code.Add(Jump(same));
            return;
        }

        short buffer = code.Reserve(room);
        var (fits, differ) = (new Label("fits"), new Label("differ"));
        Clear(buffer, room);
        code.Add(Load(Width.DW, Register.R2, Register.R10, texts.FirstLength));
        code.Add(JumpIfImm(Register.R2, Condition.Equal, 0, same));
        code.Add(JumpIfImm(Register.R2, Condition.LessOrEqual, literal.Length, fits));
        code.Add(MovImm(Register.R2, literal.Length));
        code.Add(Mark(fits));
        code.Add(Load(Width.DW, Register.R3, Register.R10, texts.FirstAddress));
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, buffer));
        code.Add(Call(Helper.BPF_FUNC_probe_read_user));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, escapes.Fault));
        var padded = new byte[room];
        literal.CopyTo(padded);
        for (int i = 0; i < room; i += 8)
        {
            code.Add(Load(Width.DW, Register.R1, Register.R10, (short)(buffer + i)));
            code.Add(LdImm64(Register.R2, BinaryPrimitives.ReadInt64LittleEndian(padded.AsSpan(i))));
            code.Add(JumpIf(Register.R1, Condition.NotEqual, Register.R2, differ));
        }

        code.Add(Jump(same));
        code.Add(Mark(differ));
        EmitDifference(comparison, whenTrue, whenFalse);
        code.Release(room);
    }

    /// <summary>Looks for a literal in the first text.</summary>
    public void Search(TextPair text, ImmutableArray<byte> needle, Label whenTrue, Label whenFalse, Escapes escapes, Helper read)
    {
        if (needle.Length == 0)
        {
            code.Add(Jump(whenTrue));
            return;
        }

        (short buffer, short at) = (code.Reserve(SearchedPiece), code.Reserve(8));
        var (again, whole, end) = (new Label("piece"), new Label("whole piece"), new Label("end of piece"));
        code.Add(StoreImm(Width.DW, Register.R10, at, 0));
        code.Add(Mark(again));
        code.Add(Load(Width.DW, Register.R2, Register.R10, text.FirstLength));
        code.Add(Load(Width.DW, Register.R4, Register.R10, at));
        code.Add(Sub(Register.R2, Register.R4));
        code.Add(JumpIfImm(Register.R2, Condition.SignedLess, needle.Length, whenFalse), "too short for it");
        code.Add(JumpIfImm(Register.R4, Condition.GreaterOrEqual, TextLimits.Searched, escapes.Range), "too long to search");
        code.Add(JumpIfImm(Register.R2, Condition.LessOrEqual, SearchedPiece, whole));
        code.Add(MovImm(Register.R2, SearchedPiece));
        code.Add(Mark(whole));
        short count = code.Reserve(8);
        code.Add(Store(Width.DW, Register.R10, count, Register.R2));

        // Zeros behind the text: what is looked for has none.
        Clear(buffer, SearchedPiece);
        ReadPiece(buffer, text.FirstAddress, at, read, escapes);
        EmitWindows(buffer, count, needle.AsSpan(), end);
        code.Add(Mark(end));
        code.Add(JumpIfImm(Register.R5, Condition.Equal, 0, whenTrue), "found");
        code.Add(Load(Width.DW, Register.R4, Register.R10, at));
        code.Add(AddImm(Register.R4, SearchedPiece - needle.Length + 1));
        code.Add(Store(Width.DW, Register.R10, at, Register.R4));
        code.Add(Jump(again));
        code.Release(SearchedPiece + 16);
    }

    // The last bytes up to each place move through R1 (the last eight), R2 and R3, and R5 becomes zero where they are the
    // literal. Without branches: the verifier follows each of them, and a piece would have hundreds.
    private void EmitWindows(short buffer, short count, ReadOnlySpan<byte> needle, Label end)
    {
        ReadOnlySpan<Register> windows = [Register.R1, Register.R2, Register.R3];
        int used = (needle.Length + 7) / 8;
        for (int w = 0; w < used; w++)
            code.Add(MovImm(windows[w], 0));
        code.Add(MovImm(Register.R5, 1));
        for (int i = 0; i < SearchedPiece; i++)
        {
            if (i > 0 && i % 16 == 0)
            {
                code.Add(Load(Width.DW, Register.R0, Register.R10, count));
                code.Add(JumpIfImm(Register.R0, Condition.LessOrEqual, i, end));
            }

            for (int w = used - 1; w >= 0; w--)
            {
                code.Add(RshImm(windows[w], 8));
                if (w == 0)
                    code.Add(Load(Width.B, Register.R0, Register.R10, (short)(buffer + i)));
                else
                    code.Add(Mov(Register.R0, windows[w - 1]));
                code.Add(LshImm(Register.R0, 56));
                code.Add(Or(windows[w], Register.R0));
            }

            // What differs, in all windows together.
            for (int w = 0; w < used; w++)
            {
                Register difference = w == 0 ? Register.R0 : Register.R4;
                int size = Math.Min(8, needle.Length - (8 * w));
                ulong part = 0;
                for (int b = 0; b < size; b++)
                    part |= (ulong)needle[needle.Length - (8 * w) - size + b] << (8 * (8 - size + b));
                code.Add(LdImm64(difference, unchecked((long)part)));
                code.Add(Xor(difference, windows[w]));
                if (size < 8)
                    code.Add(RshImm(difference, 8 * (8 - size)));
                if (w > 0)
                    code.Add(Or(Register.R0, Register.R4));
            }

            // 0 stays 0, all else becomes 1.
            code.Add(Mov(Register.R4, Register.R0));
            code.Add(Neg(Register.R4));
            code.Add(Or(Register.R0, Register.R4));
            code.Add(RshImm(Register.R0, 63));
            code.Add(And(Register.R5, Register.R0));
        }
    }

    /// <summary>The order of lengths when one text begins with the other.</summary>
    public static Condition ConditionOf(TextComparison comparison) => comparison switch
    {
        TextComparison.Equal => Condition.Equal,
        TextComparison.Less => Condition.Less,
        TextComparison.LessOrEqual => Condition.LessOrEqual,
        TextComparison.Greater => Condition.Greater,
        TextComparison.GreaterOrEqual => Condition.GreaterOrEqual,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // R1 and R2 hold the first words that differ; as big-endian numbers they have the order of their bytes.
    private void EmitDifference(TextComparison comparison, Label whenTrue, Label whenFalse)
    {
        if (comparison != TextComparison.Equal)
        {
            code.Add(ToBigEndian(Register.R1, Width.DW));
            code.Add(ToBigEndian(Register.R2, Width.DW));
            code.Add(JumpIf(Register.R1, ConditionOf(comparison), Register.R2, whenTrue));
        }

        code.Add(Jump(whenFalse));
    }

    /// <summary>R2 bytes from a place in a text on.</summary>
    private void ReadPiece(short buffer, short address, short at, Helper read, Escapes escapes)
    {
        code.Add(Load(Width.DW, Register.R3, Register.R10, address));
        code.Add(Load(Width.DW, Register.R4, Register.R10, at));
        code.Add(Add(Register.R3, Register.R4));
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, buffer));
        code.Add(Call(read));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, escapes.Fault));
    }

    // A helper that gets a size which is not constant wants its buffer written before.
    private void Clear(short buffer, int size)
    {
        for (int i = 0; i < size; i += 8)
            code.Add(StoreImm(Width.DW, Register.R10, (short)(buffer + i), 0));
    }
}
