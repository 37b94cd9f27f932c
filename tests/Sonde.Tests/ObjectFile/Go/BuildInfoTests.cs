using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Go;

public sealed class BuildInfoTests
{
    public static TheoryData<string, string> Builds => GoPrograms.EachBuild;

    [Theory]
    [MemberData(nameof(Builds))]
    public void Agrees_with_go_version(string version, string flags)
    {
        var file = TestPrograms.Go(version, flags);
        var said = ExternalTool.Lines(GoPrograms.Tool(version), "version", "-m", file).ToArray();
        var build = GoPrograms.Open(version, flags).Build;
        Assert.NotNull(build);
        Assert.Equal(said[0][(file.Length + 2)..], build.Version);
        var found = new List<string>();
        if (build.Path.Length > 0) found.Add($"\tpath\t{build.Path}");
        foreach (var (key, value) in build.Settings) found.Add($"\tbuild\t{key}={value}");
        Assert.Equal(said[1..], found);
    }

    [Theory]
    [InlineData("go1.22.3", 1, 22)]
    [InlineData("go1.27rc1", 1, 27)]
    [InlineData("go1.19", 1, 19)]
    [InlineData("devel go1.28-8c2d9f1 Tue Nov 3 2026", 1, 28)]
    [InlineData("go1.26.10 X:nodwarf5", 1, 26)]
    [InlineData("unknown", 0, 0)]
    [InlineData("go1.", 0, 0)]
    public void Versions_are_parsed(string text, int major, int minor) => Assert.Equal(new GoVersion(major, minor), GoVersion.Parse(text));

    [Fact]
    public void Other_programs_are_not_Go() => Assert.Null(GoImage.TryOpen(ElfImage.Open(new MemoryByteSource(File.ReadAllBytes(TestPrograms.C())))));
}
