using Xunit;

namespace Sonde.Tests.ObjectFile.Support;

/// <summary>
/// What compilers emit in all their ways, for comparison with other readers. A few of them always; with SONDE_TEST_ALL=1 every compiler, version of DWARF,
/// compression and optimisation, every Go, the product itself and separate debug packages of Debian. Files are made when a test asks for them.
/// </summary>
internal static class OracleFiles
{
    private const string Debian = "Debian ";
    private static readonly string[] s_compilers = ["gcc", "clang", "g++", "clang++"];
    private static readonly string[] s_flags =
    [
        "-g -O0 -gdwarf-4", "-g -O0 -gdwarf-5", "-g -O2 -gdwarf-4", "-g -O2 -gdwarf-5", "-g -O1 -gdwarf-4 -gz", "-g -O2 -gdwarf-5 -gz", "-g -O2 -flto -gdwarf-4", "-g -O1 -flto -gdwarf-5",
        "-g -Os -fdebug-types-section -gdwarf-5", "-g -O3 -ffunction-sections -Wl,--gc-sections",
    ];

    private static readonly string[] s_rust = ["rustc -g", "rustc -g -O", "rustc -g -C opt-level=s -C lto=fat", "rustc -g -O -C panic=abort -C codegen-units=1"];
    private static readonly string[] s_packages = ["libc6-dbg", "libstdc++6-12-dbg", "python3.11-dbg", "vsftpd-dbg"];

    /// <summary>Names of files; a small number without SONDE_TEST_ALL=1.</summary>
    public static TheoryData<string> Names
    {
        get
        {
            var names = new TheoryData<string>("g++ -g -O2 -gdwarf-4 -gz", "clang++ -g -O2 -flto -gdwarf-5", "gcc -g -gdwarf-5 -fdebug-prefix-map=/=./elsewhere/");
            if (!TestPrograms.All) return names;
            foreach (var compiler in s_compilers) names.AddRange(s_flags.Select(flags => $"{compiler} {flags}").ToArray());
            names.AddRange(s_rust);
            foreach (var version in TestPrograms.GoVersions) names.AddRange($"go{version}", $"go{version} -gcflags=all=-N -l", $"go{version} -buildmode=pie");
            names.Add("sonde");
            foreach (var package in s_packages) names.Add(Debian + package);
            return names;
        }
    }

    /// <summary>The files of a name: one, but for packages.</summary>
    public static IReadOnlyList<string> Paths(string name)
    {
        var words = name.Split(' ', 2);
        return words[0] switch
        {
            "gcc" or "clang" => [TestPrograms.C(words[1], words[0])],
            "g++" or "clang++" => [TestPrograms.Cpp(words[1], words[0])],
            "rustc" => [TestPrograms.Rust(words[1])],
            "sonde" => [Product()],
            "Debian" => Package(words[1]),
            _ => [TestPrograms.Go(words[0]["go".Length..], words.Length > 1 ? words[1].Replace("=-N -l", "=-N\u00a0-l", StringComparison.Ordinal) : "")],
        };
    }

    /// <summary>The debug information of the published native program: beside it, as the linker left it.</summary>
    private static string Product()
    {
        var path = Environment.GetEnvironmentVariable("SONDE_BIN") is { } binary ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(binary))!, "publish", "Sonde.Cli.dbg") : "";
        Assert.SkipUnless(File.Exists(path), "the native program was not published: scripts/build, SONDE_BIN");
        return path;
    }

    /// <summary>The largest files of a package that have debug information.</summary>
    private static List<string> Package(string name)
    {
        var directory = ExternalTool.Lines(Path.Combine(TestPrograms.Root, "scripts", "debug-package"), name).First();
        var files = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Where(f => new FileInfo(f) is { LinkTarget: null, Length: > 4096 } && (f.EndsWith(".debug", StringComparison.Ordinal) || f.Contains(".so", StringComparison.Ordinal)))
            .OrderByDescending(f => new FileInfo(f).Length).Take(3).ToList();
        Assert.NotEmpty(files);
        return files;
    }
}
