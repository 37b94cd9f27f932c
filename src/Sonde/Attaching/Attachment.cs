using System.Buffers.Binary;
using Sonde.Bytecode;
using Sonde.Kernel.Objects;

namespace Sonde.Attaching;

/// <summary>Everything of a session that lives in the kernel. Nothing is pinned: when the process ends, however it ends, it is gone.</summary>
internal sealed class Attachment(SessionMaps maps, IReadOnlyList<SiteRecord> sites) : IDisposable
{
    private readonly Dictionary<int, ProbeLinks> _links = [];
    private readonly Dictionary<int, ulong> _dropped = [];
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
        // An attempt may end before there are maps.
        if (Maps is not null)
            OpenAll(false);
        Overlap.Close([.. _links.Values.SelectMany(l => l.Release())]);
    }

    /// <summary>Takes a probe out for a while. Its calls in flight are given up: their returns will not be seen.</summary>
    public void Pause(int probe)
    {
        Open(probe, false);
        Overlap.Close(_links[probe].Release());
        foreach (CallMaps calls in maps.Calls)
        {
            BpfMap map = Maps![calls.Calls];
            foreach (byte[] key in KeysInFlight(map).Where(k => ProbeOf(k) == probe))
            {
                if (map.Delete(key))
                    _dropped[probe] = Dropped(probe) + 1;
            }
        }
    }

    /// <summary>Takes a probe out for good. Its calls in flight stay so.</summary>
    public void Remove(int probe)
    {
        Open(probe, false);
        if (_links.TryGetValue(probe, out ProbeLinks? links))
            Overlap.Close(links.Release());
    }

    /// <summary>Puts a probe in again.</summary>
    public void Resume(int probe)
    {
        _links[probe].Attach();
        Open(probe, true);
    }

    /// <summary>Calls of a probe that were given up by <see cref="Pause"/>.</summary>
    public ulong Dropped(int probe) => _dropped.GetValueOrDefault(probe);

    /// <summary>How many calls of each probe have begun and not ended.</summary>
    public Dictionary<int, ulong> CallsInFlight()
    {
        var counts = new Dictionary<int, ulong>();
        foreach (CallMaps calls in maps.Calls)
        {
            foreach (byte[] key in KeysInFlight(Maps![calls.Calls]))
                counts[ProbeOf(key)] = counts.GetValueOrDefault(ProbeOf(key)) + 1;
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

    /// <summary>Attaches links of a probe, and knows how to do it again.</summary>
    internal void Attach(int probe, Func<IUprobeAttachment> attach)
    {
        if (!_links.TryGetValue(probe, out ProbeLinks? links))
            _links.Add(probe, links = new ProbeLinks());
        _refused.AddRange(links.Add(attach).Refused);
    }

    private static int ProbeOf(byte[] key) => (int)(BinaryPrimitives.ReadUInt64LittleEndian(key.AsSpan(CallKey.Function)) >> 32);

    // The bound is for a map that changes meanwhile.
    private static List<byte[]> KeysInFlight(BpfMap map)
    {
        List<byte[]> keys = [];
        byte[] from = [], next = new byte[CallKey.Size];
        while (keys.Count < map.Blueprint.MaximumEntries && map.TryNextKey(from, next))
        {
            keys.Add(next);
            (from, next) = (next, new byte[CallKey.Size]);
        }

        return keys;
    }

    private sealed class ProbeLinks
    {
        private readonly List<Func<IUprobeAttachment>> _makers = [];
        private readonly List<IUprobeAttachment> _open = [];

        public IUprobeAttachment Add(Func<IUprobeAttachment> maker)
        {
            _makers.Add(maker);
            _open.Add(maker());
            return _open[^1];
        }

        public void Attach()
        {
            foreach (Func<IUprobeAttachment> maker in _makers)
                _open.Add(maker());
        }

        public List<IUprobeAttachment> Release()
        {
            List<IUprobeAttachment> links = [.. _open];
            _open.Clear();
            return links;
        }
    }

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
