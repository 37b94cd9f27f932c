using System.Collections.Frozen;
using System.Collections.Immutable;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;

namespace Sonde.Types;

/// <summary>Turns type entries of DWARF into nodes of a graph, each entry once.</summary>
internal sealed class TypeReader(TypeGraph graph, TypeDialect dialect)
{
    // Deeper nesting than this is no type that anybody wrote.
    private const int MaximumDepth = 64;
    private const int MaximumMembers = 65_536;

    // A record that holds records that hold records has as many members as its author likes.
    private const int MaximumLayoutParts = 16_384;

    private readonly Dictionary<Die, TypeId> _ids = [];
    private TypeId? _void;

    /// <summary>The graph that nodes go to.</summary>
    public TypeGraph Graph => graph;

    /// <summary>The node of a type entry.</summary>
    public TypeId Read(Die type)
    {
        lock (_ids)
        {
            if (_ids.TryGetValue(type, out TypeId known))
                return known;
        }

        string name = dialect.NameOf(type, this);
        ulong size = SizeOf(type);
        TypeId id = graph.Defer(name, size, () => Contents(type, name, size));
        lock (_ids)
            return _ids.TryAdd(type, id) ? id : _ids[type];
    }

    /// <summary>The node of an entry's DW_AT_type; that of <c>void</c> when it has none.</summary>
    public TypeId ReadTypeOf(Die entry) => entry.TryGetType(out Die type) ? Read(type) : Void;

    /// <summary>The node of <c>void</c>.</summary>
    public TypeId Void => _void ??= graph.Add("void", 0, new OpaqueShape("void"), layout: new RecordLayout(0, []));

    /// <summary>A type with its typedefs and qualifiers taken off; false when nothing (void) is left.</summary>
    public static bool TryStrip(Die type, out Die stripped)
    {
        stripped = type;
        for (int hops = 0; hops < MaximumDepth; hops++)
        {
            if (stripped.Tag is not (DW_TAG.DW_TAG_typedef or DW_TAG.DW_TAG_const_type or DW_TAG.DW_TAG_volatile_type
                or DW_TAG.DW_TAG_restrict_type or DW_TAG.DW_TAG_atomic_type or DW_TAG.DW_TAG_immutable_type))
                return true;
            if (!stripped.TryGetType(out stripped))
                return false;
        }

        return false;
    }

    /// <summary>The size of a type in bytes, 0 when it is not known.</summary>
    public static ulong SizeOf(Die type, int depth = 0)
    {
        if (depth > MaximumDepth)
            return 0;
        if (type.TryGetAttribute(DW_AT.DW_AT_byte_size, out AttributeValue size) && size.Class == AttributeClass.Constant)
            return size.AsUnsigned();
        switch (type.Tag)
        {
            case DW_TAG.DW_TAG_pointer_type or DW_TAG.DW_TAG_reference_type or DW_TAG.DW_TAG_rvalue_reference_type or DW_TAG.DW_TAG_subroutine_type:
            case DW_TAG.DW_TAG_unspecified_type when type.Name is "decltype(nullptr)":
                return 8;
            case DW_TAG.DW_TAG_ptr_to_member_type:
                return type.TryGetType(out Die member) && TryStrip(member, out Die stripped) && stripped.Tag == DW_TAG.DW_TAG_subroutine_type ? 16u : 8u;
            case DW_TAG.DW_TAG_array_type:
                ulong total = type.TryGetType(out Die element) ? SizeOf(element, depth + 1) : 0;
                foreach (ulong count in Counts(type))
                    total = unchecked(total * count);
                return total;
            default:
                return type.TryGetType(out Die inner) ? SizeOf(inner, depth + 1) : 0;
        }
    }

    /// <summary>Whether the number of elements of an array's outermost dimension is known.</summary>
    public static bool HasCount(Die array)
    {
        foreach (Die range in array.Children)
        {
            if (range.Tag == DW_TAG.DW_TAG_subrange_type)
                return range.Unsigned(DW_AT.DW_AT_count) is not null || range.Signed(DW_AT.DW_AT_upper_bound) is not null;
        }

        return false;
    }

    /// <summary>The number of elements in each dimension of an array; 0 for one that is not known.</summary>
    public static ImmutableArray<ulong> Counts(Die array)
    {
        var counts = ImmutableArray.CreateBuilder<ulong>();
        foreach (Die range in array.Children)
        {
            if (range.Tag != DW_TAG.DW_TAG_subrange_type)
                continue;
            if (range.Unsigned(DW_AT.DW_AT_count) is { } count)
                counts.Add(count);
            else if (range.Signed(DW_AT.DW_AT_upper_bound) is { } upper)
                counts.Add(upper < 0 ? 0 : (ulong)upper + 1 - (range.Unsigned(DW_AT.DW_AT_lower_bound) ?? 0));
            else
                counts.Add(0);
        }

        return counts.DrainToImmutable();
    }

    /// <summary>The offset of a member or base class; null when it is not a constant (virtual bases).</summary>
    public static ulong? OffsetOf(Die member)
    {
        if (!member.TryGetAttribute(DW_AT.DW_AT_data_member_location, out AttributeValue location))
            return 0;
        if (location.Class == AttributeClass.Constant)
            return location.AsUnsigned();

        // DWARF 2 wrote DW_OP_plus_uconst N.
        ReadOnlySpan<byte> block = location.AsBlock();
        if (block.Length < 2 || block[0] != (byte)DW_OP.DW_OP_plus_uconst)
            return null;
        ulong value = 0;
        for (int i = 1, shift = 0; i < block.Length && shift < 64; i++, shift += 7)
            value |= (ulong)(block[i] & 0x7f) << shift;
        return value;
    }

    private TypeContents Contents(Die type, string name, ulong size)
    {
        try
        {
            int parts = MaximumLayoutParts;
            Layout layout = LayoutOf(type, 0, ref parts);
            if (dialect.ShapeOf(type, name, this) is { } known)
                return new TypeContents(known.Shape, known.Presentation, layout);
            (Shape shape, Presentation? presentation) = Describe(type, size);
            return new TypeContents(shape, presentation ?? Presentation.None, layout);
        }
        catch (BinaryFormatException e)
        {
            return new TypeContents(new OpaqueShape(e.Message), Presentation.None, new UnknownLayout(size));
        }
    }

    private (Shape Shape, Presentation? Presentation) Describe(Die type, ulong size)
    {
        switch (type.Tag)
        {
            case DW_TAG.DW_TAG_base_type:
                return (Scalar(type, size), null);

            case DW_TAG.DW_TAG_typedef or DW_TAG.DW_TAG_const_type or DW_TAG.DW_TAG_volatile_type or DW_TAG.DW_TAG_restrict_type
                or DW_TAG.DW_TAG_atomic_type or DW_TAG.DW_TAG_immutable_type:
                if (!TryStrip(type, out Die inner))
                    return (new OpaqueShape("void"), null);

                // Each name on the way may be one that the language knows (time.Duration).
                for (Die named = type; named.TryGetType(out named) && named != inner;)
                {
                    if (dialect.ShapeOf(named, dialect.NameOf(named, this), this) is { } known)
                        return (known.Shape, known.Presentation);
                }

                TypeNode node = graph[Read(inner)];
                return (node.Shape, node.Presentation);

            case DW_TAG.DW_TAG_pointer_type or DW_TAG.DW_TAG_reference_type or DW_TAG.DW_TAG_rvalue_reference_type:
                return (Pointer(type), null);

            case DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_union_type:
                return (Record(type), null);

            case DW_TAG.DW_TAG_enumeration_type:
                return (EnumScalar(type), EnumNames(type));

            case DW_TAG.DW_TAG_array_type:
                return (Array(type), null);

            case DW_TAG.DW_TAG_unspecified_type:
                return (new ScalarShape(ScalarKind.Address), null);

            default:
                return (new OpaqueShape(type.Tag.ToString()), null);
        }
    }

    private static Shape Scalar(Die type, ulong size)
    {
        if (size is 0 or > 32)
            return new OpaqueShape($"a base type of {size} bytes");
        ScalarKind? kind = (DW_ATE?)type.Unsigned(DW_AT.DW_AT_encoding) switch
        {
            DW_ATE.DW_ATE_signed => ScalarKind.Signed,
            DW_ATE.DW_ATE_unsigned => ScalarKind.Unsigned,
            DW_ATE.DW_ATE_boolean => ScalarKind.Boolean,
            DW_ATE.DW_ATE_float => ScalarKind.Float,
            DW_ATE.DW_ATE_complex_float => ScalarKind.Complex,
            DW_ATE.DW_ATE_UTF => ScalarKind.Character,
            DW_ATE.DW_ATE_signed_char => type.Name == "char" ? ScalarKind.Character : ScalarKind.Signed,
            DW_ATE.DW_ATE_unsigned_char => ScalarKind.Unsigned,
            DW_ATE.DW_ATE_address => ScalarKind.Address,
            _ => null,
        };
        return kind is { } known ? new ScalarShape(known) : new OpaqueShape("a base type of unknown encoding");
    }

    private Shape Pointer(Die type)
    {
        if (!type.TryGetType(out Die target) || !TryStrip(target, out Die stripped))
            return new ScalarShape(ScalarKind.Address);

        // Code has no value to show, and of a type that is only declared nothing is known.
        if (stripped.Tag == DW_TAG.DW_TAG_subroutine_type || stripped.OwnFlag(DW_AT.DW_AT_declaration))
            return new ScalarShape(ScalarKind.Address);
        return new PointerShape(Read(target));
    }

    private Shape Record(Die type)
    {
        if (type.OwnFlag(DW_AT.DW_AT_declaration))
            return new OpaqueShape("a type that is only declared here");
        ulong size = SizeOf(type);
        var names = new HashSet<string>();
        var fields = ImmutableArray.CreateBuilder<Field>();
        foreach (Die child in type.Children)
        {
            if (fields.Count >= MaximumMembers)
                break;
            if (child.Tag is not (DW_TAG.DW_TAG_member or DW_TAG.DW_TAG_inheritance) || child.Flag(DW_AT.DW_AT_external) || child.Flag(DW_AT.DW_AT_declaration))
                continue;
            TypeId memberType = ReadTypeOf(child);
            if (OffsetOf(child) is not { } offset)
            {
                // Where a virtual base is, only the object's vtable tells.
                TypeId away = graph.Add(graph[memberType].Name, 0, new OpaqueShape("a virtual base"));
                fields.Add(new Field(Unique(graph[memberType].Name, names), 0, away, FieldKind.Base));
                continue;
            }

            if (Extent(child, offset, memberType) > size)
                continue; // damaged: it would be read from what lies behind the record
            string name = child.Name ?? "";
            if (child.Tag == DW_TAG.DW_TAG_inheritance)
            {
                fields.Add(new Field(Unique(graph[memberType].Name, names), offset, memberType, FieldKind.Base));
                continue;
            }

            if (IsHidden(child, name))
                continue;
            FieldKind kind = child.Flag(DW_AT.DW_AT_go_embedded_field) ? FieldKind.Embedded : FieldKind.Named;

            // Unnamed members (anonymous structs and unions) keep their nesting under the name of their kind.
            if (name.Length == 0)
                (name, kind) = (child.TryGetType(out Die part) && part.Tag == DW_TAG.DW_TAG_union_type ? "(anonymous union)" : "(anonymous struct)", FieldKind.Base);
            name = Unique(name, names);
            if (child.Unsigned(DW_AT.DW_AT_bit_size) is { } bits)
                fields.Add(BitField(child, name, offset, memberType, (uint)Math.Min(bits, 128)));
            else
                fields.Add(new Field(name, offset, memberType, kind));
        }

        return new RecordShape(fields.DrainToImmutable(), type.Tag == DW_TAG.DW_TAG_union_type ? RecordKind.Union : RecordKind.Struct);
    }

    private ulong Extent(Die member, ulong offset, TypeId type) =>
        offset > long.MaxValue ? ulong.MaxValue : member.Has(DW_AT.DW_AT_bit_size) ? offset : offset + Math.Min(graph[type].Size, long.MaxValue);

    // A base class may have the name of a member; an object has each key once.
    private static string Unique(string name, HashSet<string> names)
    {
        string unique = name;
        for (int i = 2; !names.Add(unique); i++)
            unique = $"{name}#{i}";
        return unique;
    }

    // Blank fields of Go and what the compiler put in: the vtable pointer (_vptr.T of gcc, _vptr$T of clang).
    private bool IsHidden(Die member, string name) =>
        (name == "_" && dialect.Language == SourceLanguage.Go)
        || name.StartsWith("_vptr.", StringComparison.Ordinal) || name.StartsWith("_vptr$", StringComparison.Ordinal)
        || (name.Length > 0 && member.Flag(DW_AT.DW_AT_artificial));

    private Field BitField(Die member, string name, ulong offset, TypeId type, uint bits)
    {
        ulong storage = member.Unsigned(DW_AT.DW_AT_byte_size) ?? graph[type].Size;
        ulong start = 8 * offset;
        if (member.Unsigned(DW_AT.DW_AT_data_bit_offset) is { } fromStart)
            start = fromStart;
        else if (member.Signed(DW_AT.DW_AT_bit_offset) is { } fromTop)
            start = unchecked((ulong)((long)(8 * offset) + (8 * (long)storage) - fromTop - bits));

        // From the first byte that holds a bit of it: the declared storage may reach beyond the record.
        return new Field(name, start / 8, type, FieldKind.Named, (uint)(start % 8), bits);
    }

    private Shape EnumScalar(Die type)
    {
        if (type.TryGetType(out Die underlying) && TryStrip(underlying, out Die number) && number.Tag == DW_TAG.DW_TAG_base_type)
        {
            // The names are of numbers, also where the numbers are kept in a char or bool.
            bool negative = (DW_ATE?)number.Unsigned(DW_AT.DW_AT_encoding) is DW_ATE.DW_ATE_signed or DW_ATE.DW_ATE_signed_char;
            return new ScalarShape(negative ? ScalarKind.Signed : ScalarKind.Unsigned);
        }

        foreach (Die constant in type.Children)
        {
            if (constant.Tag == DW_TAG.DW_TAG_enumerator && constant.TryGetAttribute(DW_AT.DW_AT_const_value, out AttributeValue value)
                && NumberOf(value) < 0)
                return new ScalarShape(ScalarKind.Signed);
        }

        return new ScalarShape(ScalarKind.Unsigned);
    }

    // Negative constants have the signed forms; those of fixed size hold what fits them without a sign (gcc: dwarf2out.cc,
    // gen_enumeration_type_die).
    private static Int128 NumberOf(AttributeValue value) =>
        value.Form is DW_FORM.DW_FORM_sdata or DW_FORM.DW_FORM_implicit_const ? value.AsSigned() : (Int128)value.AsUnsigned();

    private EnumPresentation EnumNames(Die type)
    {
        bool signed = EnumScalar(type) is ScalarShape { Kind: ScalarKind.Signed };
        int unused = 128 - (int)Math.Min(8 * SizeOf(type), 128);
        var names = new Dictionary<Int128, string>();
        foreach (Die constant in type.Children)
        {
            if (constant.Tag == DW_TAG.DW_TAG_enumerator && constant.Name is { } name
                && constant.TryGetAttribute(DW_AT.DW_AT_const_value, out AttributeValue value))
            {
                // As the value itself is read: by the width and the sign of the underlying type.
                Int128 bits = NumberOf(value) << unused;
                names.TryAdd(unused == 128 ? 0 : signed ? bits >> unused : (Int128)((UInt128)bits >> unused), name);
            }
        }

        return new EnumPresentation(names.ToFrozenDictionary(), EnumPresentation.AreFlags(names.Keys));
    }

    private Shape Array(Die type)
    {
        if (!type.TryGetType(out Die elementType))
            return new OpaqueShape("an array of nothing");
        if (!HasCount(type))
            return new OpaqueShape("an array whose length is not known");
        ImmutableArray<ulong> counts = Counts(type);
        TypeId element = Read(elementType);
        bool text = TryStrip(elementType, out Die character) && IsCharacter(character);
        int parts = MaximumLayoutParts;
        Layout layout = LayoutOf(elementType, 1, ref parts);

        // The last dimension is the innermost.
        for (int i = counts.Length - 1; i > 0; i--)
        {
            (TypeNode inner, ulong count) = (graph[element], counts[i]);
            TypeId innerId = element;
            layout = new ArrayLayout(unchecked(inner.Size * count), count, layout);
            element = graph.Add($"{inner.Name}[{count}]", layout.Size, ArrayOf(inner, innerId, count, text), layout: layout);
            text = false;
        }

        return ArrayOf(graph[element], element, counts.Length > 0 ? counts[0] : 0, text);
    }

    private static bool IsCharacter(Die type) =>
        type.Tag == DW_TAG.DW_TAG_base_type && SizeOf(type) == 1 && Scalar(type, 1) is ScalarShape { Kind: ScalarKind.Character };

    private static Shape ArrayOf(TypeNode element, TypeId id, ulong count, bool text) =>
        text ? new TextShape(TextForm.Inline, 0, null) : new SequenceShape(id, element.Size, null, new FixedCount(count));

    private Layout LayoutOf(Die type, int depth, ref int parts)
    {
        if (!TryStrip(type, out Die stripped))
            return new RecordLayout(0, []);
        ulong size = SizeOf(stripped);
        if (depth > MaximumDepth || parts-- <= 0)
            return new UnknownLayout(size);
        switch (stripped.Tag)
        {
            case DW_TAG.DW_TAG_base_type:
                return BaseLayout(stripped, size);

            case DW_TAG.DW_TAG_pointer_type or DW_TAG.DW_TAG_reference_type or DW_TAG.DW_TAG_rvalue_reference_type
                or DW_TAG.DW_TAG_enumeration_type or DW_TAG.DW_TAG_subroutine_type or DW_TAG.DW_TAG_unspecified_type:
                return new ScalarLayout(size == 0 ? 8 : size, ScalarClass.Integer);

            case DW_TAG.DW_TAG_ptr_to_member_type:
                return size == 16
                    ? new RecordLayout(16, [(0, new ScalarLayout(8, ScalarClass.Integer)), (8, new ScalarLayout(8, ScalarClass.Integer))])
                    : new ScalarLayout(8, ScalarClass.Integer);

            case DW_TAG.DW_TAG_array_type:
                if (!stripped.TryGetType(out Die element))
                    return new UnknownLayout(size);
                if (stripped.Flag(DW_AT.DW_AT_GNU_vector))
                    return new ScalarLayout(size, ScalarClass.Float);
                Layout elementLayout = LayoutOf(element, depth + 1, ref parts);
                ulong count = 1;
                foreach (ulong dimension in Counts(stripped))
                    count = unchecked(count * dimension);
                return new ArrayLayout(size, count, elementLayout);

            case DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_union_type:
                return RecordLayoutOf(stripped, size, depth, ref parts);

            default:
                return new UnknownLayout(size);
        }
    }

    private static Layout BaseLayout(Die type, ulong size)
    {
        switch ((DW_ATE?)type.Unsigned(DW_AT.DW_AT_encoding))
        {
            case DW_ATE.DW_ATE_float:
                // x87 extended precision has 16 bytes as _Float128 has; only the name tells them apart.
                bool extended = size is 10 or 12 || (size == 16 && type.Name is "long double" or "_Float64x");
                return new ScalarLayout(size, extended ? ScalarClass.Extended : ScalarClass.Float);
            case DW_ATE.DW_ATE_complex_float:
                // clang calls every complex type "complex".
                if (size == 32 && type.Name?.Contains("128", StringComparison.Ordinal) != true)
                    return new ScalarLayout(size, ScalarClass.Extended);
                var part = new ScalarLayout(size / 2, ScalarClass.Float);
                return new RecordLayout(size, [(0, part), (size / 2, part)]);
            default:
                return new ScalarLayout(size, ScalarClass.Integer);
        }
    }

    // gcc does not say how a class is passed; a destructor or a copying constructor that the source defines tells it (Itanium
    // C++ ABI, "non-trivial for the purposes of calls").
    private static bool IsNotTrivial(Die method, Die type)
    {
        if (method.Name is not { Length: > 0 } name || method.OwnFlag(DW_AT.DW_AT_deleted) || method.Has(DW_AT.DW_AT_defaulted))
            return false;
        if (name[0] == '~')
            return true;
        if (type.Name is not { } own || !(own == name || own.StartsWith(name + "<", StringComparison.Ordinal)))
            return false;
        int parameters = 0;
        bool copies = false;
        foreach (Die parameter in method.Children)
        {
            if (parameter.Tag != DW_TAG.DW_TAG_formal_parameter || parameter.OwnFlag(DW_AT.DW_AT_artificial))
                continue;
            parameters++;
            copies = parameter.TryGetType(out Die reference)
                && reference.Tag is DW_TAG.DW_TAG_reference_type or DW_TAG.DW_TAG_rvalue_reference_type
                && reference.TryGetType(out Die target) && TryStrip(target, out Die stripped) && stripped == type;
        }

        return parameters == 1 && copies;
    }

    private Layout RecordLayoutOf(Die type, ulong size, int depth, ref int parts)
    {
        if (type.OwnFlag(DW_AT.DW_AT_declaration))
            return new UnknownLayout(size);
        const ulong DW_CC_pass_by_reference = 4, DW_CC_pass_by_value = 5; // DWARF 5, table 7.15
        var members = ImmutableArray.CreateBuilder<(ulong, Layout)>();
        ulong? calling = type.Unsigned(DW_AT.DW_AT_calling_convention);
        bool byReference = calling == DW_CC_pass_by_reference;
        ulong alignment = type.Unsigned(DW_AT.DW_AT_alignment) ?? 0;
        bool packed = false;
        foreach (Die child in type.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_variant_part)
                return new UnknownLayout(size);
            byReference |= calling is null && child.Tag == DW_TAG.DW_TAG_subprogram && IsNotTrivial(child, type);
            if (child.Tag is not (DW_TAG.DW_TAG_member or DW_TAG.DW_TAG_inheritance) || child.Flag(DW_AT.DW_AT_external) || child.Flag(DW_AT.DW_AT_declaration))
                continue;
            if (!child.TryGetType(out Die memberType))
                continue;
            if (OffsetOf(child) is not { } offset)
            {
                byReference = true; // A virtual base: such a class is never trivial.
                continue;
            }

            // Where the compiler does not say it: virtual functions, or a member that is not trivial, make the whole so.
            Layout layout = LayoutOf(memberType, depth + 1, ref parts);
            byReference |= calling != DW_CC_pass_by_value
                && (layout is RecordLayout { ByReference: true } || (child.Name?.StartsWith("_vptr", StringComparison.Ordinal) == true && child.Flag(DW_AT.DW_AT_artificial)));
            alignment = Math.Max(alignment, child.Unsigned(DW_AT.DW_AT_alignment) ?? 0);
            if (child.Unsigned(DW_AT.DW_AT_bit_size) is { } bits)
            {
                Field field = BitField(child, "", offset, Read(memberType), (uint)bits);

                // Its bytes are integers each: a bit-field is never misaligned.
                ulong bytes = (field.BitOffset + Math.Min(bits, 128) + 7) / 8;
                layout = new ArrayLayout(bytes, bytes, new ScalarLayout(1, ScalarClass.Integer));
                offset = field.Offset;
            }
            else if (layout is ScalarLayout { Size: > 0 } scalar && offset % Math.Min(scalar.Size, 16) != 0)
            {
                packed = true;
            }

            members.Add((offset, layout));
        }

        return new RecordLayout(size, members.DrainToImmutable(), byReference, Math.Min(alignment, 4096), packed);
    }
}
