using System.Collections.Immutable;

namespace Sonde.Sites;

/// <summary><paramref name="Size"/> bytes of a variable, from <paramref name="Offset"/> on, and where they are at a site.</summary>
internal sealed record Piece(uint Offset, uint Size, Place Place);

/// <summary>Where bytes are when a probe fires.</summary>
internal abstract record Place;

/// <summary>In the low bytes of a general register.</summary>
internal sealed record RegisterPlace(GeneralRegister Register) : Place;

/// <summary>In memory at a computed address.</summary>
internal sealed record MemoryPlace(Operand Base, long Displacement) : Place;

/// <summary>Nowhere: the bytes are the low bytes of a computed number (<c>DW_OP_stack_value</c>).</summary>
internal sealed record ComputedPlace(Operand Value) : Place;

/// <summary>Nowhere: the bytes are known from the debug information.</summary>
internal sealed record ConstantPlace(ImmutableArray<byte> Bytes) : Place;

/// <summary>Not to be had.</summary>
internal sealed record AbsentPlace(MissingReason Reason) : Place;
