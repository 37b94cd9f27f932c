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
    public IReadOnlyList<(Operand First, ulong Length)> DynamicType(string name, DynamicForm form)
    {
        if (form == DynamicForm.CppPolymorphic)
            return [.. VirtualTables.Find(declarations.Image, name).Select(t => (AddressOf(t.Address), t.Size))];
        if (form is not (DynamicForm.TableAndData or DynamicForm.TypeAndData) || declarations.Image.Go is not { } go)
            throw new ExpressionException("what this holds cannot be told by the kernel", default);
        Languages.Go.GoTypeNames types = Languages.Go.GoTypeNames.Of(go);
        var found = types.Find(name);
        if (found.Count == 0)
            throw new ExpressionException($"there is no type \"{name}\" in the program", default, types.Suggest(name) is { } near ? $"did you mean \"{near}\"?" : "a type is written with its package: *fs.PathError");
        if (found[0].IsInterface)
            throw new ExpressionException($"{name} is an interface", default, "is asks for the type of the value in it");
        return found.Select(f => f.Name).Distinct().Count() > 1
            ? throw new ExpressionException($"there are several types \"{name}\"", default, $"write one of {string.Join(", ", found.Select(f => f.Name).Distinct().Take(4))}")
            : [.. found.Select(f => (AddressOf(f.Address), 1UL))];
    }

    /// <inheritdoc/>
    public bool IsPolymorphic(string name) =>
        Find(DeclarationKind.Type, BuiltinTypes.Unqualified(name)) is [var die, ..] && HasVirtualTable(die, 0);

    // _vptr.T of gcc, _vptr$T of clang, in the class or in a base.
    private static bool HasVirtualTable(Die type, int depth)
    {
        const int mostBases = 16;
        foreach (Die child in type.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_member && child.Name?.StartsWith("_vptr", StringComparison.Ordinal) == true)
                return true;
            if (child.Tag == DW_TAG.DW_TAG_inheritance && depth < mostBases && child.TryGetType(out Die parent) && HasVirtualTable(parent, depth + 1))
                return true;
        }

        return false;
    }

    // Wherever the program was loaded: at a distance from the probed instruction.
    private Operand AddressOf(ulong address)
    {
        Operand here = new RegisterOperand(GeneralRegister.Rip).Plus(unchecked((long)(address - site.Address.Value)));
        return isAway && held is not null ? held.HoldAddress(here) : here;
    }

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
