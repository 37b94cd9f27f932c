using System.Diagnostics;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Symbols;

/// <summary>
/// Programs whose root directory is another than ours: changed by chroot, by mounts of their own, and on overlayfs as in containers. Files are found
/// below their root, their debug files too, and absolute links lead there and not into our own files.
/// </summary>
public sealed class ContainerTests : IDisposable
{
    private const string Source = """
        #include <unistd.h>
        static __attribute__((noinline)) int secret(int amount) { __asm__ volatile(""); return amount * 3; }
        int main(int argc, char **argv) { write(1, "r\n", 2); for (;;) { secret(argc); usleep(100000); } }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("sonde-container-").FullName;
    private Process? _process;

    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string Root => Path.Combine(_directory, "root");

    [Theory]
    [InlineData("exec chroot root /bin/program")]
    [InlineData("mount --bind root root && cd root && pivot_root . old && exec /bin/program")]
    [InlineData("mount -t overlay overlay -olowerdir=root,upperdir=upper,workdir=work merged && cd merged && pivot_root . old && exec /bin/program")]
    public void Files_are_found_as_the_process_sees_them(string start)
    {
        Prepare();
        int process = Start(start);
        using (Target target = Target.OfProcesses([process]))
            AssertWhole(target.Executable, "usr/lib/debug");

        // What is at the path now is another file; the one that runs is reached all the same, and so is its debug file.
        if (start.Contains("chroot", StringComparison.Ordinal))
        {
            File.Delete(Path.Combine(Root, "bin", "program"));
            File.WriteAllText(Path.Combine(Root, "bin", "program"), "something else");
            using Target replaced = Target.OfProcesses([process]);
            AssertWhole(replaced.Executable, "usr/lib/debug");
        }
    }

    /// <summary>The links of a container lead into the container.</summary>
    [Fact]
    public void Absolute_links_are_followed_below_the_root()
    {
        Prepare();
        string elsewhere = Path.Combine(Root, "srv", "debug");
        Directory.CreateDirectory(Path.GetDirectoryName(elsewhere)!);
        Directory.Move(Path.Combine(Root, "usr", "lib", "debug"), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(Root, "usr", "lib", "debug"), "/srv/debug");
        using Target target = Target.OfProcesses([Start("exec chroot root /bin/program")]);
        AssertWhole(target.Executable, "srv/debug");
    }

    [Theory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a/../b/./c", "/b/c")]
    [InlineData("/../../etc", "/etc")]
    [InlineData("/absolute/x", "/target/x")]
    [InlineData("/relative/x", "/target/x")]
    [InlineData("/up/x", "/x")]
    [InlineData("/loop/x", null)]
    public void No_link_leads_out(string path, string? expected)
    {
        Directory.CreateDirectory(Path.Combine(Root, "target"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "absolute"), "/target");
        Directory.CreateSymbolicLink(Path.Combine(Root, "relative"), "target");
        Directory.CreateSymbolicLink(Path.Combine(Root, "up"), "../../../..");
        Directory.CreateSymbolicLink(Path.Combine(Root, "loop"), "loop");
        string found = ProcessRoot.Resolve(Root, path);
        Assert.StartsWith(Root, found);
        if (expected is not null)
            Assert.Equal(Root + expected, found);
    }

    private static void AssertWhole(Image image, string below)
    {
        Function function = Assert.Single(new FunctionFinder(image).Find(new Sonde.Specs.Where.Function("secret", Sonde.Specs.PatternSyntax.Name)));
        Assert.True(function.Entry.Exists);
        Assert.Equal(2, function.Line);
        Assert.Contains($"/root/{below}/", image.Separate!.Path, StringComparison.Ordinal);
    }

    // A program without symbols, and what they were in the place where Debian puts it.
    private void Prepare()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        foreach (string name in (string[])["root/bin", "root/old", "root/usr/lib/debug/bin", "upper", "work", "merged"])
            Directory.CreateDirectory(Path.Combine(_directory, name));
        string program = Path.Combine(Root, "bin", "program"), debug = Path.Combine(Root, "usr", "lib", "debug", "bin", "program.debug");
        File.Copy(TestPrograms.Build(Source, ".c", "gcc -g -O1 -static -Wl,--build-id=none -o {out} {in}"), program);
        ExternalTool.Run("objcopy", ["--only-keep-debug", program, debug]);
        ExternalTool.Run("strip", [program]);
        ExternalTool.Run("objcopy", [$"--add-gnu-debuglink={debug}", program]);
    }

    private int Start(string script)
    {
        var start = new ProcessStartInfo("unshare", ["--mount", "--propagation", "private", "sh", "-c", script]) { WorkingDirectory = _directory, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        string? ready = _process.StandardOutput.ReadLine();
        if (ready is null)
        {
            string why = _process.StandardError.ReadToEnd();
            Assert.SkipWhen(why.Contains("mount", StringComparison.Ordinal), $"such a mount is not to be had here: {why}");
            Assert.Fail(why);
        }

        return _process.Id;
    }
}
