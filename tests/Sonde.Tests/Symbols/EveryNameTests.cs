using Sonde.ObjectFile.Elf;
using Sonde.Specs;
using Sonde.Specs.Names;
using Sonde.Symbols;
using Xunit;

namespace Sonde.Tests.Symbols;

/// <summary>
/// The wildest names there are: every function of the compiler's, the C++ library's and LLVM's library can be written as a
/// probe, is read back and means itself. A sample of them here, all with SONDE_TEST_ALL=1.
/// </summary>
public sealed class EveryNameTests(ITestOutputHelper output)
{
    private const int Sampled = 61;

    [Theory]
    [InlineData("$(rustc --print sysroot)", "librustc_driver-*.so")]
    [InlineData("/usr/lib/x86_64-linux-gnu", "libstdc++.so.6")]
    [InlineData("/usr/lib", "libLLVM-1*.so.1")]
    public void Is_written_read_back_and_means_itself(string directory, string file)
    {
        directory = directory[0] == '$' ? Sysroot() : directory;
        string? path = Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, file, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true }).Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        if (path is null)
        {
            Assert.Skip($"there is no {file} below {directory}");
            return;
        }

        using Image image = Image.Open(path);
        int step = Environment.GetEnvironmentVariable("SONDE_TEST_ALL") == "1" ? 1 : Sampled;
        int count = 0, quoted = 0;
        foreach (SymbolTable table in image.SymbolTables)
        {
            for (int i = 1; i < table.Count; i += step)
            {
                Symbol symbol = table[i];
                if (symbol.Type != SymbolType.STT_FUNC || !image.Elf.IsExecutable(symbol.Address))
                    continue;
                NameForms forms = SymbolNames.FormsOf(table.NameBytes(symbol), isGo: false);
                string name = forms.Demangled ?? forms.Symbol;
                string written = ProbeText.Quote(name);
                var where = Assert.IsType<Where.Function>(ProbeSpec.Parse(written + " { x }").Where);
                Assert.Equal(name, where.Name);
                Assert.True(new NamePattern(where).Match(forms).Tier() == 3, $"{written} does not mean {forms.Symbol}");
                count++;
                quoted += written == name ? 0 : 1;
            }
        }

        output.WriteLine($"{path}: {count} names, {quoted} in backquotes");
        Assert.True(count > 50);
    }

    private static string Sysroot()
    {
        try
        {
            using var rustc = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("rustc", ["--print", "sysroot"]) { RedirectStandardOutput = true })!;
            return rustc.StandardOutput.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
