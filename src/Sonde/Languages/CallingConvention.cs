using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Languages;

/// <summary>The types of a function as a calling convention sees them.</summary>
/// <param name="Parameters">In order, with receiver, <c>this</c> and hidden parameters.</param>
/// <param name="Results">One at most but for Go.</param>
internal sealed record Signature(ImmutableArray<Layout> Parameters, ImmutableArray<Layout> Results);

/// <summary>
/// Where a signature's values are: at the function's first instruction for parameters, right after its return for results.
/// An entry is default when the convention does not tell.
/// </summary>
internal sealed record Assignment(ImmutableArray<ImmutableArray<Piece>> Parameters, ImmutableArray<ImmutableArray<Piece>> Results)
{
    /// <summary>Go: the bytes of the caller's frame that belong to the call, as the runtime's function table states them; 0 elsewhere.</summary>
    public ulong ArgumentBytes { get; init; }

    /// <summary>Where the hidden parameter is that tells which types shared code works on; empty when there is none.</summary>
    public ImmutableArray<Piece> TypeWord { get; init; } = [];
}

/// <summary>A calling convention.</summary>
internal abstract class CallingConvention
{
    /// <summary>Places every parameter and result of a signature.</summary>
    /// <param name="signature">The types.</param>
    /// <param name="cfa">
    /// The canonical frame address as an operand at the site in question: what <c>rsp</c> was before the call instruction
    /// pushed the return address.
    /// </param>
    public abstract Assignment Assign(Signature signature, Operand cfa);

    /// <summary>Rounds up to a multiple of a power of two.</summary>
    protected static ulong AlignUp(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);

    /// <summary>The alignment of a type: what the source asks for, or that of its most aligned scalar.</summary>
    protected static ulong AlignmentOf(Layout layout) => layout switch
    {
        ScalarLayout { Class: ScalarClass.Extended } => 16,
        ScalarLayout scalar => Math.Clamp(scalar.Size, 1, 64),
        ArrayLayout array => AlignmentOf(array.Element),
        RecordLayout { Packed: true } record => Math.Max(record.Alignment, 1),
        RecordLayout record => Math.Max(Math.Max(record.Alignment, 1), record.Members.Length == 0 ? 1 : record.Members.Max(m => AlignmentOf(m.Layout))),
        UnknownLayout => 8,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
