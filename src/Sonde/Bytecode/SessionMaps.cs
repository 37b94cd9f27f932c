using Sonde.Kernel.Assembly;

namespace Sonde.Bytecode;

/// <summary>The maps that the programs of one session share, as plain data.</summary>
internal sealed class SessionMaps
{
    private readonly Dictionary<uint, CallMaps> _calls = [];
    private readonly Dictionary<uint, CallMaps> _followedCalls = [];
    private readonly Dictionary<uint, FollowMaps> _follows = [];
    private readonly int _callEntries;

    /// <summary>Describes the maps.</summary>
    /// <param name="probes">How many rows of counters.</param>
    /// <param name="ringBytes">Size of the ring buffer, a power of two.</param>
    /// <param name="callEntries">How many calls of one frame size can be in flight.</param>
    public SessionMaps(int probes, int ringBytes, int callEntries)
    {
        // One value with all rows: programs address the bytes of an array directly only when it has a single value.
        Counters = MapBlueprint.SharedArray("sonde_counters", CounterRow.Size * Math.Max(probes, 1), 1);
        Events = MapBlueprint.RingBuffer("sonde_events", ringBytes);
        Cold = MapBlueprint.ProgramArray("sonde_cold", 1);
        _callEntries = callEntries;
        Probes = Math.Max(probes, 1);
        FollowTables = new FollowTables(
            MapBlueprint.Array("sonde_rows", Plans.FollowRow.Size, Plans.FollowTable.MaximumRows),
            MapBlueprint.Array("sonde_refs", Plans.FollowReference.Size, Plans.FollowTable.MaximumReferences),
            MapBlueprint.Hash("sonde_dynamics", Plans.FollowDynamic.KeySize, Plans.FollowDynamic.ValueSize, FollowTables.MaximumDynamics));
    }

    /// <summary>How many rows of counters there are.</summary>
    public int Probes { get; }

    /// <summary>The tables of the follow loops.</summary>
    public FollowTables FollowTables { get; }

    /// <summary>Rows of <see cref="CounterRow"/>, by probe.</summary>
    public MapBlueprint Counters { get; }

    /// <summary>The ring that carries frames.</summary>
    public MapBlueprint Events { get; }

    /// <summary>
    /// Never filled: a tail call through it falls through. That there is one switches the kernel's per-CPU private stacks
    /// off for the program (kernel/bpf/verifier.c since v6.13), which preempted uprobe programs would overwrite.
    /// </summary>
    public MapBlueprint Cold { get; }

    /// <summary>The maps for calls with frames of a size; programs of equal frame size share them.</summary>
    public CallMaps CallsOf(uint frameSize)
    {
        // Programs are written by several threads.
        lock (_calls)
        {
            if (!_calls.TryGetValue(frameSize, out CallMaps? maps))
                _calls.Add(frameSize, maps = MakeCalls($"{frameSize}", frameSize));
            return maps;
        }
    }

    /// <summary>The maps for calls whose frames are followed, with room behind the frame that the loop needs.</summary>
    public CallMaps FollowedCallsOf(uint frameSize)
    {
        lock (_calls)
        {
            if (!_followedCalls.TryGetValue(frameSize, out CallMaps? maps))
                _followedCalls.Add(frameSize, maps = MakeCalls($"f{frameSize}", FollowOf(frameSize).Memory));
            return maps;
        }
    }

    /// <summary>The maps of the follow loops with frames of a size.</summary>
    public FollowMaps FollowOf(uint frameSize)
    {
        lock (_calls)
        {
            if (!_follows.TryGetValue(frameSize, out FollowMaps? maps))
            {
                // Threads that were preempted in the middle keep theirs.
                int slots = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(2 * Environment.ProcessorCount, 16, 256));
                maps = new FollowMaps(frameSize, null!, slots, MapBlueprint.ProgramArray($"sonde_follow_{frameSize}", 3));
                maps = maps with { Slots = MapBlueprint.Array($"sonde_slots_{frameSize}", (int)(FollowState.Frame + maps.Memory), slots) };
                _follows.Add(frameSize, maps);
            }

            return maps;
        }
    }

    /// <summary>Every call map there is by now.</summary>
    public IEnumerable<CallMaps> Calls => _calls.Values.Concat(_followedCalls.Values);

    private CallMaps MakeCalls(string name, uint bytes)
    {
        // At most 8 MB of kernel memory for one size, and never fewer than 256 calls.
        int entries = (int)Math.Max(256, Math.Min(_callEntries, 8_388_608 / bytes));
        return new CallMaps(
            MapBlueprint.Hash($"sonde_calls_{name}", CallKey.Size, (int)bytes, entries), MapBlueprint.Array($"sonde_blank_{name}", (int)bytes, 1));
    }
}

/// <summary>The calls in flight, and an empty frame to begin one with.</summary>
internal sealed record CallMaps(MapBlueprint Calls, MapBlueprint Blank);

/// <summary>
/// What identifies a call in flight: the same at its entry and its return and, as long as it is in flight, nowhere else.
/// <code>
///   0  u64 process and thread   tgid and tid, tgid alone for Go
///   8  u64 goroutine            goid, 0 but for Go
///  16  u64 depth                CFA; for Go the distance of the CFA from the stack's upper end, as stacks move
///  24  u64 function            which function of the session, and which probe
/// </code>
/// </summary>
internal static class CallKey
{
    public const short Thread = 0;
    public const short Goroutine = 8;
    public const short Depth = 16;
    public const short Function = 24;
    public const int Size = 32;
}
