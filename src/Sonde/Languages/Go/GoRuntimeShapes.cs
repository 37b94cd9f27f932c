using System.Collections.Immutable;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Go;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>
/// Types as the runtime describes them, for those that DWARF leaves out: programs without debug information, and types that
/// only interfaces hold (go1.23 and older). Offsets in the runtime's own structs are those of the source files named.
/// </summary>
/// <param name="graph">Where types go.</param>
/// <param name="runtime">The descriptions in the file.</param>
/// <param name="isAtLeast">Whether the Go release has at least a minor number.</param>
/// <param name="known">A type that is described better elsewhere.</param>
internal sealed class GoRuntimeShapes(TypeGraph graph, RuntimeTypes runtime, Func<int, bool> isAtLeast, Func<ulong, TypeId?> known)
{
    private readonly Dictionary<ulong, TypeId> _made = [];

    /// <summary>The type at an address of the file.</summary>
    /// <exception cref="BinaryFormatException">There is none.</exception>
    public TypeId Read(ulong address)
    {
        if (known(address) is { } better)
            return better;
        if (_made.TryGetValue(address, out TypeId made))
            return made;
        RuntimeType type = runtime.Read(address);
        string name = NameOf(type);
        TypeId id = graph.Defer(name, type.Size, () => Contents(type, name));
        _made.Add(address, id);
        return id;
    }

    // With the import path, as DWARF has it.
    private string NameOf(RuntimeType type)
    {
        string name = runtime.Name(type) ?? "?";
        if (!type.IsNamed || name.Contains('[', StringComparison.Ordinal) || name.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var dot))
            return name;
        return runtime.PackagePath(type) is { Length: > 0 } path ? path + name[dot..] : name;
    }

    private TypeContents Contents(RuntimeType type, string name)
    {
        try
        {
            Shape shape = ShapeOf(type, name);
            return new TypeContents(shape, shape is DynamicShape { Form: not DynamicForm.Closure } ? GoErrors.Instance : Presentation.None, new UnknownLayout(type.Size));
        }
        catch (BinaryFormatException e)
        {
            return new TypeContents(new OpaqueShape(e.Message), Presentation.None, new UnknownLayout(type.Size));
        }
    }

    private Shape ShapeOf(RuntimeType type, string name) => type.Kind switch
    {
        TypeKind.Bool => new ScalarShape(ScalarKind.Boolean),
        >= TypeKind.Int and <= TypeKind.Int64 => new ScalarShape(ScalarKind.Signed),
        >= TypeKind.Uint and <= TypeKind.Uintptr => new ScalarShape(ScalarKind.Unsigned),
        TypeKind.Float32 or TypeKind.Float64 => new ScalarShape(ScalarKind.Float),
        TypeKind.Complex64 or TypeKind.Complex128 => new ScalarShape(ScalarKind.Complex),
        TypeKind.String => new TextShape(TextForm.Counted, 0, new CountField(8, 8)),
        TypeKind.UnsafePointer => new ScalarShape(ScalarKind.Address),
        TypeKind.Func => new DynamicShape(DynamicForm.Closure, 0, 0, 0),
        TypeKind.Interface => runtime.InterfaceMethods(type).Count == 0
            ? new DynamicShape(DynamicForm.TypeAndData, 0, 8)
            : new DynamicShape(DynamicForm.TableAndData, 0, 8, 8),
        TypeKind.Pointer => new PointerShape(Read(runtime.Elem(type))),
        TypeKind.Slice => new SequenceShape(Read(runtime.Elem(type)), SizeOf(runtime.Elem(type)), 0, new CountField(8, 8), NullIsNil: true),
        TypeKind.Array => new SequenceShape(Read(runtime.Elem(type)), SizeOf(runtime.Elem(type)), null, new FixedCount(runtime.Length(type))),
        TypeKind.Struct => Struct(type),
        TypeKind.Chan => Channel(type, name),
        TypeKind.Map => Map(type, name),
        _ => new OpaqueShape("a kind that is not known"),
    };

    private ulong SizeOf(ulong address) => graph[Read(address)].Size;

    private RecordShape Struct(RuntimeType type)
    {
        var fields = ImmutableArray.CreateBuilder<Field>();
        foreach (RuntimeField field in runtime.Fields(type))
        {
            if (field.Name != "_")
                fields.Add(new Field(field.Name, field.Offset, Read(field.Type), field.IsEmbedded ? FieldKind.Embedded : FieldKind.Named));
        }

        return new RecordShape(fields.DrainToImmutable());
    }

    // runtime/chan.go: hchan; from go1.23 on a timer is before the type.
    private PointerShape Channel(RuntimeType type, string name)
    {
        TypeId element = Read(runtime.Elem(type));
        uint receive = isAtLeast(23) ? 56u : 48;
        var ring = new RingShape(element, graph[element].Size, 16, new CountField(8, 8), new CountField(0, 8), new CountField(receive, 8));
        return new PointerShape(graph.Add(name, receive + 8, ring, new ChannelPresentation(graph[element].Name, 28)), IsTransparent: true);
    }

    private PointerShape Map(RuntimeType type, string name)
    {
        RuntimeMap map = runtime.Map(type);
        TypeId keyType = Read(map.Key);
        SlotPart key = GoMapStorage.Part(graph, keyType, map.HasIndirectKeys, (uint)map.KeysOffset, (uint)map.KeyStride);
        SlotPart value = GoMapStorage.Part(graph, Read(map.Elem), map.HasIndirectElems, (uint)map.ElemsOffset, (uint)map.ElemStride);
        const uint count = 0, flags = 8, exponent = 9, buckets = 16, oldBuckets = 24; // runtime/map.go: hmap
        const uint used = 0, directory = 16, directoryLength = 24, tableSize = 32, groups = 16, mask = 24; // internal/runtime/maps: Map, table
        return map.IsSwiss
            ? GoMapStorage.Map(graph, name, 40, used, GoMapStorage.Groups(graph, new GroupLayout(
                directory, directoryLength, tableSize, groups, mask, map.GroupSize, 0, key, value)), keyType)
            : GoMapStorage.Map(graph, name, 48, count, GoMapStorage.Buckets(graph, new BucketLayout(
                exponent, flags, buckets, oldBuckets, map.GroupSize, 0, key, value, (uint)map.GroupSize - 8)), keyType);
    }
}
