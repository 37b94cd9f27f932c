using System.Diagnostics;
using Sonde.Symbols;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Symbols;

/// <summary>Processes, their files and their libraries.</summary>
public sealed class TargetTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sonde-targets-").FullName;
    private readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_replaced_file_is_read_as_it_runs()
    {
        string path = Copy("program");
        int process = Start(path);
        File.Delete(path);
        File.WriteAllText(path, "something else");
        using Target target = Target.OfProcesses([process]);
        Assert.Equal(path, target.Executable.Path);
        Assert.Single(new FunctionFinder(target.Executable).Find(new Sonde.Specs.Where.Function("main", Sonde.Specs.PatternSyntax.Name)));
    }

    [Fact]
    public void Processes_are_told_apart_by_file_and_not_by_path()
    {
        string path = Copy("program");
        int first = Start(path), same = Start(path);
        using (Target target = Target.OfProcesses([first, same]))
            Assert.Equal([first, same], target.Processes);
        File.Delete(path);
        Copy("program");
        int other = Start(path);
        Assert.Equal("SND2006", Assert.Throws<SondeException>(() => Target.OfProcesses([first, other])).Diagnostic.Code);
    }

    [Theory]
    [InlineData("libc.so.6")]
    [InlineData("libc.so")]
    [InlineData("libc")]
    public void Libraries_are_found_by_name_in_processes_and_for_files(string name)
    {
        string path = Copy("program");
        using Target running = Target.OfProcesses([Start(path)]);
        using Target file = Target.OfFile(path);
        foreach (Target target in (Target[])[running, file])
        {
            Image image = target.ImageOf(name);
            Assert.Equal("libc.so.6", image.Elf.Dynamic.SoName);
            Assert.Same(image, target.ImageOf(name));
            Assert.Equal("malloc", Assert.Single(new FunctionFinder(image).Find(new Sonde.Specs.Where.Function("malloc", Sonde.Specs.PatternSyntax.Name))).Name);
        }
    }

    [Fact]
    public void A_library_that_is_not_there_is_an_error_with_a_hint()
    {
        using Target target = Target.OfProcesses([Start(Copy("program"))]);
        Diagnostic diagnostic = Assert.Throws<SondeException>(() => target.ImageOf("libx.so.6")).Diagnostic;
        Assert.Equal("SND2010", diagnostic.Code);
        Assert.Contains("libc.so.6", diagnostic.Hint);
    }

    [Fact]
    public void A_debug_file_of_another_build_is_refused()
    {
        string path = Copy("program");
        var options = new ImageOptions { DebugFiles = new DebugFileOptions([TestPrograms.Cpp()], []) };
        Assert.Equal("SND2011", Assert.Throws<SondeException>(() => Target.OfFile(path, null, options)).Diagnostic.Code);
    }

    [Theory]
    [InlineData("7f00-7f10 r-xp 00000000 fe:01 12   /a b/c.so", true, "/a b/c.so", false)]
    [InlineData("7f00-7f10 rw-p 00000000 00:1f 12   /x\\012y (deleted)", false, "/x\ny", true)]
    [InlineData("7f00-7f10 rw-p 00000000 00:00 0    [stack]", false, "[stack]", false)]
    [InlineData("7f00-7f10 rw-p 00000000 00:00 0", false, "", false)]
    [InlineData("", false, null, false)]
    public void Lines_of_maps_are_read(string line, bool executable, string? path, bool deleted)
    {
        Mapping? mapping = Mapping.Parse(line);
        Assert.Equal(path, mapping?.Path);
        Assert.Equal((executable, deleted), mapping is { } read ? (read.IsExecutable, read.IsDeleted) : (false, false));
    }

    /// <summary>proc_pid_maps writes eight digits at least, the names in map_files have no zeros in front.</summary>
    [Fact]
    public void The_name_of_a_mapping_has_no_zeros_in_front()
    {
        Mapping mapping = Mapping.Parse("00400000-004a2000 r-xp 00000000 fe:01 12 /a")!.Value;
        Assert.Equal("400000-4a2000", mapping.Range);
        Assert.True(mapping.IsFile && mapping.Contains(0x400000) && !mapping.Contains(0x4a2000));
    }

    private string Copy(string name)
    {
        string path = Path.Combine(_directory, name);
        File.Copy(TestPrograms.Build("#include <unistd.h>\nint main(void) { for (;;) pause(); }", ".c", "gcc -g -o {out} {in}"), path);
        return path;
    }

    private int Start(string path)
    {
        Process process = Process.Start(path);
        _processes.Add(process);

        // Loaded when the loader has mapped the C library.
        for (int i = 0; i < 500 && !Mapping.Of(process.Id).Any(m => m.IsExecutable && m.Path.Contains("libc.so", StringComparison.Ordinal)); i++)
            Thread.Sleep(10);
        return process.Id;
    }
}
