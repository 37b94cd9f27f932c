using Sonde.Languages.C;
using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.Cpp;

/// <summary>C++'s types: C's, with scopes.</summary>
internal sealed class CppTypes : CTypes
{
    private const int MaximumScopes = 64;

    /// <inheritdoc/>
    public override SourceLanguage Language => SourceLanguage.Cpp;

    /// <inheritdoc/>
    public override (Shape Shape, Presentation Presentation)? ShapeOf(Die type, string name, TypeReader reader) =>
        LibstdcxxTypes.ShapeOf(type, reader) is { } shape ? (shape, Presentation.None) : base.ShapeOf(type, name, reader);

    /// <inheritdoc/>
    protected override string Qualified(Die type)
    {
        string name = base.Qualified(type);
        if (type.Tag == DW_TAG.DW_TAG_base_type)
            return name;
        Die scope = QualifiedName.Declaration(type); // In a type unit the definition stands outside of its namespace.
        for (int i = 0; i < MaximumScopes && scope.TryGetParent(out scope); i++)
        {
            // Inline namespaces (std::__cxx11, std::__1) are left out, as people leave them out.
            bool named = scope.Tag is DW_TAG.DW_TAG_namespace or DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_union_type;
            if (!named || (scope.Tag == DW_TAG.DW_TAG_namespace && scope.Flag(DW_AT.DW_AT_export_symbols) && scope.Name is not null))
                continue;
            name = $"{scope.Name ?? (scope.Tag == DW_TAG.DW_TAG_namespace ? "(anonymous namespace)" : base.Qualified(scope))}::{name}";
        }

        return name;
    }
}
