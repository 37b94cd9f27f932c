using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>
/// Go's types as the linker writes them (cmd/internal/dwarf, cmd/link/internal/ld/dwarf.go, go1.15 to go1.27): every type has
/// its source spelling as name and its <c>reflect.Kind</c> in DW_AT_go_kind.
/// </summary>
internal sealed class GoTypes : TypeDialect
{
    /// <summary><c>reflect.Kind</c>, as DW_AT_go_kind holds it.</summary>
    private enum Kind
    {
        Chan = 18,
        Func = 19,
        Interface = 20,
        Map = 21,
        Slice = 23,
        String = 24,
        UnsafePointer = 26,
    }

    /// <inheritdoc/>
    public override SourceLanguage Language => SourceLanguage.Go;

    /// <inheritdoc/>
    public override string NameOf(Die type, TypeReader reader) => type.Name ?? "?";

    /// <inheritdoc/>
    public override (Shape Shape, Presentation Presentation)? ShapeOf(Die type, string name, TypeReader reader)
    {
        if (name == "time.Duration")
            return (new ScalarShape(ScalarKind.Signed), new DurationPresentation(1));
        Shape? shape = (Kind?)type.Unsigned(DW_AT.DW_AT_go_kind) switch
        {
            Kind.String => Text(type),
            Kind.Slice => Slice(type, reader),
            Kind.UnsafePointer => new ScalarShape(ScalarKind.Address),
            Kind.Chan or Kind.Func or Kind.Interface or Kind.Map => new OpaqueShape("not decoded yet"),
            _ => null,
        };
        if (shape is null && type.Tag == DW_TAG.DW_TAG_subroutine_type)
            shape = new OpaqueShape("not decoded yet");

        // A named type is a typedef of what it is made of.
        return shape is null ? null : (shape, Presentation.None);
    }

    private static TextShape? Text(Die type)
    {
        if (!TryMember(type, "str", out _, out ulong pointer) || !TryMember(type, "len", out _, out ulong length))
            return null;
        return new TextShape(TextForm.Counted, (uint)pointer, new CountField((uint)length, 8));
    }

    private static SequenceShape? Slice(Die type, TypeReader reader)
    {
        if (!TryMember(type, "array", out Die array, out ulong pointer) || !TryMember(type, "len", out _, out ulong length)
            || !array.TryGetType(out Die pointerType) || !pointerType.TryGetType(out Die elementType))
            return null;
        TypeId element = reader.Read(elementType);
        return new SequenceShape(element, reader.Graph[element].Size, (uint)pointer, new CountField((uint)length, 8), NullIsNil: true,
            TryMember(type, "cap", out _, out ulong capacity) ? new CountField((uint)capacity, 8) : null);
    }

    private static bool TryMember(Die type, string name, out Die member, out ulong offset)
    {
        member = default;
        offset = 0;
        if (!TypeReader.TryStrip(type, out Die structure))
            return false;
        foreach (Die child in structure.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_member && child.Name == name && TypeReader.OffsetOf(child) is { } at)
            {
                member = child;
                offset = at;
                return true;
            }
        }

        return false;
    }
}
