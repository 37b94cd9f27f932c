namespace Sonde.Types;

/// <summary>
/// The types that the probes of one session reach, closed under "can be read from": every <see cref="TypeId"/> inside a
/// shape is a node of the same graph. Nodes are added while planning and never change once completed, so the decoder
/// may read the graph from any thread.
/// </summary>
internal sealed class TypeGraph
{
    private readonly List<TypeNode> _nodes = [];

    /// <summary>The number of nodes.</summary>
    public int Count => _nodes.Count;

    /// <summary>The node behind an id.</summary>
    public TypeNode this[TypeId id] => _nodes[id.Value];

    /// <summary>Adds a finished node.</summary>
    public TypeId Add(string name, ulong size, Shape shape, Presentation? presentation = null)
    {
        TypeId id = Reserve(name, size);
        Complete(id, shape, presentation);
        return id;
    }

    /// <summary>
    /// Adds a node whose shape follows by <see cref="Complete"/>: a type that contains a pointer to itself needs its id
    /// before its shape. Until then the shape is <see cref="OpaqueShape"/>.
    /// </summary>
    public TypeId Reserve(string name, ulong size)
    {
        var id = new TypeId(_nodes.Count);
        _nodes.Add(new TypeNode(id, name, size));
        return id;
    }

    /// <summary>Gives a reserved node its shape.</summary>
    public void Complete(TypeId id, Shape shape, Presentation? presentation = null) =>
        _nodes[id.Value].Complete(shape, presentation);
}
