using Sonde.Specs;
using Xunit;

namespace Sonde.Tests.Specs;

public sealed class RedactionTests
{
    private static readonly RedactionRules s_rules = new(Redaction.Usual with { Words = ["pin", "card number"], Types = ["main.Secret"], Patterns = ["x*y"] });

    [Theory]
    [InlineData("password", true)]
    [InlineData("Password", true)]
    [InlineData("userPassword", true)]
    [InlineData("user_password_hash", true)]
    [InlineData("PASSWORD", true)]
    [InlineData("passwords", true)]
    [InlineData("HTTPToken", true)]
    [InlineData("authToken2", true)]
    [InlineData("X-Api-Key", true)]
    [InlineData("apiKey", true)]
    [InlineData("apikey", true)]
    [InlineData("api_keys", true)]
    [InlineData("Set-Cookie", true)]
    [InlineData("cardNumber", true)]
    [InlineData("pin", true)]
    [InlineData("xAy", true)]
    [InlineData("tokenize", false)]
    [InlineData("tokenizer", false)]
    [InlineData("spinner", false)]
    [InlineData("key", false)]
    [InlineData("apiName", false)]
    [InlineData("secretary", false)]
    [InlineData("card", false)]
    [InlineData("", false)]
    [InlineData("$0", false)]
    public void Names(string name, bool hidden) => Assert.Equal(hidden, s_rules.HidesName(name));

    [Theory]
    [InlineData("main.Secret", true)]
    [InlineData("*main.Secret", true)]
    [InlineData("main.Secret*", true)]
    [InlineData("main.Secrets", false)]
    public void Types(string type, bool hidden) => Assert.Equal(hidden, s_rules.HidesType(type));

    [Theory]
    [InlineData("oneTwo", "one two")]
    [InlineData("HTTPServer", "http server")]
    [InlineData("one_two-three four", "one two three four")]
    [InlineData("a1b2", "a b")]
    public void Words(string name, string words) => Assert.Equal(words, string.Join(' ', RedactionRules.Words(name)));
}
