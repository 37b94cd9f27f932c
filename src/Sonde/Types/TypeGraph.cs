namespace Sonde.Types;

/// <summary>
/// The types that the probes of one session reach, closed under "can be read from": every <see cref="TypeId"/> inside a
/// shape is a node of the same graph. Nodes are only ever added and what a node says never changes, so the decoder may read
/// the graph from any thread.
/// </summary>
internal sealed class TypeGraph
{
    private readonly Lock _adding = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(uint Size, bool Signed), TypeId> _numbers = new();
    private TypeNode[] _nodes = new TypeNode[64];
    private int _count;

    /// <summary>The number of nodes.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// The node behind an id. Without a lock, because decoding asks for every field of every event: who has an id got it
    /// after its node was in the array, and a larger array is published with all nodes in it.
    /// </summary>
    public TypeNode this[TypeId id] => Volatile.Read(ref _nodes)[id.Value];

    /// <summary>Adds a finished node.</summary>
    public TypeId Add(string name, ulong size, Shape shape, Presentation? presentation = null, Layout? layout = null)
    {
        var contents = new TypeContents(shape, presentation ?? Presentation.None, layout ?? new UnknownLayout(size));
        return Defer(name, size, () => contents);
    }

    /// <summary>
    /// Adds a node that is worked out when its shape is first asked for: a type leads to thousands of others that no probe
    /// ever looks at, and to itself.
    /// </summary>
    public TypeId Defer(string name, ulong size, Func<TypeContents> contents)
    {
        lock (_adding)
        {
            var id = new TypeId(_count);
            TypeNode[] nodes = _nodes;
            if (_count == nodes.Length)
                Array.Resize(ref nodes, _count * 2);
            nodes[_count] = new TypeNode(id, name, size, contents);
            Volatile.Write(ref _nodes, nodes);
            Volatile.Write(ref _count, _count + 1);
            return id;
        }
    }

    /// <summary>The type of a byte that is looked at by itself.</summary>
    public TypeId Byte => Number(1, false);

    /// <summary>An integer type that no program declares: what an expression computes.</summary>
    public TypeId Number(uint size, bool signed)
    {
        (uint, bool) key = (size, signed);
        if (!_numbers.TryGetValue(key, out TypeId id))
            _numbers[key] = id = Add($"{(signed ? "" : "u")}int{8 * size}", size, new ScalarShape(signed ? ScalarKind.Signed : ScalarKind.Unsigned));
        return id;
    }
}
