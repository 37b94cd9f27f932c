using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Go;

/// <summary>The sample program by each toolchain, as users build it, stripped and as PIE.</summary>
internal static class GoPrograms
{
    private static readonly string[] s_all = ["1.15", "1.19", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27"];

    public static string[] Versions => TestPrograms.All ? s_all : TestPrograms.GoVersions;

    public static TheoryData<string> EachVersion => [.. Versions];

    public static TheoryData<string, string> EachBuild
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var version in Versions)
            {
                foreach (var flags in (string[])["", "-ldflags=-s", "-buildmode=pie"]) data.Add(version, flags);
            }

            return data;
        }
    }

    public static GoImage Open(string version, string flags = "") => Open(new MemoryByteSource(File.ReadAllBytes(TestPrograms.Go(version, flags))));

    public static GoImage Open(IByteSource source) => GoImage.TryOpen(ElfImage.Open(source)) ?? throw new InvalidOperationException("not seen as a Go program");

    public static string Tool(string version) => Path.Combine(ExternalTool.Lines(Path.Combine(TestPrograms.Root, "scripts", "go-toolchain"), version).First(), "bin", "go");

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
