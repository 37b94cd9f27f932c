using System.Buffers.Binary;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>
/// All types of a program that its tables lead to, and the methods that give functions typed receivers and arguments where there is no DWARF.
/// Built from the file once; addresses are the file's.
/// </summary>
internal sealed class TypeIndex
{
    /// <summary>More types than any program has: the 112 MB ones have 60,000.</summary>
    private const int MaxTypes = 1 << 22;

    /// <summary>Bytes of names that may be read in all: some for free, and a factor of the type data that real programs are far below.</summary>
    private const long FreeNames = 16 << 20, NameFactor = 16;

    private readonly RuntimeTypes _types;
    private readonly Dictionary<ulong, RuntimeType> _found = [];
    private readonly Queue<ulong> _pending = new();
    private readonly Dictionary<ulong, (ulong Receiver, RuntimeMethod Method)> _methods = [];
    private readonly List<RuntimeItab> _itabs = [];

    private TypeIndex(RuntimeTypes types) => _types = types;

    public IReadOnlyDictionary<ulong, RuntimeType> Types => _found;

    /// <summary>The pairs of interface and dynamic type that the compiler foresaw.</summary>
    public IReadOnlyList<RuntimeItab> Itabs => _itabs;

    /// <summary>Builds the index; null when module data is not known. What is damaged is left out.</summary>
    public static TypeIndex? TryBuild(GoImage go)
    {
        if (RuntimeTypes.TryOpen(go) is not { } types || go.Module is not { } module) return null;
        var index = new TypeIndex(types);
        types.Memory.NameBudget = FreeNames + (long)Math.Min(types.TypesEnd - types.TypesStart, 1UL << 32) * NameFactor;
        if (module.Layout.HasContiguousTypes) index.WalkDescriptors(module);
        else index.ReadLinks(module);
        index.Close();
        // Types that only code refers to are in no list; they lie among the others. (Go 1.27's descriptors are interrupted by names.)
        index.Scan();
        index.Close();
        index.IndexMethods();
        types.Memory.NameBudget = long.MaxValue;
        return index;
    }

    /// <summary>The method whose code begins at an address: its receiver's type and its signature, if the linker kept it.</summary>
    public bool TryFindMethod(FileAddress entry, out ulong receiver, out RuntimeMethod method)
    {
        var isFound = _methods.TryGetValue(entry.Value, out var found);
        (receiver, method) = found;
        return isFound;
    }

    /// <summary>Go 1.27: descriptors stand one behind the other, after one word, up to the first that is none; so do itabs.</summary>
    private void WalkDescriptors(ModuleData module)
    {
        ulong at = module.Types.Value + 8, end = module.Types.Value + module.TypeDescriptors;
        while (at < end && _found.Count < MaxTypes)
        {
            if (!TryAdd(at, out var type)) break;
            ulong size;
            try
            {
                size = _types.DescriptorSize(type);
            }
            catch (BinaryFormatException)
            {
                break;
            }

            at = at + size + 7 & ~7UL;
        }

        ulong itab = module.Itabs.Address.Value, itabsEnd = itab + module.Itabs.Size;
        while (itab < itabsEnd && AddItab(itab) is { } read)
        {
            ulong methods = 1;
            if (_found.TryGetValue(read.Interface, out var type) || TryAdd(read.Interface, out type))
            {
                try
                {
                    methods = (ulong)Math.Max(1, type.Kind == TypeKind.Interface ? _types.InterfaceMethods(type).Count : 1);
                }
                catch (BinaryFormatException)
                {
                    break;
                }
            }

            itab += RuntimeItab.FunctionsOffset + methods * 8;
        }
    }

    private void ReadLinks(ModuleData module)
    {
        try
        {
            for (long i = 0; i < module.TypeLinks.Count; i++) TryAdd(module.Types.Value + _types.Memory.UInt32(module.TypeLinks.Address.Value + (ulong)i * 4), out _);
            for (long i = 0; i < module.ItabLinks.Count; i++) AddItab(_types.Memory.Word(module.ItabLinks.Address.Value + (ulong)i * 8));
        }
        catch (BinaryFormatException)
        {
            // The lists end where the file does.
        }
    }

    private bool IsExhausted => _types.Memory.NameBudget < 0;

    private RuntimeItab? AddItab(ulong address)
    {
        try
        {
            var itab = _types.Itab(address);
            if (!TryAdd(itab.Interface, out var type) || type.Kind != TypeKind.Interface || !TryAdd(itab.Type, out var dynamic) || dynamic.Hash != itab.Hash) return null;
            _itabs.Add(itab);
            return itab;
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }

    private bool TryAdd(ulong address, out RuntimeType type)
    {
        if (_found.TryGetValue(address, out type)) return true;
        if (address < _types.TypesStart || address >= _types.TypesEnd || _found.Count >= MaxTypes) return false;
        try
        {
            type = _types.Read(address);
        }
        catch (BinaryFormatException)
        {
            return false;
        }

        _found.Add(address, type);
        _pending.Enqueue(address);
        return true;
    }

    /// <summary>Follows references until there is nothing new.</summary>
    private void Close()
    {
        while (!IsExhausted && _pending.TryDequeue(out var address))
        {
            try
            {
                AddReferences(_found[address]);
            }
            catch (BinaryFormatException)
            {
                // Damaged, or no type after all: what it refers to is not believed.
            }
        }
    }

    private void AddReferences(RuntimeType type)
    {
        if (type.PointerToThis > 0) TryAdd(_types.TypesStart + (ulong)type.PointerToThis, out _);
        switch (type.Kind)
        {
            case TypeKind.Map:
                var map = _types.Map(type);
                TryAdd(map.Key, out _);
                TryAdd(map.Elem, out _);
                TryAdd(map.Group, out _);
                break;
            case TypeKind.Pointer or TypeKind.Slice or TypeKind.Array or TypeKind.Chan:
                TryAdd(_types.Elem(type), out _);
                // An array's slice type is noted behind its element.
                if (type.Kind == TypeKind.Array) TryAdd(_types.Memory.Word(type.Address + 56), out _);
                break;
            case TypeKind.Struct:
                foreach (var field in _types.Fields(type)) TryAdd(field.Type, out _);
                break;
            case TypeKind.Func:
                var signature = _types.Signature(type);
                foreach (var parameter in signature.Parameters.Concat(signature.Results)) TryAdd(parameter, out _);
                break;
            case TypeKind.Interface:
                foreach (var method in _types.InterfaceMethods(type)) TryAdd(method.Type, out _);
                break;
            default:
                break;
        }

        foreach (var method in _types.Methods(type)) TryAdd(method.Type, out _);
    }

    /// <summary>Between the first and the last known descriptor, every aligned place that passes for one.</summary>
    private void Scan()
    {
        if (_found.Count == 0) return;
        const int Chunk = 1 << 16, Common = 48;
        ulong first = _found.Keys.Min() & ~7UL, last = _found.Keys.Max();
        var buffer = new byte[Chunk + Common];
        for (var start = first; start < last; start += Chunk)
        {
            var bytes = buffer.AsSpan(0, _types.Memory.ReadSome(start, buffer));
            for (var at = 0; at < Chunk && at + Common <= bytes.Length && _found.Count < MaxTypes; at += 8)
            {
                var address = start + (ulong)at;
                if (address >= last) return;
                if (MayBeType(bytes.Slice(at, Common)) && !_found.ContainsKey(address) && LooksLikeType(address)) TryAdd(address, out _);
            }
        }
    }

    /// <summary>The cheap part of the question.</summary>
    private static bool MayBeType(ReadOnlySpan<byte> bytes) =>
        (bytes[23] & 31) is > 0 and <= (int)TypeKind.UnsafePointer && IsAlignment(bytes[21]) && IsAlignment(bytes[22])
        && BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]) > 0 && BinaryPrimitives.ReadUInt64LittleEndian(bytes) <= 1UL << 40;

    private bool LooksLikeType(ulong address)
    {
        RuntimeType type;
        try
        {
            type = _types.Read(address);
        }
        catch (BinaryFormatException)
        {
            return false;
        }

        if (type.Hash == 0 || type.Size > 1UL << 40 || !IsAlignment(type.Align) || !IsAlignment(type.FieldAlign) || type.NameOffset <= 0) return false;
        if (type.Size % type.Align != 0 || FixedSize(type.Kind) is { } size && size != type.Size) return false;
        if (type.PointerBytes % 8 != 0 || !_types.Memory.IsName(_types.TypesStart + (ulong)type.NameOffset, out _)) return false;
        return type.PointerToThis >= 0 && _types.TypesStart + (ulong)type.PointerToThis < _types.TypesEnd;
    }

    private static bool IsAlignment(byte value) => value is 1 or 2 or 4 or 8;

    private static ulong? FixedSize(TypeKind kind) => kind switch
    {
        TypeKind.Bool or TypeKind.Int8 or TypeKind.Uint8 => 1,
        TypeKind.Int16 or TypeKind.Uint16 => 2,
        TypeKind.Int32 or TypeKind.Uint32 or TypeKind.Float32 => 4,
        TypeKind.Int or TypeKind.Int64 or TypeKind.Uint or TypeKind.Uint64 or TypeKind.Uintptr or TypeKind.Float64 or TypeKind.Complex64 => 8,
        TypeKind.Chan or TypeKind.Func or TypeKind.Map or TypeKind.Pointer or TypeKind.UnsafePointer => 8,
        TypeKind.Complex128 or TypeKind.Interface or TypeKind.String => 16,
        TypeKind.Slice => 24,
        _ => null,
    };

    private void IndexMethods()
    {
        foreach (var type in _found.Values)
        {
            if (IsExhausted) break;
            if (!type.HasUncommon || type.Kind == TypeKind.Interface) continue;
            List<RuntimeMethod> methods;
            try
            {
                methods = _types.Methods(type);
            }
            catch (BinaryFormatException)
            {
                continue;
            }

            foreach (var method in methods)
            {
                if (method.Function != 0) _methods.TryAdd(method.Function, (type.Address, method));
            }
        }
    }
}
