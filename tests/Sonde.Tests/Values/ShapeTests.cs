using Sonde.Plans;
using Sonde.Types;
using Sonde.Values;
using Xunit;
using static Sonde.Tests.Values.FrameBuilder;

namespace Sonde.Tests.Values;

/// <summary>Records, tuples, variants, dynamic types, and bytes that are not there.</summary>
public sealed class ShapeTests
{
    private const ulong A = 0xC0_0010_0000, Itab = 0x55_5555;

    private readonly FrameBuilder _builder = new();

    private TypeId Int32 => _builder.Types.Add("i32", 4, new ScalarShape(ScalarKind.Signed));

    private TypeId Word8 => _builder.Types.Add("u64", 8, new ScalarShape(ScalarKind.Unsigned));

    private TypeId Point(RecordKind kind = RecordKind.Struct) =>
        _builder.Types.Add("P", 12, new RecordShape([new Field("x", 0, Int32), new Field("y", 4, Int32), new Field("z", 8, Int32)], kind));

    private static readonly byte[] OneTwoThree = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];

    [Theory]
    [InlineData(0x1111, "-1")]
    [InlineData(0x2222, "4294967295")]
    [InlineData(0x3333, "true")]
    public void A_word_tells_the_type_of_what_follows_it(ulong word, string expected)
    {
        TypeId In(TypeId type) => _builder.Types.Add("", 12, new RecordShape([new Field("", 8, type)], RecordKind.Tuple));
        TypeId unsigned = _builder.Types.Add("u32", 4, new ScalarShape(ScalarKind.Unsigned)), truth = _builder.Types.Add("bool", 4, new ScalarShape(ScalarKind.Boolean));
        TypeId type = _builder.Types.Add("T", 12, new VariantShape(0, 8,
            [new VariantCase("i32", [(0x1111, 0x1111)], In(Int32)), new VariantCase("u32", [(0x2222, 0x2222)], In(unsigned)), new VariantCase("bool", [], In(truth))]),
            new UnwrappedPresentation());
        _builder.Root(type, [.. BitConverter.GetBytes(word), 0xff, 0xff, 0xff, 0xff]);
        Assert.Equal(expected, Show.Of(_builder.Decode()));
    }

    [Fact]
    public void A_missing_member_leaves_its_siblings()
    {
        _builder.Root(Point(), OneTwoThree, missing: [new MissingRange(4, 4, MissingReason.FpRegister)]);
        Assert.Equal("{x=1 y=<FpRegister> z=3}", Show.Of(_builder.Decode()));
    }

    [Fact]
    public void A_record_that_is_missing_whole_is_one_missing_value()
    {
        _builder.Root(Point(), OneTwoThree, missing:
            [new MissingRange(8, 4, MissingReason.OptimizedOut), new MissingRange(0, 8, MissingReason.OptimizedOut)]);
        Assert.Equal("<OptimizedOut>", Show.Of(_builder.Decode()));
    }

    [Theory]
    [InlineData(Status.Fault, "<NotResident>")]
    [InlineData(Status.Nil, "<Nil>")]
    public void The_outcome_of_a_step_decides(object status, string expected)
    {
        _builder.Root(Point(), OneTwoThree, status: (Status)status);
        Assert.Equal(expected, Show.Of(_builder.Decode()));
    }

    [Fact]
    public void Bytes_that_no_step_writes_are_never_shown()
    {
        _builder.RootWithoutSteps(Word8);
        Assert.Equal("<Unsupported>", Show.Of(_builder.Decode()));
    }

    [Fact]
    public void A_short_frame_gives_what_it_has()
    {
        uint at = _builder.Root(Point(), OneTwoThree);
        FrameDecoder decoder = _builder.Decoder();
        Assert.Equal("{x=1 y=<SizeLimit> z=<SizeLimit>}", Show.Of(decoder.Decode(_builder.Frame.AsSpan(0, (int)at + 6)).Arguments[0].Value));
        Assert.Equal("<SizeLimit>", Show.Of(decoder.Decode(_builder.Frame.AsSpan(0, 40)).Arguments[0].Value));
        Assert.Equal("<SizeLimit>", Show.Of(decoder.Decode([]).Arguments[0].Value));
    }

    [Fact]
    public void Tuples_have_items()
    {
        _builder.Root(Point(RecordKind.Tuple), OneTwoThree);
        Assert.Equal("(1 2 3)", Show.Of(_builder.Decode()));
    }

    [Fact]
    public void Unions_show_every_member_and_wrappers_what_they_hold()
    {
        TypeId inner = _builder.Types.Add("Cell", 8, new RecordShape([new Field("value", 0, Word8)]), new TransparentPresentation());
        TypeId marker = _builder.Types.Add("marker", 0, new RecordShape([]));
        TypeId outer = _builder.Types.Add("Box", 8, new RecordShape([new Field("m", 0, marker), new Field("c", 0, inner)]), new TransparentPresentation());
        TypeId union = _builder.Types.Add("u", 8, new RecordShape([new Field("i", 0, Int32), new Field("b", 0, outer)], RecordKind.Union));
        _builder.Root(union, Word(0x1_0000_0002));
        Assert.Equal("{i=2 b=4294967298}", Show.Of(_builder.Decode()));
    }

    [Theory]
    [InlineData(0, 7, "None")]
    [InlineData(1, 7, "Some!:7")]
    [InlineData(5, 7, "Move:{x=7}")]
    [InlineData(9, 7, "Pair:(7 5)")]
    [InlineData(77, 7, "<Uninitialized>")]
    public void Tagged_variants(int tag, int payload, string expected)
    {
        TypeId i32 = Int32;
        TypeId none = _builder.Types.Add("None", 8, new RecordShape([]));
        TypeId some = _builder.Types.Add("Some", 8, new RecordShape([new Field("0", 4, i32)], RecordKind.Tuple));
        TypeId move = _builder.Types.Add("Move", 8, new RecordShape([new Field("x", 4, i32)]));
        TypeId pair = _builder.Types.Add("Pair", 12, new RecordShape([new Field("0", 4, i32), new Field("1", 8, i32)], RecordKind.Tuple));
        TypeId type = _builder.Types.Add("E", 12, new VariantShape(0, 4,
        [
            new VariantCase("None", [(0, 0)], none), new VariantCase("Some", [(1, 1)], some), new VariantCase("Move", [(2, 3), (5, 5)], move),
            new VariantCase("Pair", [(9, 9)], pair),
        ]));
        _builder.Root(type, [.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(payload), 5, 0, 0, 0]);
        Assert.Equal(expected, Show.Of(_builder.Decode()));
    }

    [Theory]
    [InlineData(0ul, "None")]
    [InlineData(A, "Some!:&1")]
    public void Niches_lay_the_payload_over_the_value(ulong word, string expected)
    {
        TypeId pointer = _builder.Types.Add("&i32", 8, new PointerShape(Int32));
        TypeId none = _builder.Types.Add("None", 8, new RecordShape([]));
        TypeId some = _builder.Types.Add("Some", 8, new RecordShape([new Field("0", 0, pointer)], RecordKind.Tuple));
        TypeId option = _builder.Types.Add("Option<&i32>", 8, new VariantShape(0, 8, [new VariantCase("None", [(0, 0)], none), new VariantCase("Some", [], some)]));
        uint at = _builder.Root(option, Word(word));
        _builder.Memory(at, [1, 0, 0, 0], word == 0 ? Status.Nil : Status.Done);
        Assert.Equal(expected, Show.Of(_builder.Decode()));
    }

    [Fact]
    public void A_variant_whose_discriminant_is_missing_is_missing()
    {
        TypeId some = _builder.Types.Add("Some", 8, new RecordShape([new Field("0", 4, Int32)], RecordKind.Tuple));
        TypeId type = _builder.Types.Add("E", 8, new VariantShape(0, 4, [new VariantCase("Some", [], some)]));
        _builder.Root(type, new byte[8], missing: [new MissingRange(0, 4, MissingReason.FpRegister)]);
        Assert.Equal("<FpRegister>", Show.Of(_builder.Decode()));
    }

    [Theory]
    [InlineData(0ul, 0ul, "nil")]
    [InlineData(Itab, A, "*main.Cat:&1")]
    [InlineData(Itab + 1, A, "i32:1")]
    [InlineData(Itab + 2, A, "<TypeNotLoaded>")]
    public void Interfaces_ask_for_their_type(ulong word, ulong data, string expected)
    {
        TypeId i32 = Int32;
        TypeId pointer = _builder.Types.Add("*main.Cat", 8, new PointerShape(i32));
        TypeId any = _builder.Types.Add("any", 16, new DynamicShape(DynamicForm.TypeAndData, 0, 8));
        uint at = _builder.Root(any, Words(word, data));
        _builder.Memory(at + 8, [1, 0, 0, 0], data == 0 ? Status.Nil : Status.Done);
        Assert.Equal(expected, Show.Of(_builder.Decode((_, _, form, typeWord) =>
            form != DynamicForm.TypeAndData ? null
            : typeWord == Itab ? new DynamicTarget(pointer, IsDirect: true)
            : typeWord == Itab + 1 ? new DynamicTarget(i32)
            : null)));
    }

    [Fact]
    public void Objects_ask_by_the_vtable_they_point_to()
    {
        TypeId cat = _builder.Types.Add("Cat", 16, new RecordShape([new Field("lives", 8, Int32)]));
        TypeId animal = _builder.Types.Add("Animal*", 8, new DynamicShape(DynamicForm.CppPolymorphic, 0, 0));
        uint at = _builder.Root(animal, Word(A));
        _builder.Memory(at, Words(Itab, 9));
        Assert.Equal("Cat:{lives=9}", Show.Of(_builder.Decode((_, _, _, word) => word == Itab ? new DynamicTarget(cat) : null)));
        Assert.Equal("<TypeNotLoaded>", Show.Of(_builder.Decode()));
    }

    [Fact]
    public void A_type_that_contains_itself_ends()
    {
        TypeId endless = _builder.Types.Reserve("endless", 8);
        _builder.Types.Complete(endless, new RecordShape([new Field("a", 0, endless), new Field("b", 0, endless)]));
        _builder.Root(endless, Word(1));
        Assert.NotNull(_builder.Decode());
    }
}
