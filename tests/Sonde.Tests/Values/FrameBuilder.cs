using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;
using Xunit;

namespace Sonde.Tests.Values;

/// <summary>
/// Makes a plan together with a frame that fits it, as a probe program would have written it. What no step writes is
/// 0xCC: a value that shows it is wrong.
/// </summary>
internal sealed class FrameBuilder
{
    private readonly List<Node> _entry = [];
    private readonly List<Node> _return = [];
    private readonly List<Root> _roots = [];
    private readonly byte[] _bytes = new byte[4096];
    private uint _cursor = FrameHeader.Size;
    private int _statuses;

    public FrameBuilder()
    {
        _bytes.AsSpan().Fill(0xCC);
        _bytes.AsSpan(0, (int)FrameHeader.Size).Clear();
    }

    public TypeGraph Types { get; } = new();

    public CaptureLimits Limits { get; set; } = new() { Depth = 3 };

    /// <summary>The frame.</summary>
    public byte[] Frame => _bytes;

    public static byte[] Word(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Words(params ulong[] values) => [.. values.SelectMany(Word)];

    public FrameBuilder Header(uint offset, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan((int)offset), value);
        return this;
    }

    public FrameBuilder Outcome(FrameOutcome outcome)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan((int)FrameHeader.Outcome), (uint)outcome);
        return this;
    }

    public FrameBuilder Command(string name)
    {
        _bytes.AsSpan((int)FrameHeader.Command, 16).Clear();
        Encoding.UTF8.GetBytes(name).CopyTo(_bytes, (int)FrameHeader.Command);
        return this;
    }

    /// <summary>A value whose bytes were read from the stack; a gap in <paramref name="missing"/> keeps its garbage.</summary>
    public uint Root(
        TypeId type, byte[] bytes, string name = "v", RootRole role = RootRole.Argument, MissingRange[]? missing = null,
        bool atReturn = false, Status status = Status.Done)
    {
        uint at = Allocate(bytes.Length);
        StatusBit bit = NextBit();
        var steps = atReturn ? _return : _entry;
        if (bytes.Length > 0)
            steps.Add(new Node(_ => new MemoryStep(at, new RegisterOperand(GeneralRegister.Rsp), 8, (uint)bytes.Length, bit, null, [])));
        if (status == Status.Done)
            bytes.CopyTo(_bytes, at);
        foreach (MissingRange gap in missing ?? [])
            _bytes.AsSpan((int)(at + gap.Offset), (int)Math.Min(gap.Length, (uint)Math.Max(0, bytes.Length - (int)gap.Offset))).Fill(0xCC);
        Note(bit, status);
        _roots.Add(new Root(name, role, type, at, [.. missing ?? []], [new StatusRange(0, (uint)bytes.Length, bit)]));
        return at;
    }

    /// <summary>A root that nothing writes.</summary>
    public void RootWithoutSteps(TypeId type) => _roots.Add(new Root("v", RootRole.Argument, type, Allocate(16), [], []));

    /// <summary>Follows the pointer at <paramref name="pointer"/> of the frame to <paramref name="content"/>.</summary>
    public Node Memory(
        uint pointer, byte[] content, Status status = Status.Done, Node? parent = null, CountGuard? guard = null, bool atReturn = false,
        long displacement = 0)
    {
        uint at = Allocate(content.Length);
        StatusBit bit = NextBit();
        return Put(
            new Node(children => new MemoryStep(at, Pointer(pointer), displacement, (uint)content.Length, bit, guard, children)) { At = at },
            at, content, bit, status, parent, atReturn);
    }

    /// <summary>Follows a pointer to counted elements; <paramref name="content"/> is what fits of them.</summary>
    public Node Counted(
        uint pointer, uint count, byte[] content, uint stride, uint most, Status status = Status.Done, Node? parent = null, bool span = false,
        CountGuard? guard = null)
    {
        uint at = Allocate((int)(stride * most));
        StatusBit bit = NextBit();
        return Put(
            new Node(children => new CountedStep(at, Pointer(pointer), 0, Pointer(count), span, stride, most, bit, guard, children)) { At = at },
            at, content, bit, status, parent, false);
    }

    /// <summary>Follows a pointer to a text; <paramref name="content"/> has its zero.</summary>
    public Node Terminated(uint pointer, byte[] content, uint capacity, Status status = Status.Done, Node? parent = null)
    {
        uint at = Allocate((int)capacity);
        StatusBit bit = NextBit();
        return Put(
            new Node(_ => new TerminatedStep(at, Pointer(pointer), 0, capacity, bit, null)) { At = at }, at, content, bit, status, parent, false);
    }

    public CapturePlan Plan() => new()
    {
        FrameSize = 4096,
        EntrySteps = [.. _entry.Select(n => n.Make())],
        ReturnSteps = [.. _return.Select(n => n.Make())],
        Roots = [.. _roots],
        Limits = Limits,
    };

    /// <summary>Reads what a step could not.</summary>
    public UnchangedMemory? Unchanged { get; set; }

    public FrameDecoder Decoder(DynamicTypeResolver? dynamicTypes = null) => new(Plan(), Types, dynamicTypes, unchanged: Unchanged);

    /// <summary>The only value.</summary>
    public Value Decode(DynamicTypeResolver? dynamicTypes = null) => Assert.Single(Decoder(dynamicTypes).Decode(_bytes).Arguments).Value;

    public static FrameOperand Pointer(uint offset) => new(offset, 8);

    private Node Put(Node node, uint at, byte[] content, StatusBit bit, Status status, Node? parent, bool atReturn)
    {
        (parent?.Children ?? (atReturn ? _return : _entry)).Add(node);
        if (status == Status.Done)
            content.CopyTo(_bytes, at);
        Note(bit, status);
        return node;
    }

    private void Note(StatusBit bit, Status status)
    {
        uint word = status == Status.Nil ? FrameHeader.Nils : FrameHeader.Faults;
        if (status is Status.Nil or Status.Fault)
            Header(word, BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan((int)word)) | bit.Mask);
    }

    private uint Allocate(int size)
    {
        uint at = _cursor;
        _cursor += ((uint)size + 7) & ~7u;
        return at;
    }

    private StatusBit NextBit() => new(_statuses++);

    internal enum Status { Done, Fault, Nil, NotRun }

    internal sealed class Node(Func<ImmutableArray<Step>, Step> make)
    {
        public uint At { get; init; }

        public List<Node> Children { get; } = [];

        public Step Make() => make([.. Children.Select(c => c.Make())]);
    }
}
