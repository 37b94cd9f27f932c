using System.IO.Compression;
using Sonde.EndToEnd.Running;
using Xunit;

namespace Sonde.EndToEnd;

/// <summary>The NuGet package, used as a stranger would.</summary>
public sealed class PackageTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Samples_compile_against_the_package()
    {
        string folder = Directory.CreateTempSubdirectory("sonde-package-").FullName;
        try
        {
            await Command.Run(
                ["dotnet", "pack", Repository.At("src", "Sonde"), "-c", "Release", "-o", Path.Combine(folder, "feed"), "-v", "q", "-p:Version=0.0.1-test"],
                Limit);
            string package = Path.Combine(folder, "feed", "Sonde.0.0.1-test.nupkg");
            AssertContents(package);
            await Compile(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertContents(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        string[] names = [.. archive.Entries.Select(entry => entry.FullName)];
        Assert.All(
            new[] { "lib/net10.0/Sonde.dll", "lib/net10.0/Sonde.xml", "lib/net10.0/Sonde.ObjectFile.dll", "lib/net10.0/Sonde.Kernel.dll", "README.md" },
            name => Assert.Contains(name, names));
        using StreamReader description = new(archive.GetEntry("Sonde.nuspec")!.Open());
        string text = description.ReadToEnd();
        Assert.DoesNotContain("id=\"Sonde.", text, StringComparison.Ordinal);
        Assert.Contains("id=\"Iced\"", text, StringComparison.Ordinal);
    }

    /// <summary>Outside the repository, with packages of its own, so that nothing of the build is found by chance.</summary>
    private static async Task Compile(string folder)
    {
        string project = Path.Combine(folder, "csharp");
        Directory.CreateDirectory(project);
        foreach (string file in Directory.EnumerateFiles(Repository.At("samples", "csharp")))
        {
            File.Copy(file, Path.Combine(project, Path.GetFileName(file)));
        }

        string known = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await Command.Run(
            [
                "dotnet", "build", "-v", "q", "-p:SondePackageVersion=0.0.1-test", $"-p:RestorePackagesPath={Path.Combine(folder, "packages")}",
                $"-p:RestoreFallbackFolders={known}", $"-p:RestoreAdditionalProjectSources={Path.Combine(folder, "feed")}",
            ],
            Limit, project);
        string[] built = [.. Directory.EnumerateFiles(Path.Combine(project, "bin"), "*.dll", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!)];
        Assert.Contains("Sonde.ObjectFile.dll", built);
        Assert.Contains("Iced.dll", built);
    }
}
