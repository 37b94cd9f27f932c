using System.Collections.Immutable;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>A parameter, result or local variable at a site: its name, its type and where each of its bytes is.</summary>
internal sealed record Variable(string Name, TypeId Type, ImmutableArray<Piece> Pieces);
