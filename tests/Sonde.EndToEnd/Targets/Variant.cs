using System.IO.Enumeration;

namespace Sonde.EndToEnd.Targets;

/// <summary>One way to build a target: a compiler and its flags.</summary>
/// <param name="Language">go, c, cpp or rust: the folder below tests/Targets.</param>
/// <param name="Name">What cases and test names call it, such as go1.19-noopt or clang-O2.</param>
/// <param name="Tool">The compiler's command; for Go the version.</param>
/// <param name="Flags">What the compiler is told.</param>
internal sealed record Variant(string Language, string Name, string Tool, IReadOnlyList<string> Flags)
{
    /// <summary>All variants of this run; SONDE_GO_VERSIONS names the Go versions, three by default.</summary>
    public static IReadOnlyList<Variant> All { get; } =
    [
        .. GoVersions().SelectMany(version => new[]
        {
            new Variant("go", $"go{version}-opt", version, []),
            new Variant("go", $"go{version}-noopt", version, ["-gcflags=all=-N -l"]),
        }),
        new("c", "gcc-O0", "gcc", ["-O0"]),
        new("c", "gcc-O2", "gcc", ["-O2"]),
        new("c", "clang-O0", "clang", ["-O0"]),
        new("c", "clang-O2", "clang", ["-O2"]),
        new("cpp", "gcc-O0", "g++", ["-O0"]),
        new("cpp", "gcc-O2", "g++", ["-O2"]),
        new("cpp", "clang-O0", "clang++", ["-O0"]),
        new("cpp", "clang-O2", "clang++", ["-O2"]),
        new("cpp", "libc++-O0", "clang++", ["-O0", "-stdlib=libc++"]),
        new("cpp", "libc++-O2", "clang++", ["-O2", "-stdlib=libc++"]),
        new("rust", "rust-debug", "rustc", ["-C", "opt-level=0"]),
        new("rust", "rust-release", "rustc", ["-C", "opt-level=3"]),
    ];

    /// <summary>Whether the patterns of a case take this variant: any that fits, none that is negated.</summary>
    public bool IsTakenBy(IReadOnlyList<string> patterns)
    {
        IEnumerable<string> wanted = patterns.Where(pattern => pattern[0] != '!');
        return (!wanted.Any() || wanted.Any(Fits))
            && !patterns.Where(pattern => pattern[0] == '!').Any(pattern => Fits(pattern[1..]));
    }

    /// <summary>Whether a need about the version (`go>=1.17`, `go&lt;1.24`) holds; true for every other need.</summary>
    public bool Satisfies(string need)
    {
        if (Language != "go" || !need.StartsWith("go", StringComparison.Ordinal))
        {
            return true;
        }

        Version version = Version.Parse(Tool);
        return need[2..] switch
        {
            ['>', '=', .. string floor] => version >= Version.Parse(floor),
            ['<', .. string ceiling] => version < Version.Parse(ceiling),
            _ => throw new FormatException($"a need about Go is go>=X or go<X, not {need}"),
        };
    }

    private static string[] GoVersions() =>
        (Environment.GetEnvironmentVariable("SONDE_GO_VERSIONS") is { Length: > 0 } list ? list : "1.15,1.19,1.26").Split(',');

    private bool Fits(string pattern) => FileSystemName.MatchesSimpleExpression(pattern, Name, ignoreCase: false);
}
