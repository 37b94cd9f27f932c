using System.Collections.Immutable;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>A parameter, result or local variable at a site: its name, its type and where each of its bytes is.</summary>
internal sealed record Variable(string Name, TypeId Type, ImmutableArray<Piece> Pieces)
{
    /// <summary>
    /// Where code is shared by several types: what the type is for each word that the code may have been called with
    /// (<see cref="ProbeSite.TypeWord"/>); empty where the type is known.
    /// </summary>
    public ImmutableArray<TypeCase> Cases { get; init; } = [];
}

/// <summary>The type that a variable of shared code has when it works on <paramref name="Word"/>, an address in the file.</summary>
internal readonly record struct TypeCase(ulong Word, TypeId Type);
