namespace Sonde.Types;

/// <summary>What a type is made of, how its values are written, and how they lie in memory.</summary>
internal sealed record TypeContents(Shape Shape, Presentation Presentation, Layout Layout);

/// <summary>One type: its name in the language's own spelling, its size in bytes and what it is to the pipeline.</summary>
/// <remarks>Safe for concurrent readers.</remarks>
internal sealed class TypeNode(TypeId id, string name, ulong size, Func<TypeContents> contents)
{
    private readonly Lazy<TypeContents> _contents = new(contents);

    /// <summary>The node's place in its graph.</summary>
    public TypeId Id { get; } = id;

    /// <summary>The name as the language writes it: <c>*main.User</c>, <c>std::string</c>, <c>Option&lt;u8&gt;</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The size in bytes of a value of this type.</summary>
    public ulong Size { get; } = size;

    /// <summary>What the type is made of.</summary>
    public Shape Shape => _contents.Value.Shape;

    /// <summary>How a value is written, where the shape alone does not say it.</summary>
    public Presentation Presentation => _contents.Value.Presentation;

    /// <summary>How a value lies in memory, for calling conventions.</summary>
    public Layout Layout => _contents.Value.Layout;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Size} bytes)";
}
