using System.Globalization;
using Sonde.Sites;
using Xunit;

namespace Sonde.Tests.Sites;

public sealed class GoFunctionTests
{
    public static IEnumerable<TheoryDataRow<string>> Names() =>
        GoFunctions.Lines.Split('\n').Select(line => new TheoryDataRow<string>(line.Split('|')[0]));

    [Theory]
    [MemberData(nameof(Names))]
    public void Entry_site_is_where_the_symbols_say(string name)
    {
        var fields = Fields(name);
        var function = Decode(fields);
        var convention = Convention(fields);

        var selection = SiteSelector.SelectEntry(function, new EntryRequest { Convention = convention, Wanted = convention.EntryRegisters });

        var choice = selection.Choice!;
        Assert.Equal(ulong.Parse(fields[4], CultureInfo.InvariantCulture), choice.Address - function.Code.Address);
        Assert.Equal(fields[5], choice.Reason.ToString());
        Assert.Equal(8, choice.CfaOffset);
        Assert.Equal(convention.EntryRegisters, choice.Intact & convention.EntryRegisters);
        Assert.True(choice.IsExact);
        Assert.Equal(fields[5] == "Entry" ? UprobeHandling.Stepped : UprobeHandling.Emulated, choice.Cost);
        Assert.Equal(fields[5] == "StackCheckBranch", choice.Ignore is not null);
        Assert.Empty(function.Undecoded);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_return_is_found_and_nothing_else(string name)
    {
        var fields = Fields(name);
        var function = Decode(fields);

        var returns = WaysOut.Find(function, KernelTraits.Floor);

        Assert.False(returns.Missed);
        Assert.Equal(fields[7], Offsets(function, returns, ReturnKind.TailJump));
        Assert.Equal(fields[6], Offsets(function, returns, ReturnKind.Return));
        Assert.All(returns.Sites, site => Assert.Equal(8, site.CfaOffset));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_frame_is_known_wherever_a_function_returns(string name)
    {
        var function = Decode(Fields(name));
        for (var i = 0; i < function.Instructions.Length; i++)
            if (function.Instructions[i].Mnemonic == Iced.Intel.Mnemonic.Ret && function.Depths.IsReached(i))
                Assert.Equal(8, function.Depths.Before(i).CfaOffset);
    }

    [Fact]
    public void The_flags_test_ignores_exactly_the_hits_that_grow_the_stack()
    {
        var fields = Fields("1.19 main.small"); // jbe: below (CF) or equal (ZF)
        var convention = Convention(fields);
        var choice = SiteSelector.SelectEntry(Decode(fields), new EntryRequest { Convention = convention }).Choice!;
        Assert.Equal(new FlagsTest(0x41, true), choice.Ignore);
        Assert.True(choice.Ignore!.Value.Ignores(0x203));
        Assert.True(choice.Ignore!.Value.Ignores(0x246));
        Assert.False(choice.Ignore!.Value.Ignores(0x202));
    }

    [Fact]
    public void A_return_probe_is_never_given_to_go()
    {
        var fields = Fields("1.24 main.small");
        var request = new EntryRequest { Convention = Convention(fields), NeedsReturnProbe = true };
        Assert.Equal(SiteRefusalCode.ReturnProbeForbidden, SiteSelector.SelectEntry(Decode(fields), request).Refusal!.Value.Code);
    }

    private static string[] Fields(string name) =>
        GoFunctions.Lines.Split('\n').Select(line => line.Trim().Split('|')).Single(fields => fields[0] == name.Trim());

    private static DecodedFunction Decode(string[] fields) => FunctionDecoder.Decode(new FunctionCode(
        Convert.FromHexString(fields[3]), ulong.Parse(fields[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    private static CallConvention Convention(string[] fields) =>
        fields[1] == "GoStack" ? CallConvention.GoStack : CallConvention.GoRegister;

    private static string Offsets(DecodedFunction function, ReturnSites returns, ReturnKind kind) =>
        string.Join(',', returns.Sites.Where(site => site.Kind == kind).Select(site => site.Address - function.Code.Address));
}
