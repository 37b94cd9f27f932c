using System.Diagnostics;
using System.Globalization;
using Sonde.Sites;
using Xunit;

namespace Sonde.Tests.Sites;

/// <summary>
/// Every function of real binaries, checked against objdump. Runs with SONDE_TEST_ALL=1; SONDE_TEST_CORPUS adds files
/// (colon-separated; a "go:" or "go15:" before the path names the convention).
/// </summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_chosen_site_is_an_instruction_and_no_branch_target()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SONDE_TEST_ALL") == "1", "SONDE_TEST_ALL is not set");
        var files = new List<string> { "/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6" };
        files.AddRange((Environment.GetEnvironmentVariable("SONDE_TEST_CORPUS") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Replace('=', ':')));
        foreach (var file in files.Where(f => File.Exists(f[(f.IndexOf(':') + 1)..]))) Check(file);
    }

    private void Check(string file)
    {
        var convention = file.StartsWith("go15:", StringComparison.Ordinal) ? CallConvention.GoStack
            : file.StartsWith("go:", StringComparison.Ordinal) ? CallConvention.GoRegister : CallConvention.SystemV;
        var path = file[(file.IndexOf(':') + 1)..];
        var functions = ElfFunctions.Read(path);
        var request = new EntryRequest { Convention = convention, Wanted = convention.EntryRegisters, Kernel = KernelTraits.Recent };
        var counts = new SortedDictionary<string, int>();
        var chosen = new List<(string Name, ulong Address)>();
        var watch = Stopwatch.StartNew();
        foreach (var (name, code) in functions)
        {
            var function = FunctionDecoder.Decode(code);
            var selection = SiteSelector.SelectEntry(function, request);
            var key = selection.Choice is { } c ? $"{c.Reason} {c.Cost} {c.Firing}" : $"REFUSED {selection.Refusal!.Value.Describe()}";
            counts[key] = counts.GetValueOrDefault(key) + 1;
            if (counts[key] <= int.Parse(Environment.GetEnvironmentVariable("SONDE_TEST_SHOW") ?? "0", CultureInfo.InvariantCulture))
                output.WriteLine($"    {key}: {name}");
            if (selection.Choice is { } choice)
            {
                chosen.Add((name, choice.Address));
                Assert.True(choice.Address == code.Address || !function.IsBranchTarget(choice.Address) || !choice.IsExact, name);
            }
            if (!function.Undecoded.IsEmpty) counts["(undecoded ranges)"] = counts.GetValueOrDefault("(undecoded ranges)") + 1;
        }
        output.WriteLine($"{path}: {functions.Count} functions, {watch.Elapsed.TotalMicroseconds / functions.Count:f1} µs each");
        foreach (var (key, count) in counts) output.WriteLine($"    {count,7} {100.0 * count / functions.Count,5:f1} % {key}");

        var starts = Objdump(path);
        foreach (var (name, address) in chosen) Assert.True(starts.Contains(address), $"{name}: 0x{address:x} is not an instruction");
        if (convention.GrowsStacks) Returns(functions, starts);
    }

    private void Returns(List<(string Name, FunctionCode Code)> functions, HashSet<ulong> starts)
    {
        int rets = 0, emulated = 0, tails = 0, never = 0, missed = 0;
        foreach (var (name, code) in functions)
        {
            var returns = WaysOut.Find(FunctionDecoder.Decode(code), KernelTraits.Recent);
            foreach (var site in returns.Sites)
            {
                if (site.Kind == ReturnKind.Return) rets++;
                else tails++;
                if (site.Kind == ReturnKind.Return && site.Cost == UprobeHandling.Emulated) emulated++;
                Assert.True(starts.Contains(site.Address), $"{name}: 0x{site.Address:x} is not an instruction");
            }
            if (returns.NeverReturns) never++;
            if (returns.Missed) missed++;
        }
        output.WriteLine($"    returns: {rets} ({emulated} emulated), {tails} tail jumps, {never} functions never return, {missed} missed");
    }

    private static HashSet<ulong> Objdump(string path)
    {
        var starts = new HashSet<ulong>();
        var start = new ProcessStartInfo("objdump", ["-d", "--no-show-raw-insn", path]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var colon = line.IndexOf(':');
            if (colon > 0 && line[0] == ' ' && ulong.TryParse(line.AsSpan(0, colon).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var address))
                starts.Add(address);
        }
        process.WaitForExit();
        return starts;
    }
}
