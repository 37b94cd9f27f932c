using System.Collections.Concurrent;
using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;

namespace Sonde.Symbols;

/// <summary>What kind of declaration a name is looked up as.</summary>
internal enum DeclarationKind
{
    /// <summary>A variable with a place or a value: global, static, static member.</summary>
    Variable,

    /// <summary>A constant with a value: an enumerator, a constant of Go.</summary>
    Constant,

    /// <summary>A type that is more than declared.</summary>
    Type,
}

/// <summary>
/// Finds what an image declares outside of its functions, by name: first in the unit that asks, then in all. Names are whole
/// (<c>main.counter</c>, <c>shop::Cart::count</c>) or their last parts (<c>Cart::count</c>).
/// </summary>
/// <remarks>Safe for several threads. What was looked for is remembered.</remarks>
internal sealed class Declarations(Image image)
{
    private const int MaximumFound = 16;
    private const int MaximumDepth = 32;

    /// <summary>The image.</summary>
    public Image Image => image;

    private readonly ConcurrentDictionary<(DeclarationKind, string, InfoOffset), List<Die>> _known = new();

    /// <summary>The declarations of a name that stand nearest to a function; more than one when nothing tells which is meant.</summary>
    public IReadOnlyList<Die> Find(DeclarationKind kind, string name, Die near)
    {
        if (!near.Exists || name.Length == 0)
            return [];
        return _known.GetOrAdd((kind, name, near.Unit.Header.Offset), _ => Search(kind, name, near.Unit));
    }

    private List<Die> Search(DeclarationKind kind, string name, Unit near)
    {
        var search = new DeclarationSearch(kind, name, MaximumDepth);
        try
        {
            search.Visit(near);
        }
        catch (BinaryFormatException)
        {
            // A damaged unit hides what it has and nothing else.
        }

        if (search.Best is { Count: > 0 } own)
            return own;
        var all = new ConcurrentBag<DeclarationSearch>();
        UnitScan.ForEach(image.Debug, (unit, _) =>
        {
            var one = new DeclarationSearch(kind, name, MaximumDepth);
            one.Visit(unit);
            if (one.Best.Count > 0)
                all.Add(one);
        });
        List<Die> exact = [.. all.SelectMany(s => s.Exact)];
        List<Die> found = exact.Count > 0 ? exact : [.. all.SelectMany(s => s.Suffix)];

        // In an order that does not hang on threads.
        found.Sort((a, b) => a.Offset.Value.CompareTo(b.Offset.Value));
        return found.Count > MaximumFound ? found[..MaximumFound] : found;
    }
}

/// <summary>Looks through one unit for the declarations of a name.</summary>
internal sealed class DeclarationSearch(DeclarationKind kind, string name, int maximumDepth)
{
    private readonly byte[] _last = Encoding.UTF8.GetBytes(LastPart(name));

    /// <summary>Those of just this name.</summary>
    public List<Die> Exact { get; } = [];

    /// <summary>Those whose name ends so.</summary>
    public List<Die> Suffix { get; } = [];

    /// <summary>The better ones of both.</summary>
    public List<Die> Best => Exact.Count > 0 ? Exact : Suffix;

    /// <summary>Looks through a unit.</summary>
    public void Visit(Unit unit) => Visit(unit.Root, 0);

    private void Visit(Die parent, int depth)
    {
        if (depth > maximumDepth)
            return;
        foreach (Die child in parent.Children)
        {
            switch (child.Tag)
            {
                case DW_TAG.DW_TAG_namespace or DW_TAG.DW_TAG_module:
                    Visit(child, depth + 1);
                    break;

                case DW_TAG.DW_TAG_variable or DW_TAG.DW_TAG_member when kind == DeclarationKind.Variable:
                    if (child.Has(DW_AT.DW_AT_location) || child.Has(DW_AT.DW_AT_const_value))
                        Consider(child);
                    break;

                case DW_TAG.DW_TAG_constant or DW_TAG.DW_TAG_enumerator when kind == DeclarationKind.Constant:
                    Consider(child);
                    break;

                case DW_TAG.DW_TAG_enumeration_type when kind == DeclarationKind.Constant:
                    Visit(child, depth + 1);
                    break;

                case DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_union_type or DW_TAG.DW_TAG_enumeration_type
                    or DW_TAG.DW_TAG_typedef or DW_TAG.DW_TAG_base_type or DW_TAG.DW_TAG_interface_type:
                    if (kind == DeclarationKind.Type && !child.OwnFlag(DW_AT.DW_AT_declaration))
                        Consider(child);

                    // Members of a class are named with it.
                    if (child.HasChildren && child.Tag is DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_structure_type && child.Name is { Length: > 0 } scope
                        && name.Contains(scope + "::", StringComparison.Ordinal))
                        Visit(child, depth + 1);
                    break;
            }
        }
    }

    private void Consider(Die die)
    {
        if (!die.TryGetInherited(DW_AT.DW_AT_name, out AttributeValue own) || !own.AsUtf8().SequenceEqual(_last))
            return;
        string wanted = name.StartsWith("::", StringComparison.Ordinal) ? name[2..] : name;
        string? qualified = QualifiedName.Of(die);

        // An enumerator may be named with or without its enum, as it is in the language.
        string? unscoped = die.Tag == DW_TAG.DW_TAG_enumerator && die.TryGetParent(out Die type) && type.TryGetParent(out Die outer)
            ? outer.Tag == DW_TAG.DW_TAG_namespace && QualifiedName.Of(outer) is { } space ? $"{space}::{die.Name}" : die.Name
            : qualified;
        if (qualified == wanted || unscoped == wanted)
            Exact.Add(die);
        else if (qualified is not null && qualified.EndsWith("::" + wanted, StringComparison.Ordinal))
            Suffix.Add(die);
    }

    // Behind the last :: that is not within template arguments.
    private static string LastPart(string name)
    {
        int depth = 0;
        for (int i = name.Length - 1; i > 0; i--)
        {
            if (name[i] == '>')
                depth++;
            else if (name[i] == '<')
                depth--;
            else if (name[i] == ':' && name[i - 1] == ':' && depth == 0)
                return name[(i + 1)..];
        }

        return name;
    }
}
