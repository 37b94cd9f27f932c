using Sonde.Sites;
using Xunit;

namespace Sonde.Tests.Sites;

public sealed class UprobeRulesTests
{
    [Theory]
    [InlineData("90", "nop")]
    [InlineData("55", "push rbp")]
    [InlineData("4157", "push r15")]
    [InlineData("eb10", "jmp short")]
    [InlineData("e900000000", "jmp near")]
    [InlineData("f2e900000000", "bnd jmp")]
    [InlineData("e800000000", "call")]
    [InlineData("7610", "jbe short")]
    [InlineData("0f8600000000", "jbe near")]
    public void Emulated(string bytes, string text) => Check(bytes, UprobeHandling.Emulated, UprobeRefusal.None, text);

    [Theory]
    [InlineData("f30f1efa", "endbr64")]
    [InlineData("4889e5", "mov rbp,rsp")]
    [InlineData("4883ec28", "sub rsp,40")]
    [InlineData("c3", "ret")]
    [InlineData("5d", "pop rbp")]
    [InlineData("4855", "push rbp with REX.W")]
    [InlineData("6655", "push bp")]
    [InlineData("6a08", "push 8")]
    [InlineData("ff25f0ffffff", "jmp [rip]")]
    [InlineData("64488b0c25f8ffffff", "mov rcx,fs:-8")]
    [InlineData("488b05f0ffffff", "mov rax,[rip]")]
    [InlineData("f390", "pause")]
    [InlineData("e3fe", "jrcxz")]
    [InlineData("48ab", "stosq without rep")]
    [InlineData("0fa2", "cpuid")]
    [InlineData("c5f877", "vzeroupper", true)]
    [InlineData("c5fb1007", "vmovsd xmm0,[rdi]")]
    [InlineData("c5fe7f07", "vmovdqu [rdi],ymm0", true)]
    [InlineData("c5fb58c1", "vaddsd")]
    public void Stepped(string bytes, string text, bool refused = false) => Check(
        bytes, refused ? UprobeHandling.Refused : UprobeHandling.Stepped, refused ? UprobeRefusal.VexOpcode : UprobeRefusal.None, text);

    [Theory]
    [InlineData("f0480fb10f", UprobeRefusal.LockPrefix)]
    [InlineData("2e660f1f840000000000", UprobeRefusal.SegmentPrefix)] // TRAPS K1
    [InlineData("662e0f1f840000000000", UprobeRefusal.SegmentPrefix)]
    [InlineData("3effe0", UprobeRefusal.SegmentPrefix)] // notrack jmp rax
    [InlineData("66e800000000", UprobeRefusal.WordBranch)]
    [InlineData("660f8600000000", UprobeRefusal.WordBranch)]
    [InlineData("62f17c481000", UprobeRefusal.UnknownEncoding)] // vmovups zmm0
    [InlineData("8fe97880c1", UprobeRefusal.UnknownEncoding)] // XOP
    [InlineData("c5fdefc0", UprobeRefusal.VexOpcode)] // vpxor: ef is not a good opcode
    [InlineData("c5fdebc1", UprobeRefusal.VexOpcode)] // vpor: taken for jmp
    [InlineData("c5f970c1ee", UprobeRefusal.VexOpcode)] // vpshufd: taken for jo
    [InlineData("c4e279180f", UprobeHandling.Stepped)] // vbroadcastss
    [InlineData("c5fac2c100", UprobeRefusal.VexOpcode)] // vcmpss: taken for ret
    [InlineData("cc", UprobeRefusal.System)]
    [InlineData("f4", UprobeRefusal.System)]
    [InlineData("cd80", UprobeRefusal.System)]
    [InlineData("ec", UprobeRefusal.System)]
    [InlineData("fa", UprobeRefusal.System)]
    [InlineData("0f0b", UprobeRefusal.System)] // ud2
    [InlineData("0f05", UprobeRefusal.NotSteppable)] // syscall
    [InlineData("c7f800000000", UprobeRefusal.NotSteppable)] // xbegin
    [InlineData("9c", UprobeRefusal.PushesTrapFlag)]
    [InlineData("8ed0", UprobeRefusal.MasksTrap)] // mov ss,eax
    [InlineData("f348ab", UprobeRefusal.RepeatedString)]
    [InlineData("f3a4", UprobeRefusal.RepeatedString)]
    [InlineData("4190", UprobeRefusal.FalseNop)] // xchg r8,rax
    [InlineData("678b05f0ffffff", UprobeRefusal.AddressSize)]
    [InlineData("66", UprobeRefusal.Undecodable)]
    [InlineData("", UprobeRefusal.Undecodable)]
    public void Refused(string bytes, object expected)
    {
        if (expected is UprobeHandling handling) Check(bytes, handling, UprobeRefusal.None, bytes);
        else Check(bytes, UprobeHandling.Refused, (UprobeRefusal)expected, bytes);
    }

    [Theory]
    [InlineData("0f1f4000", UprobeHandling.Stepped)]
    [InlineData("660f1f440000", UprobeHandling.Stepped)]
    [InlineData("6690", UprobeHandling.Refused)]
    public void Long_nops_depend_on_the_kernel(string hex, object onFloor)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal((UprobeHandling)onFloor, UprobeRules.Classify(bytes, KernelTraits.Floor, out _));
        Assert.Equal(UprobeHandling.Emulated, UprobeRules.Classify(bytes, KernelTraits.Recent, out var refusal));
        Assert.Equal(UprobeRefusal.None, refusal);
    }

    [Fact]
    public void Every_refusal_has_a_text()
    {
        foreach (var refusal in Enum.GetValues<UprobeRefusal>()) Assert.NotEmpty(refusal.Describe());
        foreach (var code in Enum.GetValues<SiteRefusalCode>()) Assert.NotEmpty(new SiteRefusal(code).Describe());
        foreach (var verdict in Enum.GetValues<SiteVerdict>())
            Assert.NotEmpty(new SiteCandidate(0, default, default, verdict, default, default).Describe());
    }

    private static void Check(string hex, UprobeHandling handling, UprobeRefusal refusal, string text)
    {
        Assert.True(handling == UprobeRules.Classify(Convert.FromHexString(hex), KernelTraits.Floor, out var why), text);
        Assert.Equal(refusal, why);
    }
}
