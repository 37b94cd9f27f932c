using Sonde.Kernel.Assembly;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.Tests.Kernel.Assembly;

public sealed class AssemblerTests
{
    [Fact]
    public void Lists_labels_maps_and_comments()
    {
        MapBlueprint events = MapBlueprint.RingBuffer("events", 4096);
        MapBlueprint counters = MapBlueprint.Array("counters", 64, 1);
        Label done = new("done");
        Label function = new("count");
        Code code = Assembler.Assemble(
        [
            LoadMapFd(R1, events).Because("the ring"),
            LoadMapValue(R2, counters, 24),
            MovImm(R3, 1),
            JumpIfImm(R3, Condition.Equal, 0, done),
            CallLocal(function),
            Call(Helper.BPF_FUNC_ktime_get_ns),
            Mark(done),
            MovImm(R0, 0),
            Exit(),
            Mark(function),
            MovImm(R0, 1),
            Exit(),
        ]);
        string expected =
            """
               0: (18) r1 = map[events]                                   ; the ring
               2: (18) r2 = map[counters][0]+24
               4: (b7) r3 = 1
               5: (15) if r3 == 0x0 goto pc+2 <done>
               6: (85) call pc+3 <count>
               7: (85) call bpf_ktime_get_ns#5
            done:
               8: (b7) r0 = 0
               9: (95) exit
            count:
              10: (b7) r0 = 1
              11: (95) exit

            """;
        Assert.Equal(expected, Listing.Print(code));
        Assert.Equal([events, counters], code.Maps);
    }

    [Fact]
    public void Puts_descriptors_in_when_resolved_and_not_before()
    {
        MapBlueprint map = MapBlueprint.Array("m", 64, 1);
        Code code = Assembler.Assemble([LoadMapValue(R2, map, 24), LoadMapFd(R1, map), LdImm64(R3, -2), Exit()]);
        Assert.Equal(0UL, code.Slots[0] >> 32);
        ulong[] slots = code.Resolve(_ => 77);
        Assert.Equal([0x0000_004d_0000_2218UL, 24UL << 32, 0x0000_004d_0000_1118UL, 0UL, 0xffff_fffe_0000_0318UL, 0xffff_ffff_0000_0000UL], slots[..6]);
        Assert.Equal(0UL, code.Slots[0] >> 32);
    }

    [Fact]
    public void Jumps_backward()
    {
        Label loop = new("loop");
        Code code = Assembler.Assemble([Mark(loop), LdImm64(R1, 1), Load(DW, R2, R10, -8), Jump(loop)]);
        Assert.Equal("(05) goto pc-4 <loop>", Listing.Line(code.Slots, 3, null, code.Labels, out _));
    }

    [Theory]
    [InlineData(32767, true)]
    [InlineData(32768, false)]
    public void Checks_the_reach_of_a_jump(int between, bool fits)
    {
        Label far = new("far");
        Instruction[] program = [Jump(far), .. Enumerable.Repeat(Exit(), between), Mark(far), Exit()];
        if (fits)
            Assert.Equal(0x7fff_0005UL, Assembler.Assemble(program).Slots[0]);
        else
            Assert.Contains("'far'", Assert.Throws<InvalidOperationException>(() => Assembler.Assemble(program)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_labels_that_are_missing_or_placed_twice()
    {
        Label lost = new("lost");
        Assert.Contains("'lost'", Assert.Throws<InvalidOperationException>(() => Assembler.Assemble([Jump(lost)])).Message, StringComparison.Ordinal);
        Assert.Contains("'lost'", Assert.Throws<InvalidOperationException>(() => Assembler.Assemble([Mark(lost), Exit(), Mark(lost)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loads_constants_by_the_shortest_way()
    {
        Assert.Equal(1, LoadConstant(R1, int.MinValue).Slots);
        Assert.Equal(1, LoadConstant(R1, -1).Slots);
        Assert.Equal(2, LoadConstant(R1, 1L << 31).Slots);
    }
}
