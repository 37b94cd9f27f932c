using Iced.Intel;
using Sonde.Sites;
using Xunit;

namespace Sonde.Tests.Sites;

public sealed class StackDepthsTests
{
    [Theory]
    // push rbp; mov rbp,rsp; sub rsp,0x20; leave; ret
    [InlineData("55 4889e5 4883ec20 c9 c3", "8 16 16 48 8")]
    // push rbp; mov rbp,rsp; and rsp,-32: not known; lea rsp,[rbp]; pop rbp; ret: known again
    [InlineData("55 4889e5 4883e4e0 488d6500 5d c3", "8 16 16 ? 16 8")]
    // push rbx; call; pop rbx; ret: the callee takes its return address off
    [InlineData("53 e811111111 5b c3", "8 16 16 8")]
    // call .+5; pop rax; ret: this one leaves it there
    [InlineData("e800000000 58 c3", "8 16 8")]
    // sub rsp,-128; add rsp,-128; ret
    [InlineData("4883ec80 4883c480 c3", "8 -120 8")]
    // push 8; pop rcx; push fs; ret
    [InlineData("6a08 59 0fa0 c3", "8 16 8 16")]
    // xchg rsp,rax; ret
    [InlineData("4894 c3", "8 ?")]
    // pop rsp; ret
    [InlineData("5c c3", "8 ?")]
    // test edi,edi; je +1; push rbx; ret: two depths meet at the ret
    [InlineData("85ff 7401 53 c3", "8 8 8 ?")]
    // enter 16,0; leave; ret: not followed
    [InlineData("c8100000 c9 c3", "8 ? ?")]
    // cmp rsp,[rdi]; test rsp,rsp; push rsp; ret: rsp is only read
    [InlineData("483b27 4885e4 54 c3", "8 8 8 16")]
    public void Follows_the_stack_pointer(string hex, string expected) => Assert.Equal(expected, Depths(Code.Of(hex)));

    [Fact]
    public void Code_behind_a_call_that_never_returns_does_not_disturb_the_code_it_runs_into()
    {
        // cmp; jbe GROW; push rbp; sub rsp,16; call panic; nop; GROW: call morestack; jmp entry; as Go lays it out
        var function = Code.Of(a =>
        {
            var entry = a.CreateLabel();
            var grow = a.CreateLabel();
            a.Label(ref entry);
            a.cmp(AssemblerRegisters.rsp, AssemblerRegisters.__[AssemblerRegisters.r14 + 16]);
            a.jbe(grow);
            a.push(AssemblerRegisters.rbp);
            a.sub(AssemblerRegisters.rsp, 16);
            a.call(Code.Address + 0x5000);
            a.nop();
            a.Label(ref grow);
            a.call(Code.Address + 0x6000);
            a.jmp(entry);
        });
        Assert.Equal("8 8 8 16 32 32 8 8", Depths(function));
    }

    [Fact]
    public void Code_that_only_a_call_can_run_into_is_still_followed()
    {
        // push rbx; call; L: dec ebx; jne L (its target is behind a call); pop rbx; ret
        Assert.Equal("8 16 16 16 16 8", Depths(Code.Of("53 e811111111 ffcb 75fc 5b c3")));
    }

    [Fact]
    public void What_is_not_reached_is_not_known()
    {
        var function = Code.Of("c3 50 c3");
        Assert.False(function.Depths.IsReached(1));
        Assert.Null(function.Depths.Before(1).CfaOffset);
    }

    private static string Depths(DecodedFunction function)
    {
        var depths = new List<string>();
        for (var i = 0; i < function.Instructions.Length; i++)
            depths.Add(function.Depths.Before(i).CfaOffset?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?");
        return string.Join(' ', depths);
    }
}
