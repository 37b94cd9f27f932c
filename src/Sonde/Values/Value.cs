using System.Collections.Immutable;

namespace Sonde.Values;

/// <summary>
/// A value of the target, decoded by its type. Values are immutable and own their bytes: they stay valid after the event.
/// </summary>
/// <param name="TypeName">The type in the language's own spelling.</param>
public abstract record Value(string TypeName);

/// <summary>An integer of any width up to 128 bits, signed or unsigned.</summary>
public sealed record IntegerValue(string TypeName, Int128 Number, int Bits, bool Signed) : Value(TypeName)
{
    /// <summary>The number as unsigned, for a 128-bit unsigned type whose value does not fit <see cref="Number"/>.</summary>
    public UInt128 Unsigned => (UInt128)Number;
}

/// <summary>An enum constant, or flags joined by <c>|</c>; <see cref="Name"/> is null when no name fits.</summary>
public sealed record EnumValue(string TypeName, Int128 Number, string? Name) : Value(TypeName);

/// <summary>A truth value.</summary>
public sealed record BooleanValue(string TypeName, bool Truth) : Value(TypeName);

/// <summary>A floating-point number; <see cref="Bits"/> 32 asks for the shortest text that is right for a float.</summary>
public sealed record FloatValue(string TypeName, double Number, int Bits) : Value(TypeName);

/// <summary>A complex number.</summary>
public sealed record ComplexValue(string TypeName, double Real, double Imaginary, int Bits) : Value(TypeName);

/// <summary>
/// A single character: a code unit of <see cref="Bits"/> 8 (C <c>char</c>, any encoding), 16 (<c>char16_t</c>, maybe half of
/// a pair) or 32 (<c>char32_t</c>, Rust <c>char</c>). Only a whole code point is a character by itself.
/// </summary>
public sealed record CharacterValue(string TypeName, uint CodePoint, int Bits = 32) : Value(TypeName);

/// <summary>
/// A text, or its beginning. The bytes are the target's own and may be no valid UTF-8 (UTF-16 and UTF-32 texts are
/// converted). <see cref="Length"/> is the whole length as the language counts it (bytes, or units of wider characters),
/// null when it is not known; <see cref="IsCut"/> says that there is more than <see cref="Utf8"/> holds.
/// </summary>
public sealed record TextValue(string TypeName, ReadOnlyMemory<byte> Utf8, long? Length, bool IsCut) : Value(TypeName);

/// <summary>A sequence of bytes, or its beginning.</summary>
public sealed record BytesValue(string TypeName, ReadOnlyMemory<byte> Bytes, long Length) : Value(TypeName)
{
    /// <summary>Whether there is more than <see cref="Bytes"/> holds.</summary>
    public bool IsCut => Length != Bytes.Length;
}

/// <summary>An array, slice, vector, list or set, or its beginning; or all of a tuple.</summary>
public sealed record SequenceValue(string TypeName, ImmutableArray<Value> Items, long Length, bool IsTuple = false) : Value(TypeName)
{
    /// <summary>Whether there is more than <see cref="Items"/> holds.</summary>
    public bool IsCut => Length != Items.Length;
}

/// <summary>A map, or some of it. <see cref="TextKeys"/> says that its key type is a string type.</summary>
public sealed record MapValue(string TypeName, ImmutableArray<KeyValuePair<Value, Value>> Entries, long Length, bool TextKeys) : Value(TypeName)
{
    /// <summary>Whether there is more than <see cref="Entries"/> holds.</summary>
    public bool IsCut => Length != Entries.Length;
}

/// <summary>A struct, class or union.</summary>
public sealed record RecordValue(string TypeName, ImmutableArray<NamedValue> Fields) : Value(TypeName);

/// <summary>A field or captured variable with its name.</summary>
public readonly record struct NamedValue(string Name, Value Value);

/// <summary>A pointer and what it points to. <see cref="Target"/> may be missing for a reason.</summary>
public sealed record PointerValue(string TypeName, ulong Address, Value Target) : Value(TypeName);

/// <summary>An address that is not followed: <c>void*</c>, or a pointer beyond the depth.</summary>
public sealed record AddressValue(string TypeName, ulong Address) : Value(TypeName);

/// <summary>nil, NULL, nullptr, an empty optional.</summary>
public sealed record NilValue(string TypeName) : Value(TypeName);

/// <summary>A value behind an interface, base pointer or trait object, with its dynamic type; <see cref="Text"/> is an error's message.</summary>
public sealed record DynamicValue(string TypeName, string DynamicTypeName, Value Inner, string? Text = null) : Value(TypeName);

/// <summary>
/// A case of a Rust enum or of a variant. <see cref="Payload"/> is null for a case without one; with <see cref="IsNewtype"/>
/// it is the only unnamed field of the case (<c>Some(5)</c>), else a tuple or record that belongs to the case.
/// </summary>
public sealed record VariantValue(string TypeName, string Case, Value? Payload, bool IsNewtype = false) : Value(TypeName);

/// <summary>A function or closure.</summary>
public sealed record FunctionValue(string TypeName, string Name, ImmutableArray<NamedValue> Captures) : Value(TypeName);

/// <summary>A channel.</summary>
public sealed record ChannelValue(string TypeName, string ElementType, long Length, long Capacity, ImmutableArray<Value> Items) : Value(TypeName)
{
    /// <summary>Whether it has been closed.</summary>
    public bool IsClosed { get; init; }
}

/// <summary>A point in time with the zone's offset from UTC.</summary>
public sealed record TimeValue(string TypeName, DateTimeOffset Time, int SubTickNanoseconds) : Value(TypeName);

/// <summary>A length of time in nanoseconds.</summary>
public sealed record DurationValue(string TypeName, Int128 Nanoseconds) : Value(TypeName);

/// <summary>The value contains itself, <see cref="Levels"/> pointers up.</summary>
public sealed record CycleValue(string TypeName, int Levels) : Value(TypeName);

/// <summary>A value that could not be had, and why.</summary>
public sealed record MissingValue(string TypeName, MissingReason Reason) : Value(TypeName);
