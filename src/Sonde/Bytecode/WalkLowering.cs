using Sonde.Kernel.Assembly;
using Sonde.Plans;
using Sonde.Sites;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// Walks into copies of their code, one for each place that may be walked: what goes back in a walk goes on in the next copy.
/// The verifier follows straight code in one go; of a loop with branches it would follow every way through all its rounds.
/// </summary>
internal sealed class WalkLowering(CodeWriter code, OperandLowering operands)
{
    // A jump reaches 32,767 instructions; a program has other parts, too.
    private const int MaximumCode = 20_000, MaximumProgram = 28_000;

    private Dictionary<CursorOperand, Label> _heads = [], _next = [];
    private bool _isLast, _goesOn;

    /// <summary>
    /// Looks for an element: goes to <paramref name="found"/> with the address of its value in R0, to <paramref name="absent"/>
    /// when there is none, and out of range when there is more to look at than allowed.
    /// </summary>
    public void Emit(FoundOperand search, Label found, Label absent, Escapes escapes)
    {
        int bytes = 8 * search.Cursors.Length;
        foreach (CursorOperand cursor in search.Cursors)
            operands.Cursors[cursor] = code.Reserve(8);
        code.Note("looks for the key");
        foreach ((CursorOperand cursor, Operand value) in search.Before)
        {
            operands.Emit(value, Register.R0, escapes);
            Keep(cursor, Register.R0);
        }

        foreach (CursorOperand cursor in search.Cursors.Except(search.Before.Select(b => b.Cursor)))
            code.Add(StoreImm(Width.DW, Register.R10, operands.Cursors[cursor], 0));
        var walking = new Walking(found, escapes, []);
        int texts = ReadTexts(search.Walk, walking), copies = 1;
        for (int i = 0; i < copies; i++)
        {
            (_heads, _next, _isLast) = (_next, [], i > 0 && i == copies - 1);
            int before = code.Instructions.Count;
            Emit(search.Walk, walking);
            code.Add(Jump(absent));
            if (i == 0 && _goesOn)
                copies = CopiesOf(code.Instructions.Count - before);
        }

        code.Release(texts);
        code.Release(bytes);
    }

    private int CopiesOf(int size)
    {
        int room = Math.Min(MaximumCode / Math.Max(1, operands.Remembered.Count), (MaximumProgram - code.Instructions.Count) / 2);
        return room / size >= 2
            ? Math.Min(room / size, WalkLimits.Places)
            : throw new PlanTooLargeException("the probe looks for more elements of maps than one program can; give it fewer expressions, or several probes");
    }

    // The texts that are looked for, with zeros behind them; how much of the stack they take.
    private int ReadTexts(Walk walk, Walking walking)
    {
        switch (walk)
        {
            case WalkParts parts:
                return parts.Parts.Sum(p => ReadTexts(p, walking));
            case WalkWhen some:
                return ReadTexts(some.Then, walking);
            case WalkAt at:
                return ReadTexts(at.Then, walking);
            case WalkRun run:
                return ReadTexts(run.Each, walking);
            case WalkSlots slots:
                KeyText[] texts = [.. slots.Parts.OfType<KeyText>().Where(t => t.Wanted is TargetText && !walking.Texts.ContainsKey(t))];
                foreach (KeyText text in texts)
                    ReadText(text, walking);
                return texts.Length * WalkLimits.Key;
            default:
                return 0;
        }
    }

    private void ReadText(KeyText part, Walking walking)
    {
        var (buffer, target, empty) = (code.Reserve(WalkLimits.Key), (TargetText)part.Wanted, new Label("empty"));
        walking.Texts.Add(part, buffer);
        Clear(buffer, WalkLimits.Key);
        operands.Emit(target.Length!, Register.R2, walking.Escapes);
        code.Add(JumpIfImm(Register.R2, Condition.Equal, 0, empty));
        Bound(Register.R2, walking);
        operands.Emit(target.Address, Register.R3, walking.Escapes);
        Into(buffer);
        code.Add(Call(Helper.BPF_FUNC_probe_read_user));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, walking.Escapes.Fault));
        code.Add(Mark(empty));
    }

    // Control goes on behind what is written, or to where it was found.
    private void Emit(Walk walk, Walking walking)
    {
        switch (walk)
        {
            case WalkParts parts:
                foreach (Walk part in parts.Parts)
                    Emit(part, walking);
                break;

            case WalkWhen some:
                var (holds, done) = (new Label("walked"), new Label("not walked"));
                operands.Predicates!.Emit(some.Test, holds, done, walking.Escapes);
                code.Add(Mark(holds));
                Emit(some.Then, walking);
                code.Add(Mark(done));
                break;

            case WalkAt at:
                EmitAt(at, walking);
                break;

            case WalkAgain again:
                var end = new Label("end of chain");
                operands.Emit(again.Next, Register.R0, walking.Escapes);
                code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, end));
                Keep(again.Cursor, Register.R0);
                GoOn(again.Cursor, walking);
                code.Add(Mark(end));
                break;

            case WalkRun run:
                EmitRun(run, walking);
                break;

            case WalkSlots slots:
                EmitSlots(slots, walking);
                break;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void EmitAt(WalkAt at, Walking walking)
    {
        var done = new Label("no place");
        operands.Emit(at.Address, Register.R0, walking.Escapes);
        code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, done));
        code.Add(Load(Width.DW, Register.R1, Register.R10, operands.Cursors[at.Cursor]));
        code.Add(JumpIf(Register.R0, Condition.Equal, Register.R1, done), "walked already");
        Keep(at.Cursor, Register.R0);
        code.Add(Mark(Head(at.Cursor)));
        Emit(at.Then, walking);
        code.Add(Mark(done));
    }

    private void EmitRun(WalkRun run, Walking walking)
    {
        var done = new Label("last place");
        operands.Emit(run.First, Register.R0, walking.Escapes);
        code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, done));
        Keep(run.Cursor, Register.R0);
        operands.Emit(run.Count, Register.R0, walking.Escapes);
        Keep(run.Left, Register.R0);
        code.Add(Mark(Head(run.Cursor)));
        code.Add(Load(Width.DW, Register.R0, Register.R10, operands.Cursors[run.Left]));
        code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, done));
        code.Add(SubImm(Register.R0, 1));
        Keep(run.Left, Register.R0);
        Emit(run.Each, walking);
        code.Add(Load(Width.DW, Register.R0, Register.R10, operands.Cursors[run.Cursor]));
        code.Add(AddImm(Register.R0, (int)run.Stride));
        Keep(run.Cursor, Register.R0);
        GoOn(run.Cursor, walking);
        code.Add(Mark(done));
    }

    private Label Head(CursorOperand cursor) => _heads.TryGetValue(cursor, out Label? head) ? head : _heads[cursor] = new Label("place");

    private void GoOn(CursorOperand cursor, Walking walking)
    {
        _goesOn = true;
        if (!_next.TryGetValue(cursor, out Label? head))
            _next.Add(cursor, head = new Label("next place"));
        code.Add(Jump(_isLast ? walking.Escapes.Range : head), _isLast ? "more than is looked at" : "the next place");
    }

    private void EmitSlots(WalkSlots slots, Walking walking)
    {
        (short key, short text, short tests) = (code.Reserve((int)slots.KeySize), code.Reserve(TextRoom(slots)), code.Reserve(slots.Count));
        if (slots.IsTested)
        {
            // The bytes of all slots at once.
            operands.EmitAddress(slots.Base, slots.TestOffset, walking.Escapes);
            Read(tests, slots.Count, walking);
        }

        if (slots.Parts.OfType<KeyText>().Any(t => t.Wanted is TargetText))
            Clear(text, WalkLimits.Key);
        KeyText[] texts = [.. slots.Parts.OfType<KeyText>().Where(t => t.Wanted is not LiteralText { Bytes.Length: 0 })];
        Label[] following = [.. Enumerable.Range(1, slots.Count).Select(_ => new Label("next slot"))];
        var (compare, done) = (new Label("its texts"), following[^1]);
        short index = code.Reserve(8);
        for (int i = 0; i < slots.Count; i++)
        {
            if (slots.IsTested)
            {
                code.Add(Load(Width.B, Register.R1, Register.R10, (short)(tests + i)));
                if (slots.Mask != 0xff)
                    code.Add(AndImm(Register.R1, slots.Mask));
                if (slots.Low > 0)
                    code.Add(JumpIfImm(Register.R1, Condition.Less, slots.Low, following[i]), "not in use");
                if (slots.High < slots.Mask)
                    code.Add(JumpIfImm(Register.R1, Condition.Greater, slots.High, following[i]), "not in use");
            }

            EmitPart(slots, slots.KeyOffset, i * (long)slots.KeyStride);
            Read(key, (int)slots.KeySize, walking);
            EmitWords(slots, key, following[i], walking);
            if (texts.Length == 0)
            {
                EmitPart(slots, slots.ValueOffset, i * (long)slots.ValueStride);
                code.Add(Mov(Register.R0, Register.R3));
                code.Add(Jump(walking.Found));
            }
            else
            {
                code.Add(StoreImm(Width.DW, Register.R10, index, i));
                code.Add(Jump(compare));
            }

            if (i < slots.Count - 1)
                code.Add(Mark(following[i]));
        }

        // One comparison of texts for all slots: few get as far, and the code is long.
        if (texts.Length > 0)
        {
            var differs = new Label("another text");
            code.Add(Jump(done));
            code.Add(Mark(compare));
            EmitTexts(texts, key, text, differs, walking);
            code.Add(Load(Width.DW, Register.R0, Register.R10, index));
            code.Add(MulImm(Register.R0, (int)slots.ValueStride));
            EmitPart(slots, slots.ValueOffset, 0);
            code.Add(Add(Register.R0, Register.R3));
            code.Add(Jump(walking.Found));
            code.Add(Mark(differs));
            code.Add(Load(Width.DW, Register.R0, Register.R10, index));
            for (int i = 0; i < slots.Count - 1; i++)
                code.Add(JumpIfImm(Register.R0, Condition.Equal, i, following[i]));
        }

        code.Add(Mark(done));
        code.Release(8);
        code.Release(slots.Count);
        code.Release(TextRoom(slots));
        code.Release((int)slots.KeySize);
    }

    /// <summary>The address of a part of a slot into R3; only that is changed.</summary>
    private void EmitPart(WalkSlots slots, uint offset, long distance)
    {
        (Operand cursor, long displacement) = slots.Base.Split();
        code.Add(Load(Width.DW, Register.R3, Register.R10, operands.Cursors[(CursorOperand)cursor]));
        code.Add(AddImm(Register.R3, checked((int)(displacement + offset + distance))));
    }

    // What differs is collected and looked at once, for the verifier's sake: it follows each branch.
    private void EmitWords(WalkSlots slots, short key, Label next, Walking walking)
    {
        code.Add(MovImm(Register.R0, 0));
        foreach (KeyPart part in slots.Parts)
        {
            short at = (short)(key + part.Offset);
            Operand wanted = part switch
            {
                KeyWord word => word.Wanted,
                KeyText { Wanted: LiteralText literal } => new ConstantOperand(literal.Bytes.Length),
                KeyText { Wanted: TargetText { Length: { } length } } => length,
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            code.Add(part is KeyWord number ? Load(WidthOf((int)number.Size), Register.R1, Register.R10, at) : Load(Width.DW, Register.R1, Register.R10, (short)(at + 8)));
            operands.Emit(wanted, Register.R2, walking.Escapes);
            code.Add(Xor(Register.R1, Register.R2));
            code.Add(Or(Register.R0, Register.R1));
        }

        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, next), "another key");
    }

    private void EmitTexts(KeyText[] texts, short key, short text, Label differs, Walking walking)
    {
        foreach (KeyText part in texts)
        {
            code.Add(Load(Width.DW, Register.R3, Register.R10, (short)(key + part.Offset)));
            if (part.Wanted is LiteralText literal)
            {
                Read(text, literal.Bytes.Length, walking);
                code.Add(MovImm(Register.R0, 0));
                EmitDifferences(text, literal.Bytes.AsSpan());
            }
            else
            {
                Label empty = new("no text");
                code.Add(MovImm(Register.R0, 0));
                code.Add(Load(Width.DW, Register.R2, Register.R10, operands.Cursors[(CursorOperand)((TargetText)part.Wanted).Length!]));
                code.Add(JumpIfImm(Register.R2, Condition.Equal, 0, empty));
                Bound(Register.R2, walking);
                Into(text);
                code.Add(Call(Helper.BPF_FUNC_probe_read_user));
                code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, walking.Escapes.Fault));
                for (int i = 0; i < WalkLimits.Key; i += 8)
                {
                    code.Add(Load(Width.DW, Register.R1, Register.R10, (short)(text + i)));
                    code.Add(Load(Width.DW, Register.R2, Register.R10, (short)(walking.Texts[part] + i)));
                    code.Add(Xor(Register.R1, Register.R2));
                    code.Add(Or(Register.R0, Register.R1));
                }

                code.Add(Mark(empty));
            }

            code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, differs));
        }
    }

    /// <summary>Adds to R0 what differs from a literal.</summary>
    private void EmitDifferences(short buffer, ReadOnlySpan<byte> literal)
    {
        int at = 0;
        foreach (int size in (ReadOnlySpan<int>)[8, 4, 2, 1])
        {
            for (; literal.Length - at >= size; at += size)
            {
                long part = 0;
                for (int i = size - 1; i >= 0; i--)
                    part = (part << 8) | literal[at + i];
                code.Add(Load(WidthOf(size), Register.R1, Register.R10, (short)(buffer + at)));
                code.Add(LoadConstant(Register.R2, part));
                code.Add(Xor(Register.R1, Register.R2));
                code.Add(Or(Register.R0, Register.R1));
            }
        }
    }

    private static int TextRoom(WalkSlots slots) =>
        slots.Parts.OfType<KeyText>().Select(t => t.Wanted is LiteralText literal ? literal.Bytes.Length : WalkLimits.Key).DefaultIfEmpty(0).Max();

    /// <summary>R2 is not more than there is room for.</summary>
    private void Bound(Register length, Walking walking) =>
        code.Add(JumpIfImm(length, Condition.Greater, WalkLimits.Key, walking.Escapes.Range), "too long a key");

    private void Read(short buffer, int size, Walking walking)
    {
        Into(buffer);
        code.Add(MovImm(Register.R2, size));
        code.Add(Call(Helper.BPF_FUNC_probe_read_user));
        code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, walking.Escapes.Fault));
    }

    // A helper that gets a size which is not constant wants its buffer written before; and what is behind a text is to be zero.
    private void Clear(short buffer, int size)
    {
        for (int i = 0; i < size; i += 8)
            code.Add(StoreImm(Width.DW, Register.R10, (short)(buffer + i), 0));
    }

    private void Into(short buffer)
    {
        code.Add(Mov(Register.R1, Register.R10));
        code.Add(AddImm(Register.R1, buffer));
    }

    private void Keep(CursorOperand cursor, Register register) => code.Add(Store(Width.DW, Register.R10, operands.Cursors[cursor], register));

    /// <param name="Found">Where to go when it is found.</param>
    /// <param name="Escapes">Where to go when there is no answer.</param>
    /// <param name="Texts">The stack slots of the texts of variables that are looked for.</param>
    private readonly record struct Walking(Label Found, Escapes Escapes, Dictionary<KeyText, short> Texts);
}
