using Xunit;

namespace Sonde.KernelTests;

/// <summary>The BPF, perf event, epoll and memory-file descriptors this process has open.</summary>
internal static class Descriptors
{
    /// <summary>What each of them is, sorted.</summary>
    public static string[] Open()
    {
        List<string> open = [];
        foreach (string path in Directory.GetFiles("/proc/self/fd"))
        {
            string? target = Path.GetFileName(path) is { } name ? new FileInfo("/proc/self/fd/" + name).LinkTarget : null;
            if (target is not null && (target.Contains("bpf", StringComparison.Ordinal) || target.Contains("perf_event", StringComparison.Ordinal)
                || target.Contains("eventfd", StringComparison.Ordinal) || target.Contains("eventpoll", StringComparison.Ordinal) || target.Contains("memfd", StringComparison.Ordinal)))
            {
                open.Add(target);
            }
        }
        open.Sort(StringComparer.Ordinal);
        return [.. open];
    }

    /// <summary>Runs something twice (the first time may fill caches) and asserts that the second leaves no descriptor behind.</summary>
    public static void AssertNoneLeft(Action action)
    {
        action();
        string[] before = Open();
        action();
        Assert.Equal(before, Open());
    }
}
