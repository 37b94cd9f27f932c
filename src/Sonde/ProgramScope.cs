using System.Collections.Immutable;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Specs.Names;
using Sonde.Symbols;
using Sonde.Types;
using Piece = Sonde.Sites.Piece;
using QualifiedName = Sonde.ObjectFile.Dwarf.QualifiedName;

namespace Sonde;

/// <summary>The names of a program as an expression at one of its sites sees them.</summary>
/// <param name="declarations">Finds them.</param>
/// <param name="types">Where their types go.</param>
/// <param name="site">Where the expression is computed.</param>
/// <param name="isAway">Whether the site's own address says nothing of where the program was loaded, as where a return probe fires.</param>
/// <param name="held">Keeps addresses from the entry then.</param>
internal sealed class ProgramScope(Declarations declarations, TypeReader types, ProbeSite site, bool isAway, Holder? held) : IProgramScope
{
    private Die Near => site.Function.Entry;

    /// <inheritdoc/>
    public BoundPlace? Variable(string name)
    {
        IReadOnlyList<Die> found = Find(DeclarationKind.Variable, name);
        if (found.Count == 0)
            return null;
        BoundPlace? first = null;
        foreach (Die die in found)
        {
            BoundPlace place = PlaceOf(die);
            if (first is null)
                first = place;
            else if (!first.Pieces.SequenceEqual(place.Pieces))
                throw new ExpressionException($"there are several variables \"{name}\"", default, $"one is {QualifiedName.Of(found[0])} in {found[0].Unit.Name}, another {QualifiedName.Of(die)} in {die.Unit.Name}");
        }

        return first;
    }

    /// <inheritdoc/>
    public Int128? Constant(string name)
    {
        foreach (Die die in Find(DeclarationKind.Constant, name))
        {
            if (!die.TryGetAttribute(DW_AT.DW_AT_const_value, out AttributeValue value) || value.Class != AttributeClass.Constant)
                continue;
            return value.Form is DW_FORM.DW_FORM_sdata or DW_FORM.DW_FORM_implicit_const ? value.AsSigned() : (Int128)value.AsUnsigned();
        }

        return null;
    }

    /// <inheritdoc/>
    public TypeId? Type(string name) => Find(DeclarationKind.Type, name) is [var die, ..] ? types.Read(die) : null;

    /// <inheritdoc/>
    public IReadOnlyList<string> Suggest(string name)
    {
        if (!Near.Exists)
            return [];
        var names = new List<string>();
        try
        {
            foreach (Die child in Near.Unit.Root.Children)
            {
                if (child.Tag == DW_TAG.DW_TAG_variable && names.Count < 10_000 && child.Name is { Length: > 0 } one && one != name)
                    names.Add(one);
            }
        }
        catch (BinaryFormatException)
        {
            return [];
        }

        return Suggestions.Find(name, names, 1);
    }

    // In Go the names of the own package go without it.
    private IReadOnlyList<Die> Find(DeclarationKind kind, string name)
    {
        IReadOnlyList<Die> found = declarations.Find(kind, name, Near);
        if (found.Count > 0 || site.Function.Language != SourceLanguage.Go || name.Contains('.'))
            return found;
        return PackageOf(site.Function.Name) is { } package ? declarations.Find(kind, $"{package}.{name}", Near) : found;
    }

    // net/http.(*conn).serve is of net/http.
    private static string? PackageOf(string function)
    {
        int path = function.IndexOfAny(['(', '[']) is >= 0 and var bracket ? function.LastIndexOf('/', bracket) : function.LastIndexOf('/');
        int dot = function.IndexOf('.', path + 1);
        return dot > 0 ? function[..dot] : null;
    }

    private BoundPlace PlaceOf(Die die)
    {
        TypeId type = types.ReadTypeOf(die);
        ImmutableArray<Piece> pieces = LocationReader.Read(die, types.Graph[type], new Standpoint(Near, site.Address, site.Cfa, false));
        if (isAway && held is not null && pieces is [{ Place: MemoryPlace memory } piece])
            pieces = [piece with { Place = memory with { Base = held.HoldAddress(memory.Base) } }];
        return new BoundPlace(type, pieces);
    }
}
