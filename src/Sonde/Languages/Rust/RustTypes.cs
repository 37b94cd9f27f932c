using System.Collections.Immutable;
using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.Rust;

/// <summary>Rust's types as rustc writes them (compiler/rustc_codegen_llvm/src/debuginfo, 1.95): the source spelling is the name.</summary>
internal sealed class RustTypes : TypeDialect
{
    /// <inheritdoc/>
    public override SourceLanguage Language => SourceLanguage.Rust;

    /// <inheritdoc/>
    public override string NameOf(Die type, TypeReader reader)
    {
        if (type.Name is { } name)
            return name;
        return type.Tag == DW_TAG.DW_TAG_array_type && type.TryGetType(out Die element)
            ? $"[{element.Name ?? "_"}; {(TypeReader.Counts(type) is [var count, ..] ? count : 0)}]"
            : type.Tag == DW_TAG.DW_TAG_subroutine_type ? "fn" : "?";
    }

    /// <inheritdoc/>
    public override (Shape Shape, Presentation Presentation)? ShapeOf(Die type, string name, TypeReader reader)
    {
        if (type.Tag != DW_TAG.DW_TAG_structure_type)
            return null;
        Shape? shape = FatPointer(type, name, reader) ?? Growable(type, name, reader);
        if (shape is null)
        {
            foreach (Die child in type.Children)
            {
                if (child.Tag == DW_TAG.DW_TAG_variant_part)
                    shape = Enum(type, child, reader);
            }
        }

        if (shape is null && name.StartsWith('('))
            shape = Tuple(type, reader);
        return shape is null ? null : (shape, Presentation.None);
    }

    // &str, &[T], *const [T]: a data pointer and a length.
    private static Shape? FatPointer(Die type, string name, TypeReader reader)
    {
        if (name.Length == 0 || name[0] is not ('&' or '*'))
            return null;
        Die data = default;
        (ulong dataOffset, ulong? lengthOffset) = (0, null);
        foreach (Die member in type.Children)
        {
            if (member.Tag != DW_TAG.DW_TAG_member || TypeReader.OffsetOf(member) is not { } offset)
                continue;
            if (member.Name == "data_ptr")
                (data, dataOffset) = (member, offset);
            else if (member.Name == "length")
                lengthOffset = offset;
        }

        if (!data.Exists || lengthOffset is not { } length || !data.TryGetType(out Die pointer) || !pointer.TryGetType(out Die elementType))
            return null;
        var count = new CountField((uint)length, 8);
        if (name.EndsWith("str", StringComparison.Ordinal))
            return new TextShape(TextForm.Counted, (uint)dataOffset, count);
        TypeId element = reader.Read(elementType);
        return new SequenceShape(element, reader.Graph[element].Size, (uint)dataOffset, count);
    }

    // String and Vec<T>: a buffer whose innermost field is the pointer, under names that change from release to release
    // (RawVec, RawVecInner, Unique, NonNull), and a length.
    private static Shape? Growable(Die type, string name, TypeReader reader)
    {
        if (name == "String" && Members.TryFind(type, "vec", out Die inner, out ulong start) && inner.TryGetType(out Die vector)
            && Buffer(vector) is { } bytes)
            return new TextShape(TextForm.Counted, (uint)(start + bytes.Pointer), new CountField((uint)(start + bytes.Length), 8));
        if (!name.StartsWith("Vec<", StringComparison.Ordinal) || Buffer(type) is not { } buffer)
            return null;
        foreach (Die parameter in type.Children)
        {
            if (parameter.Tag == DW_TAG.DW_TAG_template_type_parameter && parameter.TryGetType(out Die elementType))
            {
                TypeId element = reader.Read(elementType);
                ulong stride = reader.Graph[element].Size;
                return stride == 0 ? null : new SequenceShape(element, stride, (uint)buffer.Pointer, new CountField((uint)buffer.Length, 8));
            }
        }

        return null;
    }

    private static (ulong Pointer, ulong Length)? Buffer(Die vector) =>
        Members.TryFind(vector, "len", out _, out ulong length) && Members.TryFind(vector, "buf", out Die buffer, out ulong at)
            && buffer.TryGetType(out Die raw) && Members.TryFindPointer(raw, out ulong pointer)
            ? (at + pointer, length)
            : null;

    private static RecordShape Tuple(Die type, TypeReader reader)
    {
        var fields = ImmutableArray.CreateBuilder<Field>();
        foreach (Die member in type.Children)
        {
            if (member.Tag == DW_TAG.DW_TAG_member && TypeReader.OffsetOf(member) is { } offset)
                fields.Add(new Field(member.Name ?? "", offset, reader.ReadTypeOf(member)));
        }

        // Fields are reordered in memory; __0, __1, … tell the order in the source.
        fields.Sort((a, b) => Index(a.Name).CompareTo(Index(b.Name)));
        return new RecordShape(fields.DrainToImmutable(), RecordKind.Tuple);
    }

    private static int Index(string name) => int.TryParse(name.AsSpan().TrimStart('_'), out int index) ? index : int.MaxValue;

    private static Shape Enum(Die type, Die part, TypeReader reader)
    {
        ulong? discriminantOffset = null;
        uint discriminantSize = 0;
        if (part.TryGetReference(DW_AT.DW_AT_discr, out Die discriminant))
        {
            discriminantOffset = TypeReader.OffsetOf(discriminant);
            discriminantSize = discriminant.TryGetType(out Die tag) ? (uint)TypeReader.SizeOf(tag) : 0;
        }

        var cases = ImmutableArray.CreateBuilder<VariantCase>();
        foreach (Die variant in part.Children)
        {
            if (variant.Tag != DW_TAG.DW_TAG_variant)
                continue;
            foreach (Die member in variant.Children)
            {
                if (member.Tag != DW_TAG.DW_TAG_member || !member.TryGetType(out Die payload))
                    continue;
                ImmutableArray<(UInt128, UInt128)> ranges = [];
                if (variant.TryGetAttribute(DW_AT.DW_AT_discr_value, out AttributeValue value))
                {
                    UInt128 number = Number(value, discriminantSize);
                    ranges = [(number, number)];
                }

                cases.Add(new VariantCase(member.Name ?? "?", ranges, reader.Read(payload)));
                break;
            }
        }

        return cases.Count == 0
            ? new OpaqueShape($"enum {type.Name} without cases")
            : new VariantShape(discriminantOffset, discriminantSize, cases.DrainToImmutable());
    }

    // The form does not tell signed from unsigned: only the bits of the discriminant's size count.
    private static UInt128 Number(AttributeValue value, uint size)
    {
        byte[] bytes = value.AsConstantBytes(16);
        var number = new UInt128(BitConverter.ToUInt64(bytes, 8), BitConverter.ToUInt64(bytes, 0));
        return size is 0 or >= 16 ? number : number & ((UInt128.One << (int)(8 * size)) - 1);
    }
}
