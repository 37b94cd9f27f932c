using System.Buffers.Binary;
using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Go;

/// <summary>
/// The type descriptors that every Go program carries for its garbage collector, interfaces and reflection; from the file or from a live
/// process, stripped or not (internal/abi/type.go; before Go 1.21 runtime/type.go). Addresses are those of the memory read.
/// </summary>
/// <remarks>Safe for concurrent use if the reader is. Throws <see cref="BinaryFormatException"/> for what cannot be a descriptor.</remarks>
internal sealed class RuntimeTypes
{
    private const string Where = "runtime types";
    private const int CommonSize = 48, UncommonSize = 16, MethodSize = 16;

    /// <summary>Of all fields or methods of one type together; real ones have some 10,000.</summary>
    private const int MaxNames = 4 << 20;

    private const int MaxFields = 1 << 16;
    private const int KindMask = 31, KindDirect = 32;
    private const byte ExportedName = 1, EmbeddedName = 8;

    private readonly TypeMemory _memory;
    private readonly GoVersion _version;
    private readonly bool _hasSwissMaps;
    private readonly ulong _types, _typesEnd, _text, _textEnd;

    /// <summary>
    /// For the program of <paramref name="go"/>, whose module data must be known. <paramref name="read"/> and <paramref name="bias"/> are
    /// those of a process that runs it; or the file's own memory and 0.
    /// </summary>
    public RuntimeTypes(GoImage go, MemoryReader read, ulong bias)
    {
        var module = go.Module ?? throw new ArgumentException("module data is not known", nameof(go));
        _version = go.Version;
        _memory = new TypeMemory(read, _version.IsAtLeast(17));
        var experiments = go.Build?.Settings.FirstOrDefault(setting => setting.Key == "GOEXPERIMENT").Value ?? "";
        _hasSwissMaps = _version.IsAtLeast(26) || _version.IsAtLeast(24) && !experiments.Split(',').Contains("noswissmap");
        _types = module.Types.Value + bias;
        _typesEnd = module.TypesEnd.Value + bias;
        _text = module.Text.Value + bias;
        _textEnd = module.TextEnd.Value + bias;
    }

    /// <summary>For the program as it lies in the file; null when its module data is not known.</summary>
    public static RuntimeTypes? TryOpen(GoImage go) => go.Module is null ? null : new(go, go.Memory.Read, 0);

    internal TypeMemory Memory => _memory;

    internal ulong TypesStart => _types;

    internal ulong TypesEnd => _typesEnd;

    public RuntimeType Read(ulong address)
    {
        Span<byte> bytes = stackalloc byte[CommonSize];
        _memory.Read(address, bytes);
        var kind = (TypeKind)(bytes[23] & KindMask);
        if (kind is TypeKind.Invalid or > TypeKind.UnsafePointer) Malformed.Invalid(Where, (long)address, $"type of kind {kind}");
        var size = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var pointerBytes = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (pointerBytes > size) Malformed.Invalid(Where, (long)address, "pointers beyond the value");
        // From Go 1.26 on the bit of the kind is a flag, and follows from the sizes.
        var isDirect = _version.IsAtLeast(26) ? (bytes[20] & KindDirect) != 0 : (bytes[23] & KindDirect) != 0;
        return new(
            address, size, pointerBytes, BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]), (TypeFlags)(bytes[20] & 15), bytes[21], bytes[22], kind, isDirect,
            BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[44..]));
    }

    /// <summary>As the program would print it (<c>*http.Request</c>): with the package's name, not its path. Null for types that reflection made.</summary>
    public string? Name(in RuntimeType type)
    {
        if (NameAt(type.NameOffset) is not { } name) return null;
        return (type.Flags & TypeFlags.ExtraStar) != 0 && name.StartsWith('*') ? name[1..] : name;
    }

    /// <summary>Import path of the package that defines a named type or an unexported member; empty when there is none.</summary>
    public string PackagePath(in RuntimeType type)
    {
        if (type.HasUncommon) return NameAt((int)_memory.UInt32(Uncommon(type))) ?? "";
        return type.Kind is TypeKind.Struct or TypeKind.Interface ? _memory.Name(_memory.Word(type.Address + CommonSize), out _, out _) : "";
    }

    /// <summary>What a pointer points to, what an array, slice or channel holds, or the element type of a map.</summary>
    public ulong Elem(in RuntimeType type) => type.Kind switch
    {
        TypeKind.Pointer or TypeKind.Slice or TypeKind.Array or TypeKind.Chan => _memory.Word(type.Address + CommonSize),
        TypeKind.Map => _memory.Word(type.Address + CommonSize + 8),
        _ => throw new ArgumentException($"a {type.Kind} has no elements", nameof(type)),
    };

    /// <summary>Number of elements of an array.</summary>
    public ulong Length(in RuntimeType type)
    {
        Expect(type, TypeKind.Array);
        return _memory.Word(type.Address + CommonSize + 16);
    }

    /// <summary>Whether a channel can be received from, and sent to.</summary>
    public (bool CanReceive, bool CanSend) Directions(in RuntimeType type)
    {
        Expect(type, TypeKind.Chan);
        var direction = _memory.Word(type.Address + CommonSize + 8);
        return ((direction & 1) != 0, (direction & 2) != 0);
    }

    public RuntimeMap Map(in RuntimeType type)
    {
        Expect(type, TypeKind.Map);
        var at = type.Address + CommonSize;
        ulong key = _memory.Word(at), elem = _memory.Word(at + 8), group = _memory.Word(at + 16), fixedPart = at + 32;
        if (!_hasSwissMaps)
        {
            // keysize, elemsize (bytes), bucketsize (16 bits), flags; a bucket is eight tops, eight keys, eight elements.
            Span<byte> sizes = stackalloc byte[8];
            _memory.Read(fixedPart, sizes);
            return new(key, elem, group, false, BinaryPrimitives.ReadUInt16LittleEndian(sizes[2..]), 8, sizes[0], 8 + 8UL * sizes[0], sizes[1], (sizes[4] & 1) != 0, (sizes[4] & 2) != 0);
        }

        var size = _memory.Word(fixedPart);
        if (_version.IsAtLeast(27))
        {
            var flags = _memory.UInt32(fixedPart + 48);
            return new(key, elem, group, true, size, _memory.Word(fixedPart + 8), _memory.Word(fixedPart + 16), _memory.Word(fixedPart + 24), _memory.Word(fixedPart + 32), (flags & 4) != 0, (flags & 8) != 0);
        }
        else
        {
            // Slots of key and element behind a word of control bytes.
            ulong slot = _memory.Word(fixedPart + 8), offset = _memory.Word(fixedPart + 16);
            var flags = _memory.UInt32(fixedPart + 24);
            return new(key, elem, group, true, size, 8, slot, 8 + offset, slot, (flags & 4) != 0, (flags & 8) != 0);
        }
    }

    public List<RuntimeField> Fields(in RuntimeType type)
    {
        Expect(type, TypeKind.Struct);
        var (address, count) = _memory.Slice(type.Address + CommonSize + 8, MaxFields);
        var fields = new List<RuntimeField>(count);
        var names = 0;
        for (var i = 0; i < count; i++, address += 24)
        {
            var name = _memory.Name(_memory.Word(address), out var flags, out var tag);
            Charge(ref names, name.Length + tag.Length, type);
            var offset = _memory.Word(address + 16);
            // Up to Go 1.18 the lowest bit of the offset says that the field is embedded.
            var isEmbedded = _version.IsAtLeast(19) ? (flags & EmbeddedName) != 0 : (offset & 1) != 0;

            if (!_version.IsAtLeast(19)) offset >>= 1;
            fields.Add(new(name, _memory.Word(address + 8), offset, isEmbedded, (flags & ExportedName) != 0, tag));
        }

        return fields;
    }

    public RuntimeSignature Signature(in RuntimeType type)
    {
        Expect(type, TypeKind.Func);
        int parameters = _memory.UInt16(type.Address + CommonSize), results = _memory.UInt16(type.Address + CommonSize + 2);
        var isVariadic = (results & 0x8000) != 0;
        results &= 0x7fff;
        var at = type.Address + CommonSize + 8 + (type.HasUncommon ? UncommonSize : 0u);
        return new(Words(at, parameters), Words(at + (ulong)parameters * 8, results), isVariadic);
    }

    /// <summary>Methods of a type that has some, sorted by name.</summary>
    public List<RuntimeMethod> Methods(in RuntimeType type)
    {
        var methods = new List<RuntimeMethod>();
        if (!type.HasUncommon) return methods;
        var uncommon = Uncommon(type);
        int count = _memory.UInt16(uncommon + 4);
        var at = uncommon + _memory.UInt32(uncommon + 8);
        var names = 0;
        for (var i = 0; i < count; i++, at += MethodSize)
        {
            if (NameAt((int)_memory.UInt32(at)) is not { } name) continue;
            Charge(ref names, name.Length, type);
            methods.Add(new(name, TypeAt((int)_memory.UInt32(at + 4)), TextAt((int)_memory.UInt32(at + 8)), TextAt((int)_memory.UInt32(at + 12))));
        }

        return methods;
    }

    /// <summary>Methods of an interface, sorted by name: the order of the functions in its itabs.</summary>
    public List<RuntimeInterfaceMethod> InterfaceMethods(in RuntimeType type)
    {
        Expect(type, TypeKind.Interface);
        var (address, count) = _memory.Slice(type.Address + CommonSize + 8, MaxFields);
        var methods = new List<RuntimeInterfaceMethod>(count);
        var names = 0;
        for (var i = 0; i < count; i++, address += 8)
        {
            var name = NameAt((int)_memory.UInt32(address)) ?? "";
            Charge(ref names, name.Length, type);
            methods.Add(new(name, TypeAt((int)_memory.UInt32(address + 4))));
        }

        return methods;
    }

    public RuntimeItab Itab(ulong address) => new(_memory.Word(address), _memory.Word(address + 8), _memory.UInt32(address + 16));

    /// <summary>Bytes of the descriptor: base, uncommon part, parameters, fields or interface methods, methods (Go 1.27's DescriptorSize).</summary>
    internal ulong DescriptorSize(in RuntimeType type)
    {
        var size = (ulong)BaseSize(type.Kind);
        ulong methods = 0;
        if (type.HasUncommon)
        {
            size += UncommonSize;
            methods = _memory.UInt16(Uncommon(type) + 4);
        }

        size += type.Kind switch
        {
            TypeKind.Func => 8UL * (ulong)(_memory.UInt16(type.Address + CommonSize) + (_memory.UInt16(type.Address + CommonSize + 2) & 0x7fff)),
            TypeKind.Struct => 24UL * (ulong)_memory.Slice(type.Address + CommonSize + 8, MaxFields).Count,
            TypeKind.Interface => 8UL * (ulong)_memory.Slice(type.Address + CommonSize + 8, MaxFields).Count,
            _ => 0,
        };
        return size + methods * MethodSize;
    }

    private ulong Uncommon(in RuntimeType type) => type.Address + (ulong)BaseSize(type.Kind);

    private int BaseSize(TypeKind kind) => kind switch
    {
        TypeKind.Struct or TypeKind.Interface => 80,
        TypeKind.Pointer or TypeKind.Slice or TypeKind.Func => 56,
        TypeKind.Array => 72,
        TypeKind.Chan => 64,
        TypeKind.Map when !_hasSwissMaps => 88,
        TypeKind.Map => _version.IsAtLeast(27) ? 136 : 112,
        _ => CommonSize,
    };

    private ulong[] Words(ulong address, int count)
    {
        var words = new ulong[count];
        for (var i = 0; i < count; i++) words[i] = _memory.Word(address + (ulong)i * 8);
        return words;
    }

    private string? NameAt(int offset)
    {
        if (offset == 0) return "";
        if (offset < 0 || (ulong)offset >= _typesEnd - _types) return null;
        return _memory.Name(_types + (ulong)offset, out _, out _);
    }

    /// <summary>0 is none, -1 one that was taken out, other negative ones were made at run time.</summary>
    private ulong TypeAt(int offset) => offset <= 0 || (ulong)offset >= _typesEnd - _types ? 0 : _types + (ulong)offset;

    private ulong TextAt(int offset) => offset <= 0 || (ulong)offset >= _textEnd - _text ? 0 : _text + (ulong)offset;

    /// <summary>Names may overlap: a list of them could be many times as long as the file.</summary>
    private static void Charge(ref int sum, int length, in RuntimeType type)
    {
        if ((sum += length) > MaxNames) Malformed.Budget(Where, (long)type.Address, "names of one type too long");
    }

    private static void Expect(in RuntimeType type, TypeKind kind)
    {
        if (type.Kind != kind) throw new ArgumentException($"a {type.Kind} is no {kind}", nameof(type));
    }
}
