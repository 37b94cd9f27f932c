using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>
/// ABI0, Go's stack convention (all functions up to 1.16, assembly ever since): parameters upward from the CFA, then,
/// aligned to a word, the results (cmd/compile/abi-internal.md, go1.27).
/// </summary>
internal sealed class GoStackConvention : CallingConvention
{
    /// <inheritdoc/>
    public override Assignment Assign(Signature signature, Operand cfa)
    {
        ulong offset = 0;
        ImmutableArray<ImmutableArray<Piece>> parameters = Place(signature.Parameters, cfa, ref offset);
        offset = AlignUp(offset, 8);
        ImmutableArray<ImmutableArray<Piece>> results = Place(signature.Results, cfa, ref offset);
        return new Assignment(parameters, results) { ArgumentBytes = AlignUp(offset, 8) };
    }

    private static ImmutableArray<ImmutableArray<Piece>> Place(ImmutableArray<Layout> layouts, Operand cfa, ref ulong offset)
    {
        var places = ImmutableArray.CreateBuilder<ImmutableArray<Piece>>(layouts.Length);
        bool known = true;
        foreach (Layout layout in layouts)
        {
            known &= layout is not UnknownLayout;
            offset = AlignUp(offset, Math.Min(AlignmentOf(layout), 8));
            places.Add(known ? [new Piece(0, (uint)layout.Size, new MemoryPlace(cfa, (long)offset))] : default);
            offset += layout.Size;
        }

        return places.DrainToImmutable();
    }
}
