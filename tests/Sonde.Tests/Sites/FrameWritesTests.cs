using Sonde.Sites;
using Xunit;

namespace Sonde.Tests.Sites;

public sealed class FrameWritesTests
{
    // 0 push rbp; 1 mov rbp,rsp; 2 mov [rbp-8],edi; 3 nop; 4 mov [rbp-12],eax; 5 nop; 6 lea rax,[rbp-32]; 7 nop; 8 ret
    private const string Straight = "55 4889e5 897df8 90 8945f4 90 488d45e0 90 c3";

    [Theory]
    [InlineData(3, -24, -20, true)] // rbp-8, stored before
    [InlineData(3, -28, -24, false)] // rbp-12, stored behind
    [InlineData(5, -28, -24, true)]
    [InlineData(5, -48, -40, false)] // rbp-32, whose address is taken behind
    [InlineData(7, -48, -40, true)]
    [InlineData(7, -64, -60, false)]
    public void Only_what_was_stored_or_pointed_to_before_counts(int site, long low, long high, bool may) =>
        Assert.Equal(may, new FrameWrites(Code.Of(Straight)).MayReach(site, low, high, new HashSet<int>()));

    [Theory]
    [InlineData(false, true)] // the last iteration's value
    [InlineData(true, false)] // begins anew at its declaration
    public void A_declaration_in_a_loop_begins_anew(bool born, bool may)
    {
        // 0 push rbp; 1 mov rbp,rsp; 2 nop (declared); 3 nop (the site); 4 mov [rbp-8],edi; 5 jne 2; 6 ret
        var function = Code.Of("55 4889e5 90 90 897df8 75f9 c3");
        Assert.Equal(may, new FrameWrites(function).MayReach(3, -24, -20, born ? new HashSet<int> { 2 } : []));
    }
}
