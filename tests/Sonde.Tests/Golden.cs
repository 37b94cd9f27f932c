using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests;

/// <summary>Texts of the product, kept in tests/Golden; SONDE_BLESS=1 rewrites them.</summary>
internal static class Golden
{
    /// <summary>The path of a file below tests/Golden.</summary>
    public static string PathOf(string name) => Path.Combine(TestPrograms.Root, "tests", "Golden", name);

    /// <summary>Compares a text with what is kept.</summary>
    public static void Check(string name, string text)
    {
        if (Environment.GetEnvironmentVariable("SONDE_BLESS") == "1")
            File.WriteAllText(PathOf(name), text);
        Assert.Equal(File.ReadAllText(PathOf(name)), text);
    }
}
