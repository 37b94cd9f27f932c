using Sonde.Kernel.Assembly;
using Sonde.Plans;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>One turn: the next reference, what it leads to, and reading that into a new piece.</summary>
internal sealed partial class FollowLowering
{
    private void EmitTurn()
    {
        var (reference, element) = (new Label("reference"), new Label("value"));
        LoadState(Register.R1, FollowState.Reference);
        LoadState(Register.R2, FollowState.ReferenceEnd);
        _code.Add(JumpIf(Register.R1, Condition.Less, Register.R2, reference));

        // The next value of the piece.
        LoadState(Register.R3, FollowState.ReferenceFirst);
        _code.Add(JumpIf(Register.R3, Condition.Equal, Register.R2, element), "no references");
        LoadState(Register.R1, FollowState.Element);
        LoadState(Register.R4, FollowState.ValueSize);
        _code.Add(Add(Register.R1, Register.R4));
        StoreState(FollowState.Element, Register.R1);
        LoadState(Register.R5, FollowState.ChunkLength);
        _code.Add(JumpIf(Register.R1, Condition.GreaterOrEqual, Register.R5, element));
        StoreState(FollowState.Reference, Register.R3);
        _code.Add(Mov(Register.R1, Register.R3));
        _code.Add(Jump(reference));

        _code.Add(Mark(element));
        EmitNextPiece();
        _code.Add(Mark(reference));
        EmitReference();
    }

    /// <summary>Goes on to the next piece, and to the next turn.</summary>
    private void EmitNextPiece()
    {
        var inSegment = new Label("in segment");
        LoadState(Register.R1, FollowState.Scan);
        LoadState(Register.R2, FollowState.ChunkLength);
        _code.Add(Add(Register.R1, Register.R2));
        _code.Add(AddImm(Register.R1, FollowChunk.Size + 7));
        _code.Add(AndImm(Register.R1, ~7));
        LoadState(Register.R2, FollowState.SegmentEnd);
        _code.Add(JumpIf(Register.R1, Condition.NotEqual, Register.R2, inSegment));
        LoadState(Register.R1, FollowState.NextSegment);
        _code.Add(Mark(inSegment));
        StoreState(FollowState.Scan, Register.R1);
        LoadState(Register.R2, FollowState.Cursor);
        _code.Add(JumpIf(Register.R1, Condition.GreaterOrEqual, Register.R2, _finish));
        _code.Add(JumpIfImm(Register.R1, Condition.Greater, FrameSize, _finish));
        _code.Add(Add(Register.R1, Register.R7));
        foreach ((short from, short to) in ((short, short)[])[(FollowChunk.Length, FollowState.ChunkLength), (FollowChunk.Depth, FollowState.Depth)])
        {
            _code.Add(Load(Width.W, Register.R2, Register.R1, from));
            StoreState(to, Register.R2);
        }

        _code.Add(Load(Width.W, Register.R2, Register.R1, FollowChunk.Row));
        _code.Add(StoreImm(Width.DW, Register.R9, FollowState.Reference, 0));
        _code.Add(StoreImm(Width.DW, Register.R9, FollowState.ReferenceFirst, 0), "and the value size");
        _code.Add(StoreImm(Width.W, Register.R9, FollowState.Element, 0));
        _code.Add(JumpIfImm(Register.R2, Condition.Equal, 0, _next), "nothing leads on");
        _code.Add(Store(Width.W, Register.R10, Index, Register.R2));
        LookUp(_code, _maps.FollowTables.Rows, Index);
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, _next));
        _code.Add(Load(Width.W, Register.R1, Register.R0, FollowRow.First));
        _code.Add(Load(Width.W, Register.R2, Register.R0, FollowRow.Count));
        _code.Add(Load(Width.W, Register.R3, Register.R0, FollowRow.ValueSize));
        _code.Add(JumpIfImm(Register.R3, Condition.Equal, 0, _next));
        _code.Add(Add(Register.R2, Register.R1));
        StoreState(FollowState.Reference, Register.R1);
        StoreState(FollowState.ReferenceFirst, Register.R1);
        StoreState(FollowState.ReferenceEnd, Register.R2);
        StoreState(FollowState.ValueSize, Register.R3);

        // A piece that could not be read has no values.
        LoadState(Register.R4, FollowState.ChunkLength);
        _code.Add(JumpIfImm(Register.R4, Condition.NotEqual, 0, _next));
        StoreState(FollowState.ReferenceEnd, Register.R1);
        _code.Add(Jump(_next));
    }

    // R1 is the number of the reference.
    private void EmitReference()
    {
        var (dynamic, read, terminated) = (new Label("dynamic"), new Label("read"), new Label("terminated"));
        _code.Add(Store(Width.W, Register.R10, Index, Register.R1));
        _code.Add(AddImm(Register.R1, 1));
        StoreState(FollowState.Reference, Register.R1);
        LookUp(_code, _maps.FollowTables.References, Index);
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, _next));
        _code.Add(Mov(Register.R8, Register.R0));
        EmitGuard();
        LoadWord(Register.R3, FollowReference.PointerAt, 8);
        _code.Add(Load(Width.W, Register.R1, Register.R8, FollowReference.TargetAt));
        _code.Add(Store(Width.W, Register.R10, Target, Register.R1));
        _code.Add(Load(Width.W, Register.R4, Register.R8, FollowReference.FormAt));
        _code.Add(Store(Width.W, Register.R10, Form, Register.R4));
        _code.Add(JumpIfImm(Register.R4, Condition.Equal, (int)FollowForm.Dynamic, dynamic));
        _code.Add(Load(Width.W, Register.R5, Register.R8, FollowReference.HopsAt));
        EmitDepth(Register.R5);
        _code.Add(JumpIfImm(Register.R3, Condition.Equal, 0, _next), "nil");
        _code.Add(Load(Width.W, Register.R1, Register.R8, FollowReference.StrideAt));
        _code.Add(JumpIfImm(Register.R4, Condition.Equal, (int)FollowForm.Terminated, terminated));
        EmitCount();
        _code.Add(Mark(terminated));
        _code.Add(Store(Width.DW, Register.R10, Length, Register.R1));
        _code.Add(Load(Width.W, Register.R1, Register.R8, FollowReference.DisplacementAt));
        _code.Add(SignExtend(Register.R1, Width.W));
        _code.Add(Add(Register.R3, Register.R1));
        _code.Add(Store(Width.DW, Register.R10, Pointer, Register.R3));
        _code.Add(Jump(read));
        _code.Add(Mark(dynamic));
        EmitDynamic(read);
        _code.Add(Mark(read));
        EmitVisited();
        EmitRead();
    }

    private void EmitGuard()
    {
        var free = new Label("no guard");
        _code.Add(Load(Width.DW, Register.R4, Register.R8, FollowReference.GuardMaskAt));
        _code.Add(JumpIfImm(Register.R4, Condition.Equal, 0, free));
        LoadWord(Register.R3, FollowReference.GuardOffsetAt, 1);
        _code.Add(Load(Width.DW, Register.R4, Register.R8, FollowReference.GuardMaskAt));
        _code.Add(And(Register.R3, Register.R4));
        _code.Add(Load(Width.DW, Register.R4, Register.R8, FollowReference.GuardLowAt));
        _code.Add(Sub(Register.R3, Register.R4));
        _code.Add(Load(Width.DW, Register.R4, Register.R8, FollowReference.GuardSpanAt));
        _code.Add(JumpIf(Register.R3, Condition.Greater, Register.R4, _next));
        _code.Add(Mark(free));
    }

    /// <summary>Eight bytes of the value into <paramref name="target"/>, of which <paramref name="needed"/> have to be there. R1 and R2 are lost.</summary>
    private void LoadWord(Register target, short offsetAt, int needed)
    {
        LoadState(Register.R1, FollowState.Element);
        _code.Add(Load(Width.W, Register.R2, Register.R8, offsetAt));
        _code.Add(Add(Register.R1, Register.R2));
        LoadState(Register.R2, FollowState.ChunkLength);
        _code.Add(Mov(target, Register.R1));
        _code.Add(AddImm(target, needed));
        _code.Add(JumpIf(target, Condition.Greater, Register.R2, _next), "cut off");
        LoadState(Register.R2, FollowState.Scan);
        _code.Add(Add(Register.R1, Register.R2));
        _code.Add(AddImm(Register.R1, FollowChunk.Size));
        _code.Add(JumpIfImm(Register.R1, Condition.Greater, FrameSize, _next));
        _code.Add(Add(Register.R1, Register.R7));
        _code.Add(Load(Width.DW, target, Register.R1, 0));
    }

    private void EmitDepth(Register hops)
    {
        LoadState(Register.R1, FollowState.Depth);
        _code.Add(JumpIf(Register.R1, Condition.Less, hops, _next), "too deep");
        _code.Add(Sub(Register.R1, hops));
        _code.Add(Store(Width.W, Register.R10, Depth, Register.R1));
    }

    // R1 the stride, R3 the pointer; leaves the length in R1 and keeps R3.
    private void EmitCount()
    {
        var (done, counted, power, mask, span, limit) = (new Label("length"), new Label("count"), new Label("power"), new Label("mask"), new Label("span"), new Label("limit"));
        _code.Add(Store(Width.DW, Register.R10, Pointer, Register.R3));
        _code.Add(Store(Width.DW, Register.R10, Length, Register.R1));
        _code.Add(Load(Width.W, Register.R5, Register.R8, FollowReference.MostAt));
        _code.Add(Load(Width.W, Register.R4, Register.R8, FollowReference.CountFormAt));
        _code.Add(Mov(Register.R3, Register.R5));
        _code.Add(JumpIfImm(Register.R4, Condition.Equal, (int)FollowCount.Fixed, counted));
        LoadWord(Register.R3, FollowReference.CountOffsetAt, 1);
        _code.Add(JumpIfImm(Register.R4, Condition.Equal, (int)FollowCount.Span, span));
        _code.Add(Load(Width.DW, Register.R1, Register.R8, FollowReference.CountMaskAt));
        _code.Add(And(Register.R3, Register.R1));
        _code.Add(JumpIfImm(Register.R4, Condition.Equal, (int)FollowCount.Power, power));
        _code.Add(JumpIfImm(Register.R4, Condition.Equal, (int)FollowCount.Mask, mask));
        _code.Add(Jump(limit));

        _code.Add(Mark(power));
        _code.Add(Load(Width.W, Register.R1, Register.R8, FollowReference.BiasAt));
        _code.Add(SignExtend(Register.R1, Width.W));
        _code.Add(Add(Register.R3, Register.R1));
        _code.Add(JumpIfImm(Register.R3, Condition.Greater, 47, _next));
        _code.Add(MovImm(Register.R1, 1));
        _code.Add(Lsh(Register.R1, Register.R3));
        _code.Add(Mov(Register.R3, Register.R1));
        _code.Add(Jump(limit));

        _code.Add(Mark(mask));
        _code.Add(AddImm(Register.R3, 1));
        _code.Add(Mark(limit));
        _code.Add(JumpIf(Register.R3, Condition.LessOrEqual, Register.R5, counted));
        _code.Add(Mov(Register.R3, Register.R5));
        _code.Add(Mark(counted));
        _code.Add(Load(Width.DW, Register.R1, Register.R10, Length));
        _code.Add(Mul(Register.R1, Register.R3));
        _code.Add(Jump(done));

        _code.Add(Mark(span));
        _code.Add(Load(Width.DW, Register.R1, Register.R10, Pointer));
        _code.Add(Sub(Register.R3, Register.R1));
        _code.Add(JumpIfImm(Register.R3, Condition.SignedLessOrEqual, 0, _next));
        _code.Add(Load(Width.DW, Register.R1, Register.R10, Length));
        _code.Add(Mul(Register.R5, Register.R1));
        _code.Add(Mov(Register.R1, Register.R3));
        _code.Add(JumpIf(Register.R1, Condition.LessOrEqual, Register.R5, done));
        _code.Add(Mov(Register.R1, Register.R5));
        _code.Add(Mark(done));
        _code.Add(Load(Width.DW, Register.R3, Register.R10, Pointer));
    }

    // R3 is the data word.
    private void EmitDynamic(Label read)
    {
        var (direct, indirect, known) = (new Label("direct"), new Label("behind"), new Label("type word"));
        _code.Add(Store(Width.DW, Register.R10, Data, Register.R3));
        LoadWord(Register.R3, FollowReference.CountOffsetAt, 8);
        _code.Add(JumpIfImm(Register.R3, Condition.Equal, 0, _next), "no type");
        _code.Add(Load(Width.W, Register.R1, Register.R8, FollowReference.IndirectAt));
        _code.Add(JumpIfImm(Register.R1, Condition.NotEqual, 0, indirect));
        _code.Add(Store(Width.DW, Register.R10, TypeWord, Register.R3));
        _code.Add(Mark(known));
        LoadState(Register.R1, FollowState.Process, Width.DW);
        _code.Add(Store(Width.DW, Register.R10, ProcessWord, Register.R1));
        LookUp(_code, _maps.FollowTables.Dynamics, TypeWord);
        _code.Add(JumpIfImm(Register.R0, Condition.Equal, 0, _next), "not known yet");
        _code.Add(Load(Width.W, Register.R1, Register.R0, FollowDynamic.RowAt));
        _code.Add(Store(Width.W, Register.R10, Target, Register.R1));
        _code.Add(Load(Width.W, Register.R1, Register.R0, FollowDynamic.DirectAt));
        _code.Add(JumpIfImm(Register.R1, Condition.NotEqual, 0, direct));
        _code.Add(Load(Width.W, Register.R5, Register.R0, FollowDynamic.HopsAt));
        EmitDepth(Register.R5);
        _code.Add(Load(Width.W, Register.R1, Register.R0, FollowDynamic.SizeAt));
        _code.Add(Store(Width.DW, Register.R10, Length, Register.R1));
        _code.Add(Load(Width.DW, Register.R3, Register.R10, Data));
        _code.Add(JumpIfImm(Register.R3, Condition.Equal, 0, _next));
        _code.Add(Load(Width.DW, Register.R1, Register.R0, FollowDynamic.AdjustmentAt));
        _code.Add(Add(Register.R3, Register.R1));
        _code.Add(Store(Width.DW, Register.R10, Pointer, Register.R3));
        _code.Add(Jump(read));

        _code.Add(Mark(direct), "the data word is the value: a piece of its own, as if it had been read");
        _code.Add(StoreImm(Width.DW, Register.R10, Pointer, 0));
        LoadState(Register.R1, FollowState.Depth);
        _code.Add(Store(Width.W, Register.R10, Depth, Register.R1));
        EmitWordPiece();
        _code.Add(Load(Width.DW, Register.R1, Register.R10, Data));
        _code.Add(Store(Width.DW, Register.R2, FollowChunk.Size, Register.R1));
        _code.Add(Jump(_next));

        _code.Add(Mark(indirect));
        _code.Add(Load(Width.W, Register.R1, Register.R8, FollowReference.BiasAt));
        _code.Add(SignExtend(Register.R1, Width.W));
        _code.Add(Add(Register.R3, Register.R1));
        _code.Add(Store(Width.DW, Register.R10, Pointer, Register.R3));
        _code.Add(Mov(Register.R1, Register.R10));
        _code.Add(AddImm(Register.R1, TypeWord));
        _code.Add(MovImm(Register.R2, 8));
        _code.Add(Call(Helper.BPF_FUNC_probe_read_user));
        _code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, _next));
        _code.Add(Load(Width.W, Register.R5, Register.R10, Target));
        _code.Add(StoreImm(Width.W, Register.R10, Target, 0));
        EmitWordPiece();
        _code.Add(Load(Width.DW, Register.R1, Register.R10, TypeWord));
        _code.Add(Store(Width.DW, Register.R2, FollowChunk.Size, Register.R1));
        _code.Add(Jump(known));
    }

    /// <summary>Begins a piece of eight bytes with the address, row and depth on the stack; R2 is where it begins.</summary>
    private void EmitWordPiece()
    {
        LoadState(Register.R2, FollowState.Cursor);
        _code.Add(JumpIfImm(Register.R2, Condition.Greater, FrameSize - FollowChunk.Size - 8, _next));
        _code.Add(Mov(Register.R1, Register.R2));
        _code.Add(AddImm(Register.R1, FollowChunk.Size + 8));
        StoreState(FollowState.Cursor, Register.R1);
        _code.Add(Add(Register.R2, Register.R7));
        EmitPieceHeader(Register.R2);
        _code.Add(StoreImm(Width.W, Register.R2, FollowChunk.Length, 8));
    }

    private void EmitPieceHeader(Register piece)
    {
        _code.Add(Load(Width.DW, Register.R1, Register.R10, Pointer));
        _code.Add(Store(Width.DW, piece, FollowChunk.Address, Register.R1));
        _code.Add(Load(Width.W, Register.R1, Register.R10, Target));
        _code.Add(Store(Width.W, piece, FollowChunk.Row, Register.R1));
        _code.Add(Load(Width.W, Register.R1, Register.R10, Depth));
        _code.Add(Store(Width.W, piece, FollowChunk.Depth, Register.R1));
        LoadState(Register.R1, FollowState.Flags);
        _code.Add(Store(Width.W, piece, FollowChunk.Flags, Register.R1));
    }

    /// <summary>Passes over what is in the frame already, as the same type and at least as long.</summary>
    private void EmitVisited()
    {
        var unseen = new Label("unseen");
        _code.Add(Load(Width.DW, Register.R1, Register.R10, Pointer));
        _code.Add(Mov(Register.R2, Register.R1));
        _code.Add(RshImm(Register.R2, 47));
        _code.Add(JumpIfImm(Register.R2, Condition.NotEqual, 0, _next), "no address of a process");
        _code.Add(LshImm(Register.R1, 17));
        _code.Add(Load(Width.W, Register.R2, Register.R10, Target));
        _code.Add(Or(Register.R1, Register.R2));
        _code.Add(LdImm64(Register.R3, unchecked((long)0x9E3779B97F4A7C15)));
        _code.Add(Mul(Register.R3, Register.R1));
        _code.Add(RshImm(Register.R3, 64 - FollowState.VisitedBits));
        LoadState(Register.R4, FollowState.Generation);
        _code.Add(LshImm(Register.R4, 32));
        _code.Add(Load(Width.DW, Register.R5, Register.R10, Length));
        for (int i = 0; i < 2; i++)
        {
            var (other, free) = (new Label("other"), new Label("free"));
            if (i > 0)
                _code.Add(XorImm(Register.R3, 1));
            _code.Add(Mov(Register.R2, Register.R3));
            _code.Add(AndImm(Register.R2, FollowState.VisitedEntries - 1));
            _code.Add(LshImm(Register.R2, 4));
            _code.Add(Add(Register.R2, Register.R9));
            _code.Add(Load(Width.DW, Register.R0, Register.R2, FollowState.Visited + 8));
            _code.Add(Sub(Register.R0, Register.R4));

            // What remains is the length, if the entry is of this use of the slot; else a large number.
            _code.Add(Mov(Register.R8, Register.R0));
            _code.Add(RshImm(Register.R8, 32));
            _code.Add(JumpIfImm(Register.R8, Condition.NotEqual, 0, free));
            _code.Add(Load(Width.DW, Register.R8, Register.R2, FollowState.Visited));
            _code.Add(JumpIf(Register.R8, Condition.NotEqual, Register.R1, other));
            _code.Add(JumpIf(Register.R0, Condition.GreaterOrEqual, Register.R5, _next), "seen");
            _code.Add(Mark(free));
            _code.Add(Store(Width.DW, Register.R2, FollowState.Visited, Register.R1));
            _code.Add(Mov(Register.R0, Register.R4));
            _code.Add(Or(Register.R0, Register.R5));
            _code.Add(Store(Width.DW, Register.R2, FollowState.Visited + 8, Register.R0));
            _code.Add(Jump(unseen));
            _code.Add(Mark(other));
        }

        _code.Add(Mark(unseen));
    }

    private void EmitRead()
    {
        var (whole, half, fits, text, fault, done) =
            (new Label("whole"), new Label("half"), new Label("fits"), new Label("text"), new Label("unreadable"), new Label("read"));
        _code.Add(Load(Width.W, Register.R8, Register.R10, Form));
        _code.Add(Load(Width.DW, Register.R2, Register.R10, Length));
        _code.Add(JumpIfImm(Register.R2, Condition.Equal, 0, _next));

        // No more than half of what is left, so that one huge array does not keep everything else out.
        LoadState(Register.R4, FollowState.Cursor);
        var full = new Label("full");
        _code.Add(JumpIfImm(Register.R4, Condition.Greater, FrameSize - FollowChunk.Size - 8, full));
        _code.Add(MovImm(Register.R1, FrameSize - FollowChunk.Size));
        _code.Add(Sub(Register.R1, Register.R4));
        _code.Add(JumpIfImm(Register.R1, Condition.LessOrEqual, 512, half));
        _code.Add(RshImm(Register.R1, 1));
        _code.Add(Mark(half));
        _code.Add(AndImm(Register.R1, ~7));
        _code.Add(JumpIf(Register.R2, Condition.LessOrEqual, Register.R1, whole));
        _code.Add(Mov(Register.R2, Register.R1));
        _code.Add(StoreImm(Width.W, Register.R9, FollowState.Cut, 1));
        _code.Add(Mark(whole));
        _code.Add(JumpIfImm(Register.R2, Condition.LessOrEqual, (int)_follow.MaxChunk, fits));
        _code.Add(MovImm(Register.R2, (int)_follow.MaxChunk));
        _code.Add(Mark(fits));
        _code.Add(Store(Width.DW, Register.R10, Length, Register.R2));
        _code.Add(Add(Register.R4, Register.R7));
        EmitPieceHeader(Register.R4);
        _code.Add(Store(Width.DW, Register.R10, Data, Register.R4), "the piece");
        _code.Add(Load(Width.DW, Register.R3, Register.R10, Pointer));
        _code.Add(Mov(Register.R1, Register.R4));
        _code.Add(AddImm(Register.R1, FollowChunk.Size));
        _code.Add(JumpIfImm(Register.R8, Condition.Equal, (int)FollowForm.Terminated, text));
        _code.Add(Call(Helper.BPF_FUNC_probe_read_user));
        _code.Add(Load(Width.DW, Register.R4, Register.R10, Data));
        _code.Add(Load(Width.DW, Register.R2, Register.R10, Length));
        _code.Add(JumpIfImm(Register.R0, Condition.NotEqual, 0, fault));
        _code.Add(Jump(done));

        _code.Add(Mark(text));
        _code.Add(Call(Helper.BPF_FUNC_probe_read_user_str));
        _code.Add(Load(Width.DW, Register.R4, Register.R10, Data));
        _code.Add(Load(Width.DW, Register.R1, Register.R10, Length));
        _code.Add(JumpIfImm(Register.R0, Condition.SignedLess, 0, fault));
        _code.Add(Mov(Register.R2, Register.R0));
        _code.Add(JumpIf(Register.R2, Condition.NotEqual, Register.R1, done));
        _code.Add(SubImm(Register.R2, 1), "the zero is the helper's, not the target's");
        _code.Add(Jump(done));

        _code.Add(Mark(fault));
        _code.Add(Load(Width.W, Register.R1, Register.R4, FollowChunk.Flags));
        _code.Add(OrImm(Register.R1, (int)FollowChunk.Unreadable));
        _code.Add(Store(Width.W, Register.R4, FollowChunk.Flags, Register.R1));
        _code.Add(MovImm(Register.R2, 0));
        _code.Add(Mark(done));
        _code.Add(Store(Width.W, Register.R4, FollowChunk.Length, Register.R2));
        _code.Add(AddImm(Register.R2, FollowChunk.Size + 7));
        _code.Add(AndImm(Register.R2, ~7));
        LoadState(Register.R1, FollowState.Cursor);
        _code.Add(Add(Register.R1, Register.R2));
        StoreState(FollowState.Cursor, Register.R1);
        _code.Add(Jump(_next));
        _code.Add(Mark(full));
        _code.Add(StoreImm(Width.W, Register.R9, FollowState.Cut, 1));
        _code.Add(Jump(_finish));
    }
}
