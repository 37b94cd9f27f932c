using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Symbols;

/// <summary>Debug information that lies beside the program.</summary>
public sealed class DebugFileTests : IDisposable
{
    private const string Source = """
        static __attribute__((noinline)) int secret(int amount) { __asm__ volatile(""); return amount * 3; }
        int open_one(int x) { return secret(x); }
        int main(int argc, char **argv) { return open_one(argc); }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("sonde-debug-files-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Program => Path.Combine(_directory, "program");

    private string Debug => Path.Combine(_directory, "program.debug");

    [Fact]
    public void A_debug_link_is_followed_and_checked()
    {
        Split("-Wl,--build-id=none", link: true);
        AssertWhole(null);
        string elsewhere = Directory.CreateDirectory(Path.Combine(_directory, ".debug")).FullName;
        File.Move(Debug, Path.Combine(elsewhere, "program.debug"));
        AssertWhole(null);
        using (var file = File.OpenWrite(Path.Combine(elsewhere, "program.debug")))
            file.Seek(0, SeekOrigin.End);
        File.AppendAllText(Path.Combine(elsewhere, "program.debug"), "x");
        using Image image = Image.Open(Program);
        Assert.Null(image.Separate);
        Assert.Contains(image.DebugFilePlaces, p => p.Contains(".debug/program.debug (of another build: the checksum differs)"));
    }

    [Fact]
    public void Build_id_directories_are_searched()
    {
        Split("-Wl,--build-id=0xabcdef0123456789", link: false);
        using (Image image = Image.Open(Program))
        {
            Assert.Null(image.Separate);
            Assert.Contains("/usr/lib/debug/.build-id/ab/cdef0123456789.debug (not there)", image.DebugFilePlaces);
        }

        string tree = Path.Combine(_directory, "tree");
        Directory.CreateDirectory(Path.Combine(tree, ".build-id", "ab"));
        File.Move(Debug, Path.Combine(tree, ".build-id", "ab", "cdef0123456789.debug"));
        AssertWhole(new DebugFileOptions([], [tree]));
    }

    [Theory]
    [InlineData("-Wl,--build-id=0x1234")]
    [InlineData("-Wl,--build-id=none")]
    public void A_file_given_by_name_must_be_of_the_same_build(string flags)
    {
        Split(flags, link: false);
        AssertWhole(new DebugFileOptions([Debug], []));
        string other = Path.Combine(_directory, "other.debug");
        File.Copy(TestPrograms.C(), other);
        using Image image = Image.Open(Program, debugFiles: new DebugFileOptions([other], []));
        Assert.Null(image.Separate);
        Assert.Contains(image.DebugFilePlaces, p => p.StartsWith($"{other} (of another build", StringComparison.Ordinal));
    }

    [Fact]
    public void A_program_without_any_names_says_where_was_looked()
    {
        Split("-Wl,--build-id=0x1234 -static-pie -nostdlib -nostartfiles", link: true, entry: "int _start(void) { return open_one(1); }");
        File.Delete(Debug);
        Diagnostic why = Find.WhyNot(Program, "secret");
        Assert.Equal("SND3002", why.Code);
        Assert.Contains("/usr/lib/debug/.build-id/12/34.debug (not there)", why.Hint);
        Assert.Contains(Debug, why.Hint);
    }

    [Fact]
    public void Static_functions_that_only_the_debug_information_has_are_found()
    {
        Split("-Wl,--build-id=0x1234", link: true);

        // Take the symbols out of the debug file too: DWARF alone is left.
        ExternalTool.Run("objcopy", ["--strip-symbol=secret", "--remove-section=.gnu_debuglink", Debug, Debug]);
        Function function = Assert.Single(Find.In(Program, "secret", new DebugFileOptions([Debug], [])));
        Assert.True(function.Size > 0 && function.Entry.Exists);
        Assert.Equal("secret", function.Name);
    }

    private void AssertWhole(DebugFileOptions? options)
    {
        Function function = Assert.Single(Find.In(Program, "secret", options));
        Assert.Equal(("secret", "program.c", 1), (function.Name, Path.GetFileName(function.File), function.Line));
    }

    /// <summary>A name that stripping took out may be in a debug file: the message says where one was looked for.</summary>
    [Fact]
    public void A_stripped_function_is_missed_with_the_places_that_were_looked_at()
    {
        string stripped = TestPrograms.Build("int work(int n) { return n + 1; }\nint main(int c, char **v) { return work(c); }", ".c", "gcc -O0 -Wl,--build-id -o {out} {in} && strip {out}");
        Diagnostic diagnostic = Find.WhyNot(stripped, "work");
        Assert.Equal("SND3001", diagnostic.Code);
        Assert.Contains("--debug-file", diagnostic.Hint, StringComparison.Ordinal);
        Assert.Contains("/usr/lib/debug/.build-id/", diagnostic.Hint, StringComparison.Ordinal);
        Assert.Contains("not there", diagnostic.Hint, StringComparison.Ordinal);
    }

    private void Split(string flags, bool link, string entry = "")
    {
        string source = Path.Combine(_directory, "program.c");
        File.WriteAllText(source, entry.Length == 0 ? Source : Source.Replace("int main(int argc, char **argv) { return open_one(argc); }", entry));
        ExternalTool.Run("gcc", ["-g", "-O1", .. flags.Split(' '), "-o", Program, source]);
        ExternalTool.Run("objcopy", ["--only-keep-debug", Program, Debug]);
        ExternalTool.Run("strip", ["--strip-all", Program]);
        if (link)
            ExternalTool.Run("objcopy", [$"--add-gnu-debuglink={Debug}", Program]);
    }
}
