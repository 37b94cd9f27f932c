using System.Diagnostics;
using Sonde.Specs;
using Sonde.Specs.Names;
using Xunit;

namespace Sonde.Tests.Specs.Names;

/// <summary>
/// Every function name of large binaries. Slow, and made for the big ones: SONDE_NAMES lists files to read, one name a line as
/// <c>symbol TAB demangled</c>, each file's language the first word of its own name: <c>Cpp-llvm.txt</c>.
/// </summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_name_is_written_read_back_and_found()
    {
        if (Environment.GetEnvironmentVariable("SONDE_NAMES") is not { } files)
        {
            Assert.Skip("SONDE_NAMES is not set");
            return;
        }

        foreach (string file in files.Split(':'))
            Check(file);
    }

    private void Check(string file)
    {
        var language = Enum.Parse<NameLanguage>(Path.GetFileName(file).Split('-', '.')[0]);
        (string Symbol, string Name)[] names = [.. File.ReadLines(file).Select(line => line.Split('\t')).Select(row => (row[0], row[^1]))];
        var clock = Stopwatch.StartNew();
        int verbatim = 0;
        int fragments = 0;
        foreach (var (symbol, name) in names)
        {
            string quoted = ProbeText.Quote(name);
            verbatim += quoted == name ? 1 : 0;
            var f = Assert.IsType<Where.Function>(ProbeSpec.Parse(quoted + " { x }").Where);
            Assert.Equal(name, f.Name);
            var pattern = new NamePattern(f);
            string? demangled = symbol == name ? null : name;
            Assert.Equal(3, pattern.Match(new NameForms(language, symbol, demangled)).Tier());
            fragments += pattern.RequiredFragment is null ? 0 : 1;
            if (pattern.RequiredFragment is { } fragment)
                Assert.True(symbol.Contains(fragment, StringComparison.Ordinal), $"{fragment} is not in {symbol}");

            // By its parts, as one who knows no better would write it.
            var byParts = new NamePattern(f with { Name = " " + name });
            if (demangled is not null && !CompilerMade.IsCompilerMade(new NameForms(language, symbol, demangled)))
                Assert.True(byParts.Match(new NameForms(language, symbol, demangled)).Tier() == 3, name);
        }

        output.WriteLine($"{file}: {names.Length} names, {verbatim} need no quotes, {fragments} with a fragment, {clock.ElapsedMilliseconds} ms");
        Measure(language, names);
    }

    private void Measure(NameLanguage language, (string Symbol, string Name)[] names)
    {
        foreach (string text in (ReadOnlySpan<string>)["*::fmt", "*alloc*", "push_back", "a::b::c(int)"])
        {
            var pattern = new NamePattern((Where.Function)ProbeSpec.Parse(text).Where);
            var clock = Stopwatch.StartNew();
            int found = 0;
            foreach (var (symbol, name) in names)
            {
                if (pattern.RequiredFragment is null || symbol.Contains(pattern.RequiredFragment, StringComparison.Ordinal))
                    found += pattern.Match(new NameForms(language, symbol, symbol == name ? null : name)) > 0 ? 1 : 0;
            }

            output.WriteLine($"  {text}: {found} in {clock.Elapsed.TotalMilliseconds:F1} ms");
        }

        for (int i = 0; i < 2; i++)
        {
            var clock = Stopwatch.StartNew();
            var near = Suggestions.Find("runtime::block_onn", names.Select(n => n.Name), 3);
            output.WriteLine($"  suggest: {clock.Elapsed.TotalMilliseconds:F1} ms: {string.Join(" | ", near)}");
        }
    }
}
