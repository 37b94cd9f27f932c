using System.Buffers.Binary;
using Sonde.Bytecode;
using Sonde.Kernel.Objects;

namespace Sonde.Attaching;

/// <summary>Everything of a session that lives in the kernel. Nothing is pinned: when the process ends, however it ends, it is gone.</summary>
internal sealed class Attachment(SessionMaps maps, IReadOnlyList<SiteRecord> sites) : IDisposable
{
    private readonly List<IDisposable> _links = [];
    private readonly List<IDisposable> _programs = [];
    private readonly List<RefusedSite> _refused = [];
    private KernelMapping? _counters;

    /// <summary>The live maps.</summary>
    public MapSet? Maps { get; internal set; }

    /// <summary>The way into the follow loop's tables; null when nothing is followed.</summary>
    public FollowUpload? Follow { get; internal set; }

    /// <summary>Every site, by its number.</summary>
    public IReadOnlyList<SiteRecord> Sites => sites;

    /// <summary>What the kernel would not probe.</summary>
    public IReadOnlyList<RefusedSite> Refused => _refused;

    /// <summary>The map that carries frames.</summary>
    public BpfMap Events => Maps![maps.Events];

    /// <summary>A counter of a probe; see <see cref="CounterRow"/>.</summary>
    public ulong Counter(int probe, short counter) => (ulong)Counters.Read64(((long)probe * CounterRow.Size) + counter);

    /// <summary>
    /// Lets hits of a probe count, or no longer. Attaching and detaching take their time; in between, a call could be seen to
    /// begin and not to end.
    /// </summary>
    public void Open(int probe, bool open) => Counters.Write64(((long)probe * CounterRow.Size) + CounterRow.Open, open ? 1 : 0);

    private KernelMapping Counters => _counters ??= Maps![maps.Counters].MapValues();

    /// <summary>Takes every probe out. Frames and counters can still be read.</summary>
    public void Detach()
    {
        if (_links.Count == 0)
            return;
        OpenAll(false);
        Overlap.Close(_links);
        _links.Clear();
    }

    /// <summary>How many calls of each probe have begun and not ended.</summary>
    public Dictionary<int, ulong> CallsInFlight()
    {
        var counts = new Dictionary<int, ulong>();
        foreach (CallMaps calls in maps.Calls)
        {
            BpfMap map = Maps![calls.Calls];
            byte[] key = new byte[CallKey.Size], next = new byte[CallKey.Size];
            byte[] from = [];

            // Nothing changes the map any more; the bound is for a map that does.
            for (int i = 0; i < map.Blueprint.MaximumEntries && map.TryNextKey(from, next); i++)
            {
                (key, next) = (next, key);
                from = key;
                int probe = (int)(BinaryPrimitives.ReadUInt64LittleEndian(key.AsSpan(CallKey.Function)) >> 32);
                counts[probe] = counts.GetValueOrDefault(probe) + 1;
            }
        }

        return counts;
    }

    internal void OpenAll(bool open)
    {
        foreach (int probe in sites.Select(s => s.Probe.Index).Distinct())
            Open(probe, open);
    }

    internal void Own(BpfProgram program)
    {
        // Programs are loaded by several threads.
        lock (_programs)
            _programs.Add(program);
    }

    internal void Own(MapSet targets) => _programs.Add(targets);

    internal void Own(IUprobeAttachment link) => _links.Add(link);

    internal void Refuse(IEnumerable<RefusedSite> refused) => _refused.AddRange(refused);

    /// <inheritdoc/>
    public void Dispose()
    {
        Detach();
        foreach (IDisposable program in _programs)
            program.Dispose();
        _counters?.Dispose();
        Maps?.Dispose();
    }
}
