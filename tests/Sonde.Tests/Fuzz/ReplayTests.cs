using System.Diagnostics;
using Sonde.Fuzz;
using Sonde.Fuzz.Targets;
using Sonde.ObjectFile.Bytes;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Fuzz;

/// <summary>The fuzz targets on their corpus, on every finding of the past, and on a few hundred changes that are the same each time.</summary>
public sealed class ReplayTests
{
    private static readonly SortedDictionary<string, byte[]> s_seeds = Seeds.Read(Path.Combine(TestPrograms.Root, "fuzz", "corpus"));

    private static string Crashers => Path.Combine(TestPrograms.Root, "fuzz", "crashers");

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(t => t.Name)];

    public static TheoryData<string> Findings => [.. Directory.GetFiles(Crashers, "*.txt").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Unchanged_files_are_read_without_any_error(string name)
    {
        foreach (var bytes in s_seeds.Values) Target(name).Exercise(new MemoryByteSource(bytes));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Changed_files_are_refused_properly(string name)
    {
        var random = new Random(4711);
        foreach (var (seed, bytes) in s_seeds)
        {
            if (Target(name).RangesOf(bytes) is var ranges && ranges is { Count: 0 }) continue;
            for (var i = 0; i < 30; i++) Replay(Mutation.Draw(random, name, seed, bytes, ranges), bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Findings))]
    public void Findings_stay_mended(string file)
    {
        var mutation = Mutation.Parse(File.ReadAllText(Path.Combine(Crashers, file)));
        Replay(mutation, s_seeds[mutation.Seed]);
    }

    private static void Replay(Mutation mutation, byte[] seed)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            Target(mutation.Target).Exercise(new MemoryByteSource(mutation.Apply(seed)));
        }
        catch (BinaryFormatException)
        {
            // the one allowed outcome
        }
        catch (Exception e)
        {
            Assert.Fail($"{mutation}\n{e}");
        }

        // Hundreds of times what it takes: only a hang is this slow.
        Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < 20, mutation.ToString());
    }

    private static FuzzTarget Target(string name) => FuzzTarget.All.Single(t => t.Name == name);
}
