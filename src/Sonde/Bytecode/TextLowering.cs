using System.Buffers.Binary;
using System.Collections.Immutable;
using Sonde.Kernel.Assembly;
using Sonde.Plans;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// Comparisons of texts into jumps. Nothing is read that cannot decide; what <see cref="TextLimits"/> leaves undecided ends
/// as out of range.
/// </summary>
internal sealed class TextLowering(CodeWriter code, OperandLowering operands)
{
    private readonly TextLoops _loops = new(code);

    /// <summary>Writes the comparison; control always leaves by one of the labels.</summary>
    public void Emit(TextPredicate predicate, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        (TextSource text, TextSource other) = (predicate.Text, predicate.Other);
        if (predicate.Comparison == TextComparison.NotEqual)
        {
            Emit(predicate with { Comparison = TextComparison.Equal }, whenFalse, whenTrue, escapes);
            return;
        }

        if (other is LiteralText { Bytes.Length: > TextLimits.Literal })
            throw new PlanTooLargeException($"a text in a condition can have at most {TextLimits.Literal} bytes");
        switch (predicate.Comparison, text, other)
        {
            case (TextComparison.Contains, _, LiteralText literal):
                EmitContains(text, literal.Bytes, whenTrue, whenFalse, escapes);
                break;
            case (TextComparison.Equal or TextComparison.StartsWith, CommandText or TargetText { Length: null }, LiteralText literal):
                EmitTerminated(text, predicate.Comparison == TextComparison.Equal, literal.Bytes, whenTrue, whenFalse, escapes);
                break;
            case (TextComparison.Equal or TextComparison.StartsWith or TextComparison.EndsWith, _, LiteralText literal):
                EmitCounted(predicate.Comparison, text, literal.Bytes, whenTrue, whenFalse, escapes);
                break;
            default:
                EmitOrder(predicate.Comparison, text, other, whenTrue, whenFalse, escapes);
                break;
        }
    }

    /// <summary>Puts the length of a text into R0; every other register but R6 to R10 is lost.</summary>
    public void EmitLength(TextSource source, Escapes escapes)
    {
        if (source is LiteralText literal)
        {
            code.Add(MovImm(Register.R0, literal.Bytes.Length));
            return;
        }

        if (source is TargetText { Length: { } length })
        {
            operands.Emit(length, Register.R0, escapes);
            return;
        }

        // One byte more than there may be tells a text of just the limit from a longer one.
        int most = (int)Math.Min(source is TargetText { Capacity: { } capacity } ? capacity : TextLimits.Terminated + 1, TextLimits.Terminated + 1);
        int room = most + 1;
        short buffer = code.Reserve(room);
        EmitRead(source, buffer, room, escapes);
        code.Add(JumpIfImm(Register.R0, Condition.SignedLess, 1, escapes.Fault));
        if (most > TextLimits.Terminated)
            code.Add(JumpIfImm(Register.R0, Condition.SignedGreater, TextLimits.Terminated + 1, escapes.Range), "too long to find its end");
        code.Add(SubImm(Register.R0, 1));
        code.Release(room);
    }

    private void EmitCounted(TextComparison comparison, TextSource text, ImmutableArray<byte> literal, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        int size = literal.Length;
        EmitLength(text, escapes);
        code.Add(comparison == TextComparison.Equal
            ? JumpIfImm(Register.R0, Condition.NotEqual, size, whenFalse)
            : JumpIfImm(Register.R0, Condition.SignedLess, size, whenFalse), "its length");
        if (size == 0)
        {
            code.Add(Jump(whenTrue));
            return;
        }

        // The last bytes are at the address plus the length minus their number.
        bool atEnd = comparison == TextComparison.EndsWith;
        short saved = code.Reserve(8);
        if (atEnd)
            code.Add(Store(Width.DW, Register.R10, saved, Register.R0));
        EmitAddress(text, escapes);
        if (atEnd)
        {
            code.Add(Load(Width.DW, Register.R0, Register.R10, saved));
            code.Add(Add(Register.R3, Register.R0));
            code.Add(SubImm(Register.R3, size));
        }

        code.Release(8);
        short buffer = code.Reserve(size);
        _loops.Read(buffer, size, text is CommandText ? Helper.BPF_FUNC_probe_read_kernel : Helper.BPF_FUNC_probe_read_user);
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, escapes.Fault));
        CompareBytes(buffer, literal, whenFalse);
        code.Release(size);
        code.Add(Jump(whenTrue));
    }

    private void EmitTerminated(TextSource text, bool whole, ImmutableArray<byte> literal, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        int size = literal.Length;

        // A text that fills its array has no zero behind it: the helper puts one there.
        uint capacity = text switch { TargetText target => target.Capacity ?? uint.MaxValue, _ => FrameHeader.CommandSize - 1 };
        if ((uint)size > capacity || literal.Contains((byte)0))
        {
            code.Add(Jump(whenFalse));
            return;
        }

        // One more than the literal tells an equal text from a longer one; the helper always ends with a zero.
        int room = size + 1 + (whole && (uint)size < capacity ? 1 : 0);
        short buffer = code.Reserve(Math.Max(room, (int)FrameHeader.CommandSize));
        EmitRead(text, buffer, room, escapes);
        code.Add(JumpIfImm(Register.R0, Condition.SignedLess, 0, escapes.Fault));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, size + 1, whenFalse), "its length");
        CompareBytes(buffer, literal, whenFalse);
        code.Release(Math.Max(room, (int)FrameHeader.CommandSize));
        code.Add(Jump(whenTrue));
    }

    private void EmitContains(TextSource text, ImmutableArray<byte> needle, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        if (needle.Length > TextLimits.Needle)
            throw new PlanTooLargeException($"contains() looks for at most {TextLimits.Needle} bytes");
        var sources = new TextPair(code.Reserve(8), code.Reserve(8), code.Reserve(8), code.Reserve(8));
        EmitSource(text, sources.FirstAddress, sources.FirstLength, escapes);
        _loops.Search(sources, needle, whenTrue, whenFalse, escapes, text is CommandText ? Helper.BPF_FUNC_probe_read_kernel : Helper.BPF_FUNC_probe_read_user);
        code.Release(32);
    }

    // Both are texts of the target, or one is and the other has an order to the literal.
    private void EmitOrder(TextComparison comparison, TextSource text, TextSource other, Label whenTrue, Label whenFalse, Escapes escapes)
    {
        if (text is CommandText || other is CommandText)
            throw new PlanTooLargeException("$comm can be compared with a text in quotes only");
        var sources = new TextPair(code.Reserve(8), code.Reserve(8), code.Reserve(8), code.Reserve(8));
        EmitSource(text, sources.FirstAddress, sources.FirstLength, escapes);
        if (other is not LiteralText)
            EmitSource(other, sources.SecondAddress, sources.SecondLength, escapes);
        else
            code.Add(StoreImm(Width.DW, Register.R10, sources.SecondLength, ((LiteralText)other).Bytes.Length));
        if (comparison == TextComparison.Equal)
        {
            code.Add(Load(Width.DW, Register.R1, Register.R10, sources.FirstLength));
            code.Add(Load(Width.DW, Register.R2, Register.R10, sources.SecondLength));
            code.Add(JumpIf(Register.R1, Condition.NotEqual, Register.R2, whenFalse), "their lengths");
        }

        var same = new Label("same beginning");
        if (other is LiteralText literal)
            _loops.Compare(sources, literal.Bytes, comparison, same, whenTrue, whenFalse, escapes);
        else
            _loops.Compare(sources, comparison, same, whenTrue, whenFalse, escapes);
        code.Add(Mark(same));
        code.Add(Load(Width.DW, Register.R1, Register.R10, sources.FirstLength));
        code.Add(Load(Width.DW, Register.R2, Register.R10, sources.SecondLength));
        code.Add(JumpIf(Register.R1, TextLoops.ConditionOf(comparison), Register.R2, whenTrue), "one begins with the other");
        code.Add(Jump(whenFalse));
        code.Release(32);
    }

    private void EmitSource(TextSource text, short address, short length, Escapes escapes)
    {
        var known = new Label("text known");
        EmitLength(text, escapes);
        code.Add(JumpIfImm(Register.R0, Condition.SignedLess, 0, escapes.Range), "no length");
        code.Add(Store(Width.DW, Register.R10, length, Register.R0));

        // An empty text may have any address.
        code.Add(StoreImm(Width.DW, Register.R10, address, 0));
        code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, known));
        EmitAddress(text, escapes);
        code.Add(Store(Width.DW, Register.R10, address, Register.R3));
        code.Add(Mark(known));
    }

    private void EmitAddress(TextSource text, Escapes escapes)
    {
        if (text is not TargetText target)
            throw new PlanTooLargeException("$comm can be compared by == and startswith() only");
        operands.EmitAddress(target.Address, 0, escapes);
    }

    /// <summary>A text up to its zero into a buffer; R0 is how many bytes there are with the zero, negative when it cannot be read.</summary>
    private void EmitRead(TextSource text, short buffer, int room, Escapes escapes)
    {
        if (text is CommandText)
        {
            EmitCommand(buffer, room);
            return;
        }

        operands.EmitAddress(((TargetText)text).Address, 0, escapes);
        _loops.Read(buffer, room, Helper.BPF_FUNC_probe_read_user_str);
    }

    private void EmitCommand(short buffer, int room)
    {
        int size = (int)FrameHeader.CommandSize;
        short name = code.Reserve(size);
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, name));
        code.Add(MovImm(Register.R2, size));
        code.Add(Call(Helper.BPF_FUNC_get_current_comm));
        code.Add(Mov(Register.R3, Register.R10));
        code.Add(AddImm(Register.R3, name));
        _loops.Read(buffer, Math.Min(room, size), Helper.BPF_FUNC_probe_read_kernel_str);
        code.Release(size);
    }

    private void CompareBytes(short buffer, ImmutableArray<byte> literal, Label whenFalse)
    {
        ReadOnlySpan<byte> bytes = literal.AsSpan();
        int at = 0;
        foreach (int size in (ReadOnlySpan<int>)[8, 4, 2, 1])
        {
            for (; bytes.Length - at >= size; at += size)
            {
                code.Add(Load(WidthOf(size), Register.R0, Register.R10, (short)(buffer + at)));
                ReadOnlySpan<byte> part = bytes[at..];
                if (size == 8)
                {
                    code.Add(LdImm64(Register.R1, BinaryPrimitives.ReadInt64LittleEndian(part)));
                    code.Add(JumpIf(Register.R0, Condition.NotEqual, Register.R1, whenFalse));
                    continue;
                }

                int value = size switch { 4 => BinaryPrimitives.ReadInt32LittleEndian(part), 2 => BinaryPrimitives.ReadUInt16LittleEndian(part), _ => part[0] };
                code.Add(JumpIf32Imm(Register.R0, Condition.NotEqual, value, whenFalse));
            }
        }
    }
}
