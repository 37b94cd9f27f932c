using System.Text;
using Sonde.Plans;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;
using Xunit;
using static Sonde.Tests.Values.FrameBuilder;

namespace Sonde.Tests.Values;

/// <summary>Pointers, texts and sequences through the table of what was read.</summary>
public sealed class FollowTests
{
    private const ulong A = 0xC0_0010_0000, B = 0xC0_0020_0000;

    private readonly FrameBuilder _builder = new();

    private TypeId Int32 => _builder.Types.Add("int", 4, new ScalarShape(ScalarKind.Signed));

    private TypeId Text => _builder.Types.Add("string", 16, new TextShape(TextForm.Counted, 0, new CountField(8, 8)));

    private TypeId CString => _builder.Types.Add("char*", 8, new TextShape(TextForm.Terminated, 0, null));

    private TypeId Slice(TypeId element, ulong stride, bool nullIsNil = true) =>
        _builder.Types.Add("[]e", 24, new SequenceShape(element, stride, 0, new CountField(8, 8), nullIsNil));

    private TypeId PointerTo(TypeId target) => _builder.Types.Add("*t", 8, new PointerShape(target));

    private string Decode() => Show.Of(_builder.Decode());

    [Fact]
    public void A_pointer_shows_what_was_read_there()
    {
        uint at = _builder.Root(PointerTo(Int32), Word(A));
        _builder.Memory(at, BitConverter.GetBytes(-7));
        Assert.Equal("&-7", Decode());
    }

    [Theory]
    [InlineData(0ul, Status.Nil, "nil")]
    [InlineData(A, Status.Fault, "<NotResident>")]
    [InlineData(16ul, Status.Fault, "<BadPointer>")]
    [InlineData(0xdead_beef_dead_beef, Status.Fault, "<BadPointer>")]
    public void A_pointer_that_leads_nowhere_says_why(ulong address, object status, string expected)
    {
        uint at = _builder.Root(PointerTo(Int32), Word(address));
        _builder.Memory(at, [1, 2, 3, 4], (Status)status);
        Assert.Equal(expected, Decode());
    }

    [Theory]
    [InlineData(A, "0xc000100000")]
    [InlineData(4095ul, "<BadPointer>")]
    [InlineData(1ul << 47, "<BadPointer>")]
    public void A_pointer_that_nobody_followed_is_an_address(ulong address, string expected)
    {
        _builder.Root(PointerTo(Int32), Word(address));
        Assert.Equal(expected, Decode());
    }

    [Fact]
    public void Depth_ends_at_an_address_even_when_the_bytes_are_there()
    {
        _builder.Limits = new CaptureLimits { Depth = 1 };
        uint at = _builder.Root(PointerTo(PointerTo(Int32)), Word(A));
        Node first = _builder.Memory(at, Word(B));
        _builder.Memory(first.At, [1, 0, 0, 0], parent: first);
        Assert.Equal("&0xc000200000", Decode());
    }

    [Fact]
    public void Children_of_a_failed_step_are_never_looked_at()
    {
        // The garbage where the first target would be is a pointer that a child "found" something at.
        TypeId both = _builder.Types.Add("both", 16, new RecordShape([new Field("p", 0, PointerTo(PointerTo(Int32))), new Field("q", 8, PointerTo(Int32))]));
        uint at = _builder.Root(both, Words(A, B));
        Node first = _builder.Memory(at, Word(0), Status.Fault);
        Word(B).CopyTo(_builder.Frame, first.At);
        _builder.Memory(first.At, [1, 0, 0, 0], Status.NotRun, parent: first);
        Assert.Equal("{p=<NotResident> q=0xc000200000}", Decode());
    }

    [Fact]
    public void A_step_behind_a_false_guard_is_never_looked_at()
    {
        TypeId both = _builder.Types.Add("both", 32, new RecordShape([new Field("s", 0, Slice(PointerTo(Int32), 8)), new Field("q", 24, PointerTo(Int32))]));
        uint at = _builder.Root(both, Words(A, 1, 1, B));
        Node items = _builder.Counted(at, at + 8, Words(A + 64, B), 8, 2);
        _builder.Memory(items.At, [1, 0, 0, 0], parent: items, guard: new CountGuard(Pointer(at + 8), 0));
        _builder.Memory(items.At + 8, [2, 0, 0, 0], Status.NotRun, parent: items, guard: new CountGuard(Pointer(at + 8), 1));
        Assert.Equal("{s=[&1] q=0xc000200000}", Decode());
    }

    [Fact]
    public void A_target_that_was_copied_in_part_shows_that_part()
    {
        TypeId pair = _builder.Types.Add("pair", 8, new RecordShape([new Field("a", 0, Int32), new Field("b", 4, Int32)]));
        uint at = _builder.Root(PointerTo(pair), Word(A));
        _builder.Memory(at, [1, 0, 0, 0]);
        Assert.Equal("&{a=1 b=<SizeLimit>}", Decode());
    }

    [Fact]
    public void A_pointer_to_a_value_of_no_bytes_needs_none()
    {
        TypeId empty = _builder.Types.Add("struct {}", 0, new RecordShape([]));
        _builder.Root(PointerTo(empty), Word(1));
        Assert.Equal("&{}", Decode());
    }

    [Fact]
    public void Cycles_count_the_levels_up()
    {
        TypeId node = _builder.Types.Reserve("node", 8);
        TypeId pointer = PointerTo(node);
        _builder.Types.Complete(node, new RecordShape([new Field("next", 0, pointer)]));
        uint at = _builder.Root(pointer, Word(A));
        Node first = _builder.Memory(at, Word(B));
        _builder.Memory(first.At, Word(A), parent: first);
        Assert.Equal("&{next=&{next=cycle 2}}", Decode());
    }

    [Fact]
    public void The_same_address_with_another_type_is_no_cycle()
    {
        TypeId inner = _builder.Types.Add("inner", 8, new RecordShape([new Field("p", 0, PointerTo(Int32))]));
        uint at = _builder.Root(PointerTo(inner), Word(A));
        _builder.Memory(at, Word(A));
        Assert.Equal("&{p=&1048576}", Decode());
    }

    [Fact]
    public void Entry_and_return_see_their_own_memory()
    {
        TypeId pointer = PointerTo(Int32);
        uint argument = _builder.Root(pointer, Word(A), "p");
        uint result = _builder.Root(pointer, Word(A), "$0", RootRole.Result, atReturn: true);
        _builder.Memory(argument, [1, 0, 0, 0]);
        _builder.Memory(result, [2, 0, 0, 0], atReturn: true);
        _builder.Outcome(FrameOutcome.Returned);
        DecodedFrame frame = _builder.Decoder().Decode(_builder.Frame);
        Assert.Equal("&1", Show.Of(frame.Arguments[0].Value));
        Assert.Equal("&2", Show.Of(frame.Results[0].Value));
    }

    [Fact]
    public void A_call_that_did_not_return_has_no_results()
    {
        _builder.Root(Int32, [1, 0, 0, 0], "a");
        _builder.Root(Int32, [2, 0, 0, 0], "$0", RootRole.Result, atReturn: true);
        _builder.Root(Int32, [3, 0, 0, 0], "$ret", RootRole.Capture, atReturn: true);
        _builder.Outcome(FrameOutcome.DidNotReturn);
        DecodedFrame frame = _builder.Decoder().Decode(_builder.Frame);
        Assert.Equal("1", Show.Of(frame.Arguments[0].Value));
        Assert.Empty(frame.Results);
        Assert.Equal("<Uninitialized>", Show.Of(frame.Captures[0].Value));
    }

    [Theory]
    [InlineData("héllo", 6, 16, "\"hÃ©llo\"")]
    [InlineData("hello", 900, 5, "\"hello\"...(900)")]
    [InlineData("h\u00e9", 900, 2, "\"h\"...(900)")]
    [InlineData("", 0, 8, "\"\"")]
    public void Counted_texts(string content, long length, int capacity, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        uint at = _builder.Root(Text, Words(A, (ulong)length));
        _builder.Counted(at, at + 8, bytes[..Math.Min(bytes.Length, capacity)], 1, (uint)capacity);
        Assert.Equal(expected, Decode());
    }

    [Theory]
    [InlineData(A, -1, "<Uninitialized>")]
    [InlineData(A, 1L << 48, "<Uninitialized>")]
    [InlineData(0ul, 5, "<BadPointer>")]
    [InlineData(7ul, 5, "<BadPointer>")]
    [InlineData(0ul, 0, "\"\"")]
    [InlineData(B, 5, "\"\"...(5)")]
    public void Text_headers_that_make_no_sense(ulong pointer, long length, string expected)
    {
        _builder.Root(Text, Words(pointer, (ulong)length));
        Assert.Equal(expected, Decode());
    }

    [Theory]
    [InlineData("abc\0", 16, "\"abc\"")]
    [InlineData("abcdefg\0", 8, "\"abcdefg\"...(?)")]
    [InlineData("\0", 8, "\"\"")]
    public void Terminated_texts(string content, uint capacity, string expected)
    {
        uint at = _builder.Root(CString, Word(A));
        _builder.Terminated(at, Encoding.UTF8.GetBytes(content), capacity);
        Assert.Equal(expected, Decode());
    }

    [Fact]
    public void The_zero_of_a_cut_text_is_not_the_targets_memory()
    {
        TypeId bytes = _builder.Types.Add("char[8]", 8, new TextShape(TextForm.Inline, 0, null));
        TypeId both = _builder.Types.Add("both", 16, new RecordShape([new Field("s", 0, CString), new Field("a", 8, PointerTo(bytes))]));
        uint at = _builder.Root(both, Words(A, A));
        _builder.Terminated(at, "abcdefg\0"u8.ToArray(), 8);
        Assert.Equal("{s=\"abcdefg\"...(?) a=&\"abcdefg\"...(?)}", Decode());
    }

    [Fact]
    public void Terminated_texts_keep_to_the_limit()
    {
        _builder.Limits = new CaptureLimits { StringBytes = 3 };
        uint at = _builder.Root(CString, Word(A));
        _builder.Terminated(at, "abcd\0"u8.ToArray(), 8);
        Assert.Equal("\"abc\"...(4)", Decode());
    }

    [Theory]
    [InlineData("6100e900 3dd800de 0000", 2u, "\"aÃ©ð\u009f\u0098\u0080\"")]
    [InlineData("61000000 00f60100 00000000", 4u, "\"að\u009f\u0098\u0080\"")]
    [InlineData("3dd8 6100 0000", 2u, "\"í\u00a0½a\"")]
    public void Wide_texts_become_utf8(string hex, uint unit, string expected)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        _builder.Root(_builder.Types.Add("w", (ulong)bytes.Length, new TextShape(TextForm.Inline, 0, null, unit)), bytes);
        Assert.Equal(expected, Decode());
    }

    [Theory]
    [InlineData("616263", "\"abc\"")]
    [InlineData("610063", "\"a\"")]
    public void Inline_texts_end_at_the_zero_or_the_size(string hex, string expected)
    {
        _builder.Root(_builder.Types.Add("char[3]", 3, new TextShape(TextForm.Inline, 0, null)), Convert.FromHexString(hex));
        Assert.Equal(expected, Decode());
    }

    [Theory]
    [InlineData(A, 2, "[1 2]")]
    [InlineData(A, 900, "[1 2 3]...(900)")]
    [InlineData(0ul, 0, "nil")]
    [InlineData(A, 0, "[]")]
    [InlineData(0ul, 4, "<BadPointer>")]
    [InlineData(A, -4, "<Uninitialized>")]
    [InlineData(B, 4, "[1 2 3]...(4)")]
    public void Slices(ulong pointer, long length, string expected)
    {
        uint at = _builder.Root(Slice(Int32, 4), Words(pointer, (ulong)length, (ulong)length));
        _builder.Counted(at, at + 8, [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], 4, 3, pointer == 0 ? Status.Nil : Status.Done);
        Assert.Equal(expected, Decode());
    }

    [Theory]
    [InlineData(A, A + 8, "[1 2]")]
    [InlineData(A, A + 400, "[1 2 3]...(100)")]
    [InlineData(A, A, "[]")]
    [InlineData(0ul, 0ul, "[]")]
    [InlineData(A, A - 4, "<Uninitialized>")]
    [InlineData(A, A + 6, "<Uninitialized>")]
    public void Spans_of_two_pointers(ulong begin, ulong end, string expected)
    {
        TypeId vector = _builder.Types.Add("vector", 16, new SequenceShape(Int32, 4, 0, new CountSpan(0, 8)));
        uint at = _builder.Root(vector, Words(begin, end));
        _builder.Counted(at, at + 8, [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], 4, 3, span: true);
        Assert.Equal(expected, Decode());
    }

    [Fact]
    public void Texts_in_a_slice_are_found_behind_their_guards()
    {
        _builder.Limits = new CaptureLimits { Items = 3 };
        uint at = _builder.Root(Slice(Text, 16), Words(A, 2, 2));
        Node items = _builder.Counted(at, at + 8, [.. Words(B, 2), .. Words(B + 16, 3)], 16, 3);
        for (uint i = 0; i < 3; i++)
        {
            var guard = new CountGuard(Pointer(at + 8), i);
            byte[] content = i == 0 ? "ab"u8.ToArray() : i == 1 ? "cde"u8.ToArray() : [];
            _builder.Counted(items.At + i * 16, items.At + i * 16 + 8, content, 1, 8, parent: items, guard: guard);
        }

        Assert.Equal("[\"ab\" \"cde\"]", Decode());
    }

    [Fact]
    public void Bytes_are_one_value()
    {
        TypeId u8 = _builder.Types.Add("uint8", 1, new ScalarShape(ScalarKind.Unsigned));
        uint at = _builder.Root(Slice(u8, 1), Words(A, 900, 900));
        _builder.Counted(at, at + 8, [0, 1, 0xFF], 1, 3);
        Assert.Equal("x0001ff...(900)", Decode());
    }

    [Fact]
    public void Elements_of_no_size_are_shown_without_reading()
    {
        TypeId empty = _builder.Types.Add("()", 0, new RecordShape([], RecordKind.Tuple));
        _builder.Root(Slice(empty, 0), Words(1, 3, 3));
        Assert.Equal("[() () ()]", Decode());
    }

    [Fact]
    public void A_later_chunk_joins_the_same_table()
    {
        var memory = new FrameMemory();
        memory.AddPresent(A, 100, 16, ReadPhase.Entry);
        memory.AddPresent(A + 4, 200, 40, ReadPhase.Entry);
        memory.AddPresent(A, 300, 400, ReadPhase.Return);
        memory.AddFaulted(B, ReadPhase.Entry);
        Assert.Equal(new MemoryLocation(MemoryState.Present, 204, 36), memory.Find(A + 8, ReadPhase.Entry));
        Assert.Equal(new MemoryLocation(MemoryState.Present, 102, 14), memory.Find(A + 2, ReadPhase.Entry));
        Assert.Equal(MemoryState.Faulted, memory.Find(B, ReadPhase.Entry).State);
        Assert.Equal(MemoryState.Unknown, memory.Find(B, ReadPhase.Return).State);
        for (int i = 0; i < 1000; i++)
            memory.AddPresent(B + 4096 + (ulong)(999 - i) * 8, i * 8, 8, ReadPhase.Entry);
        Assert.Equal(new MemoryLocation(MemoryState.Present, 204, 36), memory.Find(A + 8, ReadPhase.Entry));
        Assert.Equal(new MemoryLocation(MemoryState.Present, 989 * 8 + 3, 5), memory.Find(B + 4096 + 83, ReadPhase.Entry));
    }
}
