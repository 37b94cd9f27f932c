using CsCheck;
using Sonde.Sites;
using Xunit;
using static Sonde.Tests.Sites.Code;

namespace Sonde.Tests.Sites;

public sealed class FunctionDecoderTests
{
    [Fact]
    public void Data_between_instructions_is_no_code()
    {
        // jmp +3; 06 c3 06 (data with the byte of a ret); nop; ret
        var function = Of("eb03 06c306 90 c3");
        Assert.Equal([Address, Address + 5, Address + 6], Addresses(function));
        Assert.Equal(new UndecodedRange(Address + 2, 3), Assert.Single(function.Undecoded));
        var returns = WaysOut.Find(function, KernelTraits.Floor);
        Assert.True(returns.Missed);
        Assert.Single(returns.Sites);
    }

    [Fact]
    public void A_branch_into_an_instruction_is_followed()
    {
        // jmp +1; 48 (swallows the nop and more when read in line); nop; ret
        var function = Of("eb01 48 b8 9090909090909090 c3");
        Assert.True(function.IndexOf(Address + 3) >= 0);
        Assert.Equal(-1, function.IndexOf(Address + 2));
    }

    [Fact]
    public void Jumping_over_a_lock_prefix_is_an_idiom()
    {
        // je +1; lock cmpxchg [rdi],esi; ret (glibc)
        var function = Of("7401 f00fb137 c3");
        Assert.Equal([Address, Address + 2, Address + 6], Addresses(function));
        Assert.True(function.IsBranchTarget(Address + 3));
    }

    [Fact]
    public void Code_that_only_the_runtime_reaches_is_code()
    {
        // ret; call deferreturn; ret
        var function = Of("c3 e811111111 c3");
        Assert.Equal(2, WaysOut.Find(function, KernelTraits.Floor).Sites.Length);
    }

    [Fact]
    public void The_end_of_the_address_space_is_no_trap()
    {
        var function = FunctionDecoder.Decode(new FunctionCode(new byte[16], ulong.MaxValue - 3));
        Assert.Equal(0, function.Instructions.Length);
    }

    [Fact]
    public void Any_bytes_are_survived_and_each_site_is_one_of_the_instructions()
    {
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            var function = FunctionDecoder.Decode(new FunctionCode(bytes, Address));
            var last = 0UL;
            foreach (var instruction in function.Instructions)
            {
                Assert.True(instruction.IP >= last && instruction.IP + (ulong)instruction.Length <= function.Code.End);
                last = instruction.NextIP;
            }
            foreach (var convention in new[] { CallConvention.GoRegister, CallConvention.GoStack, CallConvention.SystemV })
            {
                var request = new EntryRequest { Convention = convention, Wanted = RegisterSet.Rdi };
                var selection = SiteSelector.SelectEntry(function, request);
                Assert.True(selection.Choice is null != selection.Refusal is null);
                if (selection.Choice is not { } choice) continue;
                Assert.True(function.IndexOf(choice.Address) >= 0);
                Assert.NotEqual(UprobeHandling.Refused, choice.Cost);
                Assert.NotEmpty(CodeListing.Describe(selection, function));
            }
            foreach (var site in WaysOut.Find(function, KernelTraits.Recent).Sites) Assert.True(function.IndexOf(site.Address) >= 0);
        });
    }

    [Fact]
    public void A_long_chain_of_branches_ends_in_time()
    {
        // 200,000 times "jmp +0": each instruction a block of its own
        var bytes = new byte[400_000];
        for (var i = 0; i < bytes.Length; i += 2) bytes[i] = 0xeb;
        var function = FunctionDecoder.Decode(new FunctionCode(bytes, Address));
        Assert.Equal(200_000, function.Instructions.Length);
        Assert.Equal(8, function.Depths.Before(199_999).CfaOffset);
        Assert.True(WaysOut.Find(function, KernelTraits.Floor).Sites.IsEmpty is false);
    }

    private static IEnumerable<ulong> Addresses(DecodedFunction function)
    {
        var addresses = new List<ulong>();
        foreach (var instruction in function.Instructions) addresses.Add(instruction.IP);
        return addresses;
    }
}
