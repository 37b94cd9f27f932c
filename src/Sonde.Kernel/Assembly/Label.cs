namespace Sonde.Kernel.Assembly;

/// <summary>A place in a program that jumps can name. Identity is the object; the name is for listings and errors and may repeat.</summary>
internal sealed class Label(string name)
{
    /// <summary>How listings and errors call it.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
