using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.C;

/// <summary>C's types: names are put together from their parts, and a pointer to <c>char</c> is a text.</summary>
internal class CTypes : TypeDialect
{
    private const int MaximumDepth = 32;

    /// <inheritdoc/>
    public override SourceLanguage Language => SourceLanguage.C;

    /// <inheritdoc/>
    public override string NameOf(Die type, TypeReader reader) => Name(type, 0);

    /// <inheritdoc/>
    public override (Shape Shape, Presentation Presentation)? ShapeOf(Die type, string name, TypeReader reader)
    {
        if (type.Tag == DW_TAG.DW_TAG_pointer_type && type.TryGetType(out Die target) && IsText(target))
            return (new TextShape(TextForm.Terminated, 0, null), Presentation.None);
        return null;
    }

    /// <summary>How the type is called in a scope of its own: with namespaces in C++.</summary>
    protected virtual string Qualified(Die type) => type.Name ?? Anonymous(type);

    private static bool IsText(Die target) =>
        TypeReader.TryStrip(target, out Die character) && character.Tag == DW_TAG.DW_TAG_base_type && TypeReader.SizeOf(character) == 1
        && character.Name == "char";

    private string Name(Die type, int depth)
    {
        if (depth > MaximumDepth)
            return "…";
        switch (type.Tag)
        {
            case DW_TAG.DW_TAG_const_type:
                return Qualify(type, "const", depth);
            case DW_TAG.DW_TAG_volatile_type:
                return Qualify(type, "volatile", depth);
            case DW_TAG.DW_TAG_restrict_type or DW_TAG.DW_TAG_atomic_type or DW_TAG.DW_TAG_immutable_type:
                return Target(type, depth);
            case DW_TAG.DW_TAG_pointer_type:
                return Pointer(type, "*", depth);
            case DW_TAG.DW_TAG_reference_type:
                return Pointer(type, "&", depth);
            case DW_TAG.DW_TAG_rvalue_reference_type:
                return Pointer(type, "&&", depth);
            case DW_TAG.DW_TAG_array_type:
                return Target(type, depth) + string.Concat(TypeReader.Counts(type).Select(c => $"[{(c == 0 ? "" : c)}]"));
            case DW_TAG.DW_TAG_subroutine_type:
                return $"{Target(type, depth)} ({Parameters(type, depth)})";
            case DW_TAG.DW_TAG_ptr_to_member_type:
                return type.TryGetReference(DW_AT.DW_AT_containing_type, out Die owner)
                    ? $"{Target(type, depth)} {Name(owner, depth + 1)}::*"
                    : $"{Target(type, depth)} ::*";
            default:
                return Qualified(type);
        }
    }

    // "T (*)(int)" for a pointer to a function, "T *" else; const on the right of a pointer, on the left of all else.
    private string Pointer(Die type, string sign, int depth)
    {
        if (type.TryGetType(out Die target) && target.Tag == DW_TAG.DW_TAG_subroutine_type)
            return $"{Target(target, depth + 1)} ({sign})({Parameters(target, depth + 1)})";
        string name = Target(type, depth);
        return name.EndsWith('*') || name.EndsWith('&') ? name + sign : $"{name} {sign}";
    }

    private string Qualify(Die type, string qualifier, int depth)
    {
        string name = Target(type, depth);
        return name.EndsWith('*') ? $"{name} {qualifier}" : $"{qualifier} {name}";
    }

    private string Target(Die type, int depth) => type.TryGetType(out Die target) ? Name(target, depth + 1) : "void";

    private string Parameters(Die function, int depth)
    {
        var names = new List<string>();
        foreach (Die parameter in function.Children)
        {
            if (parameter.Tag == DW_TAG.DW_TAG_unspecified_parameters)
                names.Add("...");
            else if (parameter.Tag == DW_TAG.DW_TAG_formal_parameter && !parameter.OwnFlag(DW_AT.DW_AT_artificial))
                names.Add(Target(parameter, depth));
        }

        return string.Join(", ", names);
    }

    private static string Anonymous(Die type) => type.Tag switch
    {
        DW_TAG.DW_TAG_structure_type => "(anonymous struct)",
        DW_TAG.DW_TAG_class_type => "(anonymous class)",
        DW_TAG.DW_TAG_union_type => "(anonymous union)",
        DW_TAG.DW_TAG_enumeration_type => "(anonymous enum)",
        _ => "?",
    };
}
