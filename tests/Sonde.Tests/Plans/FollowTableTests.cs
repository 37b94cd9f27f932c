using System.Buffers.Binary;
using Sonde.Plans;
using Sonde.Specs;
using Sonde.Types;

using Xunit;

namespace Sonde.Tests.Plans;

/// <summary>What shapes become in the table of the follow loop.</summary>
public sealed class FollowTableTests
{
    private readonly TypeGraph _types = new();

    private TypeId Number => _types.Add("int", 8, new ScalarShape(ScalarKind.Signed));

    [Fact]
    public void A_type_that_leads_nowhere_has_no_row() => Assert.Equal(0, Table().RowOf(Number, 3));

    [Fact]
    public void A_list_refers_to_itself_and_has_one_row()
    {
        TypeId next = default;
        TypeId number = Number;
        TypeId node = _types.Defer("node", 16, () => new TypeContents(
            new RecordShape([new Field("v", 0, number), new Field("next", 8, next)]), Presentation.None, new UnknownLayout(16)));
        next = _types.Add("*node", 8, new PointerShape(node));
        FollowTable table = Table();
        int row = table.RowOf(node, 5);
        (int _, byte[] bytes) = Assert.Single(table.NewReferences);
        Assert.Equal(8u, Word(bytes, FollowReference.PointerAt));
        Assert.Equal((uint)row, Word(bytes, FollowReference.TargetAt));
        Assert.Equal(16u, Word(bytes, FollowReference.StrideAt));
        Assert.Equal(1u, Word(bytes, FollowReference.HopsAt));
    }

    [Fact]
    public void A_row_that_was_too_far_away_is_filled_when_it_comes_nearer()
    {
        TypeId text = _types.Add("string", 16, new TextShape(TextForm.Counted, 0, new CountField(8, 8)));
        TypeId pointer = _types.Add("*string", 8, new PointerShape(text));
        TypeId outer = _types.Add("**string", 8, new PointerShape(pointer));
        FollowTable table = Table();
        table.RowOf(outer, 0);
        Assert.Single(table.NewReferences);
        int far = (int)Word(table.NewReferences[0].Bytes, FollowReference.TargetAt);
        Assert.DoesNotContain(table.NewRows, r => r.Row == far);
        table.RowOf(pointer, 1);
        Assert.Contains(table.NewRows, r => r.Row == far);
    }

    [Fact]
    public void Hops_inside_a_container_do_not_count_and_slots_are_guarded()
    {
        TypeId text = _types.Add("string", 16, new TextShape(TextForm.Counted, 0, new CountField(8, 8)));
        var slots = new SlotsShape(new FixedCount(2), new SlotTest(0, 0x80, 0, 0), new SlotPart(text, 8, 16), null);
        TypeId storage = _types.Add("slots", 40, slots);
        TypeId inside = _types.Add("storage", 8, new PointerShape(storage, IsTransparent: true));
        TypeId set = _types.Add("set", 8, new ContainerShape(ContainerKind.Sequence, null, inside));
        FollowTable table = Table();
        table.RowOf(set, 0);
        Assert.Equal(3, table.NewReferences.Count);
        Assert.Equal(0u, Word(table.NewReferences[0].Bytes, FollowReference.HopsAt));
        Assert.Equal([8u, 24u], table.NewReferences.Skip(1).Select(r => Word(r.Bytes, FollowReference.PointerAt)));
        Assert.Equal([0u, 1u], table.NewReferences.Skip(1).Select(r => Word(r.Bytes, FollowReference.GuardOffsetAt)));
        Assert.Equal(0x80u, Word(table.NewReferences[1].Bytes, FollowReference.GuardMaskAt));
    }

    [Fact]
    public void A_container_that_is_wanted_whole_has_rows_of_its_own()
    {
        TypeId text = _types.Add("string", 16, new TextShape(TextForm.Counted, 0, new CountField(8, 8)));
        TypeId storage = _types.Add("run", 16, new SequenceShape(text, 16, 0, new CountMask(8, 8)));
        TypeId few = _types.Add("map", 16, new ContainerShape(ContainerKind.Sequence, null, storage));
        TypeId whole = _types.Add("map", 16, new ContainerShape(ContainerKind.Sequence, null, storage, IsWhole: true));
        FollowTable table = Table();
        table.RowOf(few, 1);
        uint most = Word(table.NewReferences[0].Bytes, FollowReference.MostAt);
        Assert.Equal((uint)CaptureLimits.Default.Items, most);
        table.NewReferences.Clear();
        table.RowOf(whole, 1);
        Assert.True(Word(table.NewReferences[0].Bytes, FollowReference.MostAt) > 1000);
        Assert.Equal((uint)FollowCount.Mask, Word(table.NewReferences[0].Bytes, FollowReference.CountFormAt));
    }

    private FollowTable Table() => new(_types, CaptureLimits.Default);

    private static uint Word(byte[] bytes, short at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
