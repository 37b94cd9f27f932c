using System.Collections.Immutable;

namespace Sonde.Types;

/// <summary>
/// What a type is to plans, bytecode and values. A language turns its debug-info types into these few shapes; nothing
/// behind <c>Languages</c> asks which language a type came from. All offsets are bytes from the start of the value.
/// </summary>
internal abstract record Shape;

/// <summary>What a scalar's bits mean.</summary>
internal enum ScalarKind
{
    /// <summary>Two's complement integer.</summary>
    Signed,

    /// <summary>Unsigned integer.</summary>
    Unsigned,

    /// <summary>One byte or more, zero is false. Any other bit pattern than 0 and 1 is shown as true.</summary>
    Boolean,

    /// <summary>IEEE 754 binary32 or binary64, or x87 80-bit extended (sizes 10, 12 and 16).</summary>
    Float,

    /// <summary>Two floats of half the size each.</summary>
    Complex,

    /// <summary>A Unicode code point (Rust <c>char</c>, <c>char32_t</c>) or a single byte character of C and C++.</summary>
    Character,

    /// <summary>A bare address that is not followed: <c>void*</c>, <c>unsafe.Pointer</c>.</summary>
    Address,
}

/// <summary>An integer, boolean, float, character or bare address of the node's size.</summary>
internal sealed record ScalarShape(ScalarKind Kind) : Shape;

/// <summary>Where the bytes of a text are.</summary>
internal enum TextForm
{
    /// <summary>A pointer and a length in the value (Go <c>string</c>, Rust <c>&amp;str</c>, <c>std::string_view</c>).</summary>
    Counted,

    /// <summary>The value is a pointer to characters that end at the first zero (C <c>char*</c>).</summary>
    Terminated,

    /// <summary>The characters are the value itself, up to its size or the first zero (<c>char[16]</c>).</summary>
    Inline,
}

/// <summary>A text. <paramref name="PointerOffset"/> and <paramref name="Length"/> hold for <see cref="TextForm.Counted"/>.</summary>
internal sealed record TextShape(TextForm Form, uint PointerOffset, CountRule? Length, uint CharacterSize = 1) : Shape;

/// <summary>How the number of elements follows from the value's bytes.</summary>
internal abstract record CountRule;

/// <summary>A number known from the type.</summary>
internal sealed record FixedCount(ulong Count) : CountRule;

/// <summary>An unsigned integer of <paramref name="Size"/> bytes at <paramref name="Offset"/> in the value.</summary>
internal sealed record CountField(uint Offset, uint Size) : CountRule;

/// <summary>The distance of two pointers in the value, divided by the stride (<c>std::vector</c>: begin and end).</summary>
internal sealed record CountSpan(uint BeginOffset, uint EndOffset) : CountRule;

/// <summary>
/// Elements side by side: inside the value when <paramref name="PointerOffset"/> is null (arrays), else where the pointer
/// at that offset leads (Go slices, Rust <c>Vec</c>, <c>std::vector</c>). With <paramref name="NullIsNil"/> an empty one
/// whose pointer is zero is nil (Go slices) and not just empty. <paramref name="Capacity"/> is how many there is room for.
/// </summary>
internal sealed record SequenceShape(
    TypeId Element, ulong Stride, uint? PointerOffset, CountRule Count, bool NullIsNil = false, CountRule? Capacity = null) : Shape;

/// <summary>A struct, class, union or tuple.</summary>
internal sealed record RecordShape(ImmutableArray<Field> Fields, RecordKind Kind = RecordKind.Struct) : Shape;

/// <summary>How the fields of a record lie to each other and are named.</summary>
internal enum RecordKind
{
    /// <summary>Named fields at their own offsets.</summary>
    Struct,

    /// <summary>Fields that share their bytes.</summary>
    Union,

    /// <summary>Unnamed fields in order, written as an array.</summary>
    Tuple,
}

/// <summary>
/// A field of a record. <paramref name="BitSize"/> is 0 unless it is a bit-field, which then starts <paramref name="BitOffset"/>
/// bits above the least significant bit of the storage at <paramref name="Offset"/>.
/// </summary>
internal sealed record Field(string Name, ulong Offset, TypeId Type, FieldKind Kind = FieldKind.Named, uint BitOffset = 0, uint BitSize = 0);

/// <summary>What a field is in its language.</summary>
internal enum FieldKind
{
    /// <summary>An ordinary field.</summary>
    Named,

    /// <summary>A Go embedded struct: its name is its type's, its fields are reached without it.</summary>
    Embedded,

    /// <summary>A C++ base class: a member under its type name, its fields are reached without it.</summary>
    Base,
}

/// <summary>
/// A pointer that is followed to one value of the target type; zero is nil. A <paramref name="IsTransparent"/> one is how the
/// language holds a value (a Go map), not a pointer to its user: it is not shown and no hop.
/// </summary>
internal sealed record PointerShape(TypeId Target, bool IsTransparent = false) : Shape;

/// <summary>One of several cases, told apart by a discriminant in the value (Rust enums).</summary>
/// <param name="DiscriminantOffset">Offset of the discriminant, null when there is one case only.</param>
/// <param name="DiscriminantSize">Size of the discriminant in bytes.</param>
/// <param name="Cases">The cases; one without ranges is the default.</param>
internal sealed record VariantShape(ulong? DiscriminantOffset, uint DiscriminantSize, ImmutableArray<VariantCase> Cases) : Shape;

/// <summary>A case of a variant: its name, the discriminant ranges that select it, and the payload laid over the whole value.</summary>
internal sealed record VariantCase(string Name, ImmutableArray<(UInt128 First, UInt128 Last)> Ranges, TypeId Payload);

/// <summary>How a value tells its dynamic type.</summary>
internal enum DynamicForm
{
    /// <summary>A word that is the type, a word that is the value or leads to it (Go <c>any</c>).</summary>
    TypeAndData,

    /// <summary>A word that leads to a table with the type in it, a word that is the value or leads to it (Go interfaces with methods).</summary>
    TableAndData,

    /// <summary>A pointer or reference to a C++ class with a vtable.</summary>
    CppPolymorphic,

    /// <summary>Rust <c>dyn</c>: data pointer, vtable pointer.</summary>
    RustTraitObject,

    /// <summary>A pointer to an object whose first word is the code to call; what follows is what the code has captured.</summary>
    Closure,
}

/// <summary>
/// A value whose type is known at run time only. With <paramref name="Behind"/> the type word is that many bytes behind where
/// the word at <paramref name="TypeWordOffset"/> points.
/// </summary>
internal sealed record DynamicShape(DynamicForm Form, uint TypeWordOffset, uint DataWordOffset, int? Behind = null) : Shape
{
    /// <summary>Which word leads to the type: the type word itself, or a pointer and how far behind it the type word is.</summary>
    public (uint Offset, int? Behind) TypeWord =>
        Form == DynamicForm.CppPolymorphic ? (DataWordOffset, (int)TypeWordOffset) : (TypeWordOffset, Behind);
}

/// <summary>The addresses of a walked stack; with <paramref name="OnlyCaller"/> only the first is meant.</summary>
internal sealed record StackShape(bool OnlyCaller) : Shape;

/// <summary>A type that cannot be decoded (yet); every value of it is missing with <paramref name="Why"/> as explanation.</summary>
internal sealed record OpaqueShape(string Why) : Shape;
