namespace Sonde.ObjectFile.Go;

/// <summary>internal/abi.TFlag, as far as releases agree on it.</summary>
[Flags]
internal enum TypeFlags : byte
{
    None = 0,
    /// <summary>Has a package path and methods behind it.</summary>
    Uncommon = 1,
    /// <summary>The stored name is that of the pointer to it.</summary>
    ExtraStar = 2,
    /// <summary>A defined type, not a literal one.</summary>
    Named = 4,
    /// <summary>Equal when the bytes are.</summary>
    RegularMemory = 8,
}

/// <summary>The common part of a type descriptor: internal/abi.Type, before Go 1.21 runtime._type. 48 bytes in all releases.</summary>
/// <param name="Address">Where it was read, in the space of the reader.</param>
/// <param name="Size">Bytes of a value.</param>
/// <param name="PointerBytes">Bytes from the start that can hold pointers.</param>
/// <param name="Hash">What type switches compare.</param>
/// <param name="Flags">What it is.</param>
/// <param name="Align">Alignment of a variable.</param>
/// <param name="FieldAlign">Alignment of a field.</param>
/// <param name="Kind">Which kind; decides what follows.</param>
/// <param name="IsDirect">Whether an interface holds the value itself and not a pointer to it.</param>
/// <param name="NameOffset">Of its name.</param>
/// <param name="PointerToThis">Offset of the type of pointers to it, 0 when that is not known.</param>
internal readonly record struct RuntimeType(
    ulong Address, ulong Size, ulong PointerBytes, uint Hash, TypeFlags Flags, byte Align, byte FieldAlign, TypeKind Kind, bool IsDirect, int NameOffset, int PointerToThis)
{
    public bool IsNamed => (Flags & TypeFlags.Named) != 0;

    public bool HasUncommon => (Flags & TypeFlags.Uncommon) != 0;
}

/// <summary>A field of a struct.</summary>
internal readonly record struct RuntimeField(string Name, ulong Type, ulong Offset, bool IsEmbedded, bool IsExported, string Tag);

/// <summary>Parameters and results of a function type, as addresses of types.</summary>
internal sealed record RuntimeSignature(IReadOnlyList<ulong> Parameters, IReadOnlyList<ulong> Results, bool IsVariadic);

/// <summary>A method of a type.</summary>
/// <param name="Name">Without package or receiver.</param>
/// <param name="Type">Its function type without the receiver; 0 when the linker found that nobody can ask for it.</param>
/// <param name="InterfaceFunction">Code for calls through an interface; 0 when there is none.</param>
/// <param name="Function">Code for a receiver of the type itself; 0 when there is none.</param>
internal readonly record struct RuntimeMethod(string Name, ulong Type, ulong InterfaceFunction, ulong Function);

/// <summary>A method that an interface asks for.</summary>
internal readonly record struct RuntimeInterfaceMethod(string Name, ulong Type);

/// <summary>runtime.itab: the dynamic type behind an interface that has methods.</summary>
/// <param name="Interface">The interface type.</param>
/// <param name="Type">The dynamic type.</param>
/// <param name="Hash">That of the dynamic type: a check.</param>
internal readonly record struct RuntimeItab(ulong Interface, ulong Type, uint Hash)
{
    /// <summary>Where the pointers to the methods begin, in the order of the interface's.</summary>
    public const int FunctionsOffset = 24;
}

/// <summary>How a map's memory is laid out.</summary>
/// <param name="Key">Type of keys.</param>
/// <param name="Elem">Type of elements.</param>
/// <param name="Group">Type of a bucket, or of a group of slots.</param>
/// <param name="IsSwiss">Whether it is a table of groups (from Go 1.24) and not of buckets.</param>
/// <param name="GroupSize">Bytes of a bucket or group.</param>
/// <param name="KeysOffset">Of the first key in it.</param>
/// <param name="KeyStride">From a key to the next.</param>
/// <param name="ElemsOffset">Of the first element in it.</param>
/// <param name="ElemStride">From an element to the next.</param>
/// <param name="HasIndirectKeys">Keys are held by pointers.</param>
/// <param name="HasIndirectElems">Elements are held by pointers.</param>
internal readonly record struct RuntimeMap(
    ulong Key, ulong Elem, ulong Group, bool IsSwiss, ulong GroupSize, ulong KeysOffset, ulong KeyStride, ulong ElemsOffset, ulong ElemStride, bool HasIndirectKeys, bool HasIndirectElems)
{
    /// <summary>Slots of a bucket or group.</summary>
    public const int Slots = 8;
}
