namespace Sonde.Types;

/// <summary>Index of a <see cref="TypeNode"/> in its <see cref="TypeGraph"/>.</summary>
internal readonly record struct TypeId(int Value);
