using Sonde.Sites;
using Xunit;
using static Iced.Intel.AssemblerRegisters;
using static Sonde.Tests.Sites.Code;

namespace Sonde.Tests.Sites;

public sealed class SiteSelectorTests
{
    private const RegisterSet Arguments = RegisterSet.Rdi | RegisterSet.Rsi | RegisterSet.Rdx;

    [Theory]
    // gcc 12 -O0 -fcf-protection: endbr64; push rbp; mov rbp,rsp; …
    [InlineData("f30f1efa 55 4889e5 897dec 5d c3", 4, UprobeHandling.Emulated, 8)]
    // clang 14 -O2: push rbp; push rbx; sub rsp,0x138
    [InlineData("55 53 4881ec38010000 c3", 0, UprobeHandling.Emulated, 8)]
    // gcc -O2: endbr64; mov eax,edi; test esi,esi; jle +2; mov eax,esi; ret
    [InlineData("f30f1efa 89f8 85f6 7e02 89f0 c3", 8, UprobeHandling.Emulated, 8)]
    // sub rsp,8; call +0; …: the call, with the frame made
    [InlineData("4883ec08 e811111111 4883c408 c3", 4, UprobeHandling.Emulated, 16)]
    // lea eax,[rdi+rdi]; ret: nothing emulated
    [InlineData("8d043f c3", 0, UprobeHandling.Stepped, 8)]
    // endbr64; lea eax,[rdi+rdi]; ret: the landing mark is left alone
    [InlineData("f30f1efa 8d043f c3", 4, UprobeHandling.Stepped, 8)]
    // jmp elsewhere: a tail call
    [InlineData("e911111111", 0, UprobeHandling.Emulated, 8)]
    // clang -O0 leaf with red zone: push rbp
    [InlineData("55 4889e5 897dfc 8b45fc 5d c3", 0, UprobeHandling.Emulated, 8)]
    // nop sled of -fpatchable-function-entry=2
    [InlineData("90 90 8d043f c3", 0, UprobeHandling.Emulated, 8)]
    // call __fentry__ (-pg -mfentry)
    [InlineData("e811111111 55 4889e5 c3", 0, UprobeHandling.Emulated, 8)]
    public void Takes_the_cheapest_instruction_of_the_entry_block(string hex, int site, object cost, int cfa)
    {
        var choice = Choice(Of(hex), Request(Arguments));
        Assert.Equal(site, (int)(choice.Address - Address));
        Assert.Equal((UprobeHandling)cost, choice.Cost);
        Assert.Equal(cfa, choice.CfaOffset);
        Assert.Equal(Firing.Once, choice.Firing);
        Assert.Equal(Arguments, choice.Intact & Arguments);
    }

    [Fact]
    public void Not_behind_a_write_to_a_wanted_register()
    {
        // mov edx,[rip]; test edi,edi; je: edx is lost at the je
        var function = Of("8b15d6000000 85ff 7402 89f0 c3");
        Assert.Equal(8, Site(function, Request(RegisterSet.Rdi | RegisterSet.Rsi)));
        Assert.Equal(0, Site(function, Request(Arguments)));
        Assert.Equal(SiteVerdict.RegisterLost, Verdict(function, Request(Arguments), 8));
    }

    [Fact]
    public void Writing_a_part_of_a_register_loses_it()
    {
        // mov dil,1; push rbx
        Assert.Equal(0, Site(Of("40b701 53 5b c3"), Request(RegisterSet.Rdi)));
        // xchg rdi,rsi; push rbx
        Assert.Equal(0, Site(Of("4887fe 53 5b c3"), Request(RegisterSet.Rsi)));
        Assert.Equal(3, Site(Of("4887fe 53 5b c3"), Request(RegisterSet.Rdx)));
    }

    [Fact]
    public void Not_at_or_behind_a_branch_target()
    {
        var function = Of(a =>
        {
            var loop = a.CreateLabel();
            a.mov(eax, edi);
            a.Label(ref loop);
            a.nop();
            a.dec(eax);
            a.jne(loop);
            a.ret();
        });
        var choice = Choice(function, Request(Arguments));
        Assert.Equal(Address, choice.Address);
        Assert.Equal(UprobeHandling.Stepped, choice.Cost);
    }

    [Fact]
    public void Only_the_landing_mark_is_in_front_of_the_loop()
    {
        var function = Of(a =>
        {
            var loop = a.CreateLabel();
            a.endbr64();
            a.Label(ref loop);
            a.dec(edi);
            a.jne(loop);
            a.ret();
        });
        var choice = Choice(function, Request());
        Assert.Equal(Address, choice.Address);
        Assert.Equal(Firing.Once, choice.Firing);
    }

    [Fact]
    public void A_loop_head_at_the_entry_is_reported()
    {
        var function = Of(a =>
        {
            var loop = a.CreateLabel();
            a.Label(ref loop);
            a.dec(edi);
            a.jne(loop);
            a.ret();
        });
        var choice = Choice(function, Request());
        Assert.Equal(Firing.OncePerIteration, choice.Firing);
        Assert.False(choice.IsExact);
        Assert.Contains("counts iterations", choice.ReasonText, StringComparison.Ordinal);
    }

    [Fact]
    public void Recursion_by_call_is_no_loop()
    {
        var function = Of(a =>
        {
            var self = a.CreateLabel();
            a.Label(ref self);
            a.push(rbx);
            a.call(self);
            a.pop(rbx);
            a.ret();
        });
        Assert.Equal(Firing.Once, Choice(function, Request()).Firing);
    }

    [Fact]
    public void A_branch_of_the_cold_part_into_the_entry_block_counts()
    {
        var hot = new FunctionCode(Convert.FromHexString("89f853c3"), Address); // mov eax,edi; push rbx; ret
        var cold = new FunctionCode(Convert.FromHexString("ebee"), Address + 0x12); // jmp back to the push
        Assert.Equal(2, Site(FunctionDecoder.Decode(hot), Request(Arguments)));
        var cold2 = new FunctionCode(Convert.FromHexString("ebee"), Address + 0x12);
        Assert.True(FunctionDecoder.Decode(hot, cold2).IsBranchTarget(Address + 2));
        Assert.Equal(0, Site(FunctionDecoder.Decode(hot, cold), Request(Arguments)));
    }

    [Fact]
    public void Return_probes_only_where_the_return_address_is_on_top()
    {
        // push rbp; mov rbp,rsp; push rbx
        Assert.Equal(0, Site(Of("55 4889e5 53 5b 5d c3"), Request(returns: true)));
        // sub rsp,8; call: the call is emulated, but only the entry has rsp = CFA-8
        var function = Of("4883ec08 e811111111 4883c408 c3");
        var choice = Choice(function, Request(returns: true));
        Assert.Equal(Address, choice.Address);
        Assert.True(choice.HoldsReturnAddress);
        Assert.Equal(SiteVerdict.StackMoved, Verdict(function, Request(returns: true), 4));
        // test edi,edi; je before the frame is made
        Assert.Equal(2, Site(Of("85ff 7404 4883ec08 c3"), Request(returns: true)));
    }

    [Fact]
    public void A_refused_entry_is_passed_over()
    {
        // lock xadd [rdi],eax; mov eax,[rdi]; ret
        var function = Of("f00fc107 8b07 c3");
        Assert.Equal(4, Site(function, Request(RegisterSet.Rdi)));
        Assert.Equal(SiteVerdict.Refused, Verdict(function, Request(RegisterSet.Rdi), 0));
        var refused = SiteSelector.SelectEntry(Of("0f0b"), Request());
        Assert.Null(refused.Choice);
        Assert.Equal(SiteRefusalCode.RefusedByKernel, refused.Refusal!.Value.Code);
        Assert.Equal(UprobeRefusal.System, refused.Refusal!.Value.Detail);
    }

    [Fact]
    public void A_five_byte_nop_only_with_nothing_below_the_stack_pointer()
    {
        // nopl 0x0(rax,rax,1) at the entry
        Assert.Equal(0, Site(Of("0f1f440000 8d043f c3"), Request()));
        // mov [rsp-8],rdi in front of it: the red zone is in use
        Assert.Equal(SiteVerdict.WritesBelowStack, Verdict(Of("48897c24f8 0f1f440000 c3"), Request(), 5));
    }

    [Fact]
    public void A_jump_table_may_lead_into_the_entry_block_of_a_frameless_function()
    {
        // cmp edi,6; ja +N; … jmp rax through a table of offsets, as clang -O2 writes it
        var function = Of("83ff06 7718 89f8 488d0da60d0000 48630481 4801c8 ffe0 8d3476 89f0 c3 31f6 89f0 c3");
        Assert.Equal(SiteVerdict.JumpTableTarget, Verdict(function, Request(), 3));
        Assert.Equal(0, Site(function, Request()));
        // With a frame the depths tell them apart: push rbx at CFA-8, the jump at CFA-16.
        var framed = Of("53 83ff06 7718 89f8 488d0da60d0000 48630481 4801c8 ffe0 8d3476 89f0 c3 31f6 5b c3");
        Assert.Equal(0, Site(framed, Request()));
        Assert.Equal(SiteVerdict.JumpTableTarget, Verdict(framed, Request(), 4));
    }

    [Fact]
    public void A_virtual_tail_call_is_no_jump_table()
    {
        // mov rax,[rdi]; nop; jmp [rax+0x18]
        Assert.Equal(3, Site(Of("488b07 90 ff6018"), Request(RegisterSet.Rdi)));
    }

    [Fact]
    public void Stack_arguments_must_not_have_been_overwritten()
    {
        // mov [rsp+8],rdi; push rbx: the caller's part
        var function = Of("48897c2408 53 5b c3");
        Assert.Equal(5, Site(function, Request()));
        Assert.Equal(0, Site(function, Request(stack: 8)));
        // mov [rsp+16],rdi: behind 8 bytes of arguments are results
        Assert.Equal(5, Site(Of("48897c2410 53 5b c3"), Request(stack: 8)));
        Assert.Equal(8, Choice(Of("48897c2410 53 5b c3"), Request(stack: 8)).IntactStackBytes);
        // mov [rsp-8],rdi is the function's own part
        Assert.Equal(5, Site(Of("48897c24f8 53 5b c3"), Request(stack: 8)));
        // lea rax,[rsp+8]; mov [rax],rdi; push rbx
        Assert.Equal(0, Site(Of("488d442408 488938 53 5b c3"), Request(stack: 8)));
    }

    [Fact]
    public void An_address_can_be_asked_for()
    {
        var function = Of("55 4889e5 53 85ff 7402 89f0 5b 5d c3");
        var choice = SiteSelector.SelectAt(function, Address + 4, Request()).Choice!;
        Assert.Equal((16, Firing.Once), (choice.CfaOffset, choice.Firing));
        Assert.Equal(SiteRefusalCode.NotAnInstruction, SiteSelector.SelectAt(function, Address + 2, Request()).Refusal!.Value.Code);
        Assert.Equal(SiteRefusalCode.NotAnInstruction, SiteSelector.SelectAt(function, Address + 400, Request()).Refusal!.Value.Code);
    }

    [Fact]
    public void No_code_and_no_instructions_are_refused()
    {
        Assert.Equal(SiteRefusalCode.NoCode, SiteSelector.SelectEntry(Of(""), Request()).Refusal!.Value.Code);
        Assert.Equal(SiteRefusalCode.Undecodable, SiteSelector.SelectEntry(Of("0606"), Request()).Refusal!.Value.Code);
    }

    [Fact]
    public void The_description_names_choice_and_candidates()
    {
        var function = Of("4883ec08 e811111111 4883c408 c3");
        var text = string.Join('\n', CodeListing.Describe(SiteSelector.SelectEntry(function, Request()), function));
        Assert.Contains("site 0x401004 (+4): call", text, StringComparison.Ordinal);
        Assert.Contains("CFA = rsp + 16", text, StringComparison.Ordinal);
        Assert.Contains("stepped  sub", text, StringComparison.Ordinal);
        var listing = CodeListing.Format(function, [Address + 4], around: 1, symbol: _ => "target");
        Assert.Contains("=>   401004  e8 11 11 11 11", listing, StringComparison.Ordinal);
        Assert.Contains("<target>", listing, StringComparison.Ordinal);
    }

    [Fact]
    public void Candidates_that_are_alike_are_described_once()
    {
        var function = Of("55 53 55 53 55 53 55 53 c3");
        var lines = CodeListing.Describe(SiteSelector.SelectEntry(function, Request()), function).ToArray();
        Assert.Equal(4, lines.Count(line => line.Contains('+') && line.EndsWith("possible", StringComparison.Ordinal)));
        Assert.Matches("… 4 more +possible$", lines[^1]);
    }
}
