namespace Sonde.Types;

/// <summary>One type: its name in the language's own spelling, its size in bytes and what it is to the pipeline.</summary>
internal sealed class TypeNode(TypeId id, string name, ulong size)
{
    /// <summary>The node's place in its graph.</summary>
    public TypeId Id { get; } = id;

    /// <summary>The name as the language writes it: <c>*main.User</c>, <c>std::string</c>, <c>Option&lt;u8&gt;</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The size in bytes of a value of this type.</summary>
    public ulong Size { get; } = size;

    /// <summary>What the type is made of.</summary>
    public Shape Shape { get; private set; } = new OpaqueShape("incomplete type");

    /// <summary>How a value is written, where the shape alone does not say it.</summary>
    public Presentation Presentation { get; private set; } = Presentation.None;

    internal void Complete(Shape shape, Presentation? presentation)
    {
        Shape = shape;
        Presentation = presentation ?? Presentation.None;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Shape.GetType().Name}, {Size} bytes)";
}
