using System.Text;
using Sonde.Specs;
using Sonde.Types;
using Xunit;
using static Sonde.Tests.Values.FrameBuilder;

namespace Sonde.Tests.Values;

/// <summary>What a probe could not read and is read from elsewhere when the frame is decoded.</summary>
public sealed class UnchangedMemoryTests
{
    private const ulong A = 0x40_1000, B = 0x40_2000, Nowhere = 0x7000_0000_0000;

    private readonly FrameBuilder _builder = new();
    private readonly Dictionary<ulong, byte[]> _memory = [];
    private int _read;

    public UnchangedMemoryTests() => _builder.Unchanged = Read;

    private TypeId Int32 => _builder.Types.Add("int", 4, new ScalarShape(ScalarKind.Signed));

    private TypeId Text => _builder.Types.Add("string", 16, new TextShape(TextForm.Counted, 0, new CountField(8, 8)));

    private TypeId CString => _builder.Types.Add("char*", 8, new TextShape(TextForm.Terminated, 0, null));

    private TypeId PointerTo(TypeId target) => _builder.Types.Add("*t", 8, new PointerShape(target));

    private TypeId Slice(TypeId element, ulong stride) => _builder.Types.Add("[]e", 24, new SequenceShape(element, stride, 0, new CountField(8, 8), true));

    private string Decode() => Show.Of(_builder.Decode());

    [Fact]
    public void A_text()
    {
        _memory[A] = "hello, world"u8.ToArray();
        uint at = _builder.Root(Text, Words(A, 5));
        _builder.Counted(at, at + 8, "xxxxx"u8.ToArray(), 1, 64, Status.Fault);
        Assert.Equal("\"hello\"", Decode());
    }

    [Fact]
    public void A_text_is_shown_up_to_its_limit_and_no_more_is_read()
    {
        _builder.Limits = new CaptureLimits { StringBytes = 4 };
        _memory[A] = "hello, world"u8.ToArray();
        uint at = _builder.Root(Text, Words(A, 12));
        _builder.Counted(at, at + 8, "xxxx"u8.ToArray(), 1, 4, Status.Fault);
        Assert.Equal("\"hell\"...(12)", Decode());
        Assert.Equal(4, _read);
    }

    [Theory]
    [InlineData("abc\0def", "\"abc\"")]
    [InlineData("abc", "\"abc\"...(?)")]
    public void A_terminated_text_ends_at_its_zero_or_where_the_memory_does(string content, string expected)
    {
        _memory[A] = Encoding.ASCII.GetBytes(content);
        uint at = _builder.Root(CString, Word(A));
        _builder.Terminated(at, "x"u8.ToArray(), 64, Status.Fault);
        Assert.Equal(expected, Decode());
    }

    [Fact]
    public void What_a_pointer_in_such_memory_leads_to_is_read_as_well()
    {
        _builder.Limits = new CaptureLimits { Depth = 2 };
        _memory[A] = Word(B);
        _memory[B] = BitConverter.GetBytes(-7);
        uint at = _builder.Root(PointerTo(PointerTo(Int32)), Word(A));
        Node first = _builder.Memory(at, Word(0), Status.Fault);
        _builder.Memory(first.At, [1, 0, 0, 0], Status.NotRun, parent: first);
        Assert.Equal("&&-7", Decode());
    }

    [Fact]
    public void Depth_ends_there_too()
    {
        _builder.Limits = new CaptureLimits { Depth = 1 };
        _memory[A] = Word(B);
        _memory[B] = BitConverter.GetBytes(-7);
        uint at = _builder.Root(PointerTo(PointerTo(Int32)), Word(A));
        _builder.Memory(at, Word(0), Status.Fault);
        Assert.Equal("&0x402000", Decode());
    }

    [Fact]
    public void Elements_that_are_texts()
    {
        _memory[A] = Words(B, 2, B + 2, 3);
        _memory[B] = "abcde"u8.ToArray();
        uint at = _builder.Root(Slice(Text, 16), Words(A, 2, 2));
        _builder.Counted(at, at + 8, Word(0), 16, 8, Status.Fault);
        Assert.Equal("[\"ab\" \"cde\"]", Decode());
    }

    [Fact]
    public void What_is_there_in_part_only_is_not_there()
    {
        _memory[A] = [1, 2, 3];
        uint at = _builder.Root(PointerTo(Int32), Word(A));
        _builder.Memory(at, [9, 9, 9, 9], Status.Fault);
        Assert.Equal("<NotResident>", Decode());
    }

    [Fact]
    public void An_event_reads_no_more_than_it_may_show()
    {
        _builder.Limits = new CaptureLimits { EventBytes = 6 };
        _memory[A] = "hello, world"u8.ToArray();
        TypeId both = _builder.Types.Add("both", 32, new RecordShape([new Field("a", 0, Text), new Field("b", 16, Text)]));
        uint at = _builder.Root(both, Words(A, 5, A + 7, 5));
        _builder.Counted(at, at + 8, "xxxxx"u8.ToArray(), 1, 64, Status.Fault);
        _builder.Counted(at + 16, at + 24, "xxxxx"u8.ToArray(), 1, 64, Status.Fault);
        Assert.Equal("{a=\"hello\" b=<NotResident>}", Decode());
    }

    [Theory]
    [InlineData(A, Status.Done, "&9")]
    [InlineData(Nowhere, Status.Fault, "<NotResident>")]
    [InlineData(16ul, Status.Fault, "<BadPointer>")]
    public void Nothing_is_read_that_the_probe_has_read_or_nobody_can(ulong address, object status, string expected)
    {
        _memory[A] = [1, 0, 0, 0];
        uint at = _builder.Root(PointerTo(Int32), Word(address));
        _builder.Memory(at, [9, 0, 0, 0], (Status)status);
        Assert.Equal(expected, Decode());
    }

    private int Read(int process, ulong address, Span<byte> destination)
    {
        foreach ((ulong start, byte[] bytes) in _memory)
        {
            if (address < start || address >= start + (ulong)bytes.Length)
                continue;
            ReadOnlySpan<byte> there = bytes.AsSpan((int)(address - start));
            there = there[..Math.Min(there.Length, destination.Length)];
            there.CopyTo(destination);
            _read += there.Length;
            return there.Length;
        }

        return 0;
    }
}
