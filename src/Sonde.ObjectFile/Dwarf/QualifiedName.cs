using static Sonde.ObjectFile.Dwarf.DW_TAG;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>Names with the namespaces and types around them.</summary>
internal static class QualifiedName
{
    private const int MaxDepth = 256;

    /// <summary>
    /// The entries that enclose another by name, outermost first: namespaces, modules, types, and functions around local types. Taken from the declaration,
    /// for a definition stands outside of its class.
    /// </summary>
    public static List<Die> Enclosing(Die die)
    {
        var found = new List<Die>();
        var declaration = Declaration(die);
        for (var i = 0; i < MaxDepth && declaration.TryGetParent(out var parent); i++)
        {
            if (parent.Tag is DW_TAG_namespace or DW_TAG_module or DW_TAG_class_type or DW_TAG_structure_type or DW_TAG_union_type or DW_TAG_interface_type
                or DW_TAG_enumeration_type or DW_TAG_subprogram)
            {
                parent = Declaration(parent);
                found.Add(parent);
            }

            declaration = parent;
        }

        found.Reverse();
        return found;
    }

    /// <summary>"a::B::c"; "(anonymous namespace)" and "(anonymous)" where an enclosing entry has no name. Null when the entry itself has none.</summary>
    public static string? Of(Die die, string separator = "::")
    {
        if (die.Name is not { } name) return null;
        var parts = new List<string>();
        foreach (var outer in Enclosing(die)) parts.Add(outer.Name ?? (outer.Tag == DW_TAG_namespace ? "(anonymous namespace)" : "(anonymous)"));
        parts.Add(name);
        return string.Join(separator, parts);
    }

    /// <summary>The entry at the end of abstract_origin and specification: the one that stands where it was declared.</summary>
    public static Die Declaration(Die die)
    {
        for (var hops = 0; hops < 16 && die.TryGetOrigin(out var origin); hops++) die = origin;
        return die;
    }
}
