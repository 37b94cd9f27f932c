using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>An expression whose names have been found and whose type is known.</summary>
internal abstract record Bound;

/// <summary>A value that the target holds: its type and where its bytes are.</summary>
internal sealed record BoundPlace(TypeId Type, ImmutableArray<Piece> Pieces) : Bound;

/// <summary>A computed number of <paramref name="Size"/> bytes; <paramref name="Type"/> when it is more than that.</summary>
internal sealed record BoundNumber(Operand Value, uint Size, bool Signed, TypeId? Type = null) : Bound;

/// <summary>A literal number, which takes the type of what it meets.</summary>
internal sealed record BoundLiteral(Int128 Value) : Bound;

/// <summary>A literal number with a fraction; it takes the type of what it meets, too.</summary>
internal sealed record BoundFloat(double Value) : Bound;

/// <summary>
/// What is chosen of a container once it is decoded: the kernel reads the container whole. <paramref name="Key"/> is the
/// variable of a <see cref="VariableKeyStep"/>.
/// </summary>
internal sealed record BoundChosen(BoundPlace Container, BoundPlace? Key, ImmutableArray<ValueStep> Steps) : Bound;

/// <summary>A truth value.</summary>
internal sealed record BoundTruth(Predicate Predicate) : Bound;

/// <summary>A literal text.</summary>
internal sealed record BoundText(ImmutableArray<byte> Bytes) : Bound;

/// <summary>The name of the thread.</summary>
internal sealed record BoundCommand : Bound;

/// <summary>The stack, or with <paramref name="OnlyCaller"/> the first of its callers.</summary>
internal sealed record BoundStack(StackPlace Place, bool OnlyCaller) : Bound;

/// <summary>nil, nullptr, NULL, None.</summary>
internal sealed record BoundNil(string Spelling) : Bound;
