using Sonde.Types;

namespace Sonde.Values;

/// <summary>What has been found so far in a container's storage.</summary>
internal sealed class ContainerWalk(int limit)
{
    private readonly HashSet<(ulong, TypeId)> _entered = [];

    /// <summary>The elements: keys, values or both.</summary>
    public List<(Value? Key, Value? Value)> Entries { get; } = [];

    /// <summary>Whether no more elements are shown.</summary>
    public bool IsFull => Entries.Count >= limit;

    /// <summary>Whether there is more than was looked at.</summary>
    public bool IsCut { get; set; }

    /// <summary>Why some of the storage is not there, null when all is.</summary>
    public MissingReason? Missing { get; private set; }

    /// <summary>A part of the storage is not there.</summary>
    public void Lose(MissingReason reason) => Missing ??= reason;

    /// <summary>Whether a part is seen for the first time; storage may refer to a part from several places.</summary>
    public bool Enter(ulong address, TypeId type) => _entered.Add((address, type));
}
