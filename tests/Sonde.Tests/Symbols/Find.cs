using Sonde.Specs;
using Sonde.Symbols;
using Xunit;

namespace Sonde.Tests.Symbols;

/// <summary>Resolves probes in files.</summary>
internal static class Find
{
    public static IReadOnlyList<Function> In(string path, string probe, DebugFileOptions? debugFiles = null)
    {
        using Image image = Image.Open(path, debugFiles: debugFiles);
        return new FunctionFinder(image).Find(WhereOf(probe));
    }

    public static string[] Names(string path, string probe, DebugFileOptions? debugFiles = null) => [.. In(path, probe, debugFiles).Select(f => f.Name)];

    public static Diagnostic WhyNot(string path, string probe, DebugFileOptions? debugFiles = null)
    {
        using Image image = Image.Open(path, debugFiles: debugFiles);
        var finder = new FunctionFinder(image);
        Assert.Empty(finder.Find(WhereOf(probe)));
        return finder.WhyNot(WhereOf(probe), probe);
    }

    private static Where.Function WhereOf(string probe) => (Where.Function)ProbeSpec.Parse(probe).Where;
}
