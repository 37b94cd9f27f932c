using System.Diagnostics;
using Sonde.Sinks;

namespace Sonde.Attaching;

/// <summary>
/// Notices what becomes of traced processes: children that share their code without being traced, and other programs they
/// turn into. Each process is told of once.
/// </summary>
internal sealed class TargetWatch(IReadOnlyList<int> processes)
{
    /// <summary>A process with more threads has its first ones looked at.</summary>
    private const int MostThreads = 128;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, string?> _programs = processes.ToDictionary(p => p, ProgramOf);
    private readonly HashSet<int> _told = [];
    private long _looked = Stopwatch.GetTimestamp();

    /// <summary>Looks, when it is time to.</summary>
    public void Check(Action<SessionNotice> notify)
    {
        if (Stopwatch.GetElapsedTime(_looked) < Interval)
            return;
        _looked = Stopwatch.GetTimestamp();
        foreach ((int process, string? program) in _programs)
        {
            string? now = ProgramOf(process);
            if (program is not null && now is not null && now != program && now != program + " (deleted)" && _told.Add(process))
                notify(new SessionNotice($"process {process} now runs {now}: there are no probes in it"));

            // One notice is enough for a server that forks for every request.
            if (_told.Any(t => !_programs.ContainsKey(t)))
                continue;
            foreach (int child in ChildrenOf(process).Where(c => !_programs.ContainsKey(c) && ProgramOf(c) == now).Take(1))
            {
                _told.Add(child);
                notify(new SessionNotice(
                    $"process {process} has a child, {child}, that runs the same program and is not traced: it may pay for probes it has inherited; --exe traces every process of a program"));
            }
        }
    }

    // The children of each thread (fs/proc/array.c); absent without CONFIG_PROC_CHILDREN.
    private static IEnumerable<int> ChildrenOf(int process)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{process}/task").Take(MostThreads)
                .SelectMany(t => File.ReadAllText(t + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(int.Parse)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? ProgramOf(int process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/exe").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
