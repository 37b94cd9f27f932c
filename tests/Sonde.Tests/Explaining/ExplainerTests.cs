using System.Text.RegularExpressions;
using Sonde.Explaining;
using Xunit;

namespace Sonde.Tests.Explaining;

/// <summary>What <c>sonde explain</c> prints of a small program that is kept with its source, so that no compiler changes it.</summary>
public sealed partial class ExplainerTests
{
    private static readonly string s_account = Golden.PathOf("explain/account");

    [Theory]
    [InlineData("call", "call:deposit { amount, to.owner } if to.id > 3 && amount != 2")]
    [InlineData("entry", "close_account")]
    public void Is_the_golden_text(string name, string probe)
    {
        (bool possible, string text) = Explain(probe);
        Assert.True(possible);

        // The programs have tests of their own; here counts their presence.
        int programs = text.IndexOf("\nprogram of ", StringComparison.Ordinal);
        Golden.Check($"explain/account.{name}.txt", text[..programs].Replace(s_account, "account", StringComparison.Ordinal));
        Assert.Matches(Program(), text[programs..]);
    }

    [Fact]
    public void A_function_that_cannot_be_probed_is_explained_too()
    {
        (bool possible, string text) = Explain("halts");
        Assert.False(possible);
        Assert.Contains("cannot be probed: a system instruction or a trap", text, StringComparison.Ordinal);
        Assert.Contains("it has no debug information", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_functions_some_are_explained_and_the_others_named()
    {
        (bool possible, string text) = Explain("*", most: 1);
        Assert.True(possible);
        Assert.Contains("3 more functions match", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing_like_it", "SND3001")]
    [InlineData("deposit { nobody }", "SND1002")]
    [InlineData("deposit if", "SND1001")]
    public void A_wrong_request_fails_as_in_a_trace(string probe, string code) =>
        Assert.Equal(code, Assert.Throws<SondeException>(() => Explain(probe)).Diagnostic.Code);

    private static (bool Possible, string Text) Explain(string probe, int most = Explainer.DefaultFunctions)
    {
        var text = new StringWriter();
        return (Explainer.Explain(new SessionOptions { Executable = s_account, Probes = [probe] }, most, text), text.ToString());
    }

    [GeneratedRegex(@"^program of \d+ BPF instructions, at \w+\+\d+\n(.*\n)*\s+0: \(bf\) r6 = r1 .*context", RegexOptions.Multiline)]
    private static partial Regex Program();
}
