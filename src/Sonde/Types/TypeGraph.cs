namespace Sonde.Types;

/// <summary>
/// The types that the probes of one session reach, closed under "can be read from": every <see cref="TypeId"/> inside a
/// shape is a node of the same graph. Nodes are only ever added and what a node says never changes, so the decoder may read
/// the graph from any thread.
/// </summary>
internal sealed class TypeGraph
{
    private readonly List<TypeNode> _nodes = [];

    /// <summary>The number of nodes.</summary>
    public int Count => _nodes.Count;

    /// <summary>The node behind an id.</summary>
    public TypeNode this[TypeId id]
    {
        get
        {
            lock (_nodes)
                return _nodes[id.Value];
        }
    }

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
        lock (_nodes)
        {
            var id = new TypeId(_nodes.Count);
            _nodes.Add(new TypeNode(id, name, size, contents));
            return id;
        }
    }
}
