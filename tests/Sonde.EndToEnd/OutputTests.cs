using System.Diagnostics;
using System.Text.Json;
using Sonde.EndToEnd.Running;
using Xunit;

namespace Sonde.EndToEnd;

/// <summary>Readers of the output that do not read, or stop reading: the target never waits for them, and sonde ends.</summary>
public sealed class OutputTests
{
    // A process that calls write(2) as fast as it can; what it is does not matter.
    private const string Busy = "libc.so.6!write -- dd if=/dev/zero of=/dev/null bs=1 count=200000";

    [Theory]
    [InlineData("--json")]
    [InlineData("")]
    public async Task Nobody_reads_and_all_the_same_it_ends_with_a_summary(string format)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using Process sonde = Start($"exec {Repository.Sonde} trace {format} {Busy}");
        Task<string> notices = sonde.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);

        // The ring and the pipe are full by now, and the command has ended: it has not been held up.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.False(sonde.HasExited);
        using (Process kill = Process.Start("kill", ["-TERM", $"{sonde.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await sonde.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(0, sonde.ExitCode);
        Assert.Matches(@"standard output does not take any more(.|\n)*\d{6} hits, \d+ events, \d+ ring-full", await notices);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("")]
    public async Task Head_ends_it(string format)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using Process shell = Start($"{Repository.Sonde} trace {format} {Busy} 2>/dev/null | head -n 3");
        string output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(3, output.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("call:libc.so.6!write")]
    [InlineData("libc.so.6!write*")]
    public async Task Perf_events_count_what_multi_links_count(string probe)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        string command = $"{Repository.Sonde} trace --json '{probe}' -- dd if=/dev/zero of=/dev/null bs=1 count=1000";
        Assert.Equal(await Hits(command), await Hits("SONDE_PERF_EVENTS=1 " + command));

        static async Task<long> Hits(string command)
        {
            using Process shell = Start(command + " 2>/dev/null | tail -n 1");
            using JsonDocument summary = JsonDocument.Parse(await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
            JsonElement counts = summary.RootElement.GetProperty("summary").GetProperty("probes")[0];
            long hits = counts.GetProperty("hits").GetInt64();
            Assert.InRange(hits, 1000, 1100);
            Assert.Equal(hits, counts.GetProperty("events").GetInt64());
            return hits;
        }
    }

    private static Process Start(string command) => Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
