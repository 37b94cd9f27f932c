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
        Int = 2,
        Uintptr = 12,
        Chan = 18,
        Func = 19,
        Interface = 20,
        Map = 21,
        Slice = 23,
        String = 24,
        UnsafePointer = 26,
    }

    private const string Shape = "go.shape.", ShapeOfPointers = "go.shape.*uint8";

    private const Kind FirstUnsigned = (Kind)7;

    private readonly GoConstants _constants = new();

    /// <inheritdoc/>
    public override SourceLanguage Language => SourceLanguage.Go;

    /// <inheritdoc/>
    public override string NameOf(Die type, TypeReader reader)
    {
        string name = type.Name ?? "?";

        // A type parameter is named after what the shared code takes for it.
        if (name.StartsWith(".param", StringComparison.Ordinal) && TypeReader.TryStrip(type, out Die stripped))
            name = stripped.Name ?? "?";
        return name.Contains(Shape, StringComparison.Ordinal)
            ? name.Replace(ShapeOfPointers, "unsafe.Pointer", StringComparison.Ordinal).Replace(Shape, "", StringComparison.Ordinal)
            : name;
    }

    /// <inheritdoc/>
    public override (Shape Shape, Presentation Presentation)? ShapeOf(Die type, string name, TypeReader reader)
    {
        if (GoLibrary.ShapeOf(type, name, reader) is { } known)
            return known;

        // What stands for every pointer in code that several types share (cmd/compile/internal/noder): not the type it is.
        if (type.Name?.StartsWith(ShapeOfPointers, StringComparison.Ordinal) == true)
            return (new ScalarShape(ScalarKind.Address), Presentation.None);
        Kind? kind = (Kind?)type.Unsigned(DW_AT.DW_AT_go_kind);
        if (kind is >= Kind.Int and <= Kind.Uintptr && type.Tag == DW_TAG.DW_TAG_base_type && _constants.Of(type, name) is { } names)
            return (new ScalarShape(kind < FirstUnsigned ? ScalarKind.Signed : ScalarKind.Unsigned), names);
        Shape? shape = kind switch
        {
            Kind.String => Text(type),
            Kind.Slice => Slice(type, reader),
            Kind.UnsafePointer => new ScalarShape(ScalarKind.Address),
            Kind.Map => GoMaps.ShapeOf(type, name, reader),
            Kind.Chan => Channel(type, name, reader),
            Kind.Interface => Interface(type),
            Kind.Func => Function,
            _ => null,
        };
        if (shape is null && type.Tag == DW_TAG.DW_TAG_subroutine_type)
            shape = Function;

        // A named type is a typedef of what it is made of.
        Presentation presentation = shape is DynamicShape { Form: not DynamicForm.Closure } ? GoErrors.Instance
            : name == "net.IP" ? new GoIP() : Presentation.None;
        return shape is null ? null : (shape, presentation);
    }

    /// <summary>A function value points to its closure, which begins with the address of the code (runtime/runtime2.go: funcval).</summary>
    private static DynamicShape Function => new(DynamicForm.Closure, 0, 0, 0);

    // runtime/runtime2.go: iface and eface; internal/abi/iface.go: ITab.
    private static DynamicShape? Interface(Die type)
    {
        if (TryMember(type, "_type", out _, out ulong word) && TryMember(type, "data", out _, out ulong data))
            return new DynamicShape(DynamicForm.TypeAndData, (uint)word, (uint)data);
        if (!TryMember(type, "tab", out Die member, out ulong table) || !TryMember(type, "data", out _, out data)
            || !member.TryGetType(out Die pointer) || !TypeReader.TryStrip(pointer, out pointer) || !pointer.TryGetType(out Die itab)
            || !(TryMember(itab, "Type", out _, out ulong inTable) || TryMember(itab, "_type", out _, out inTable)))
            return null;
        return new DynamicShape(DynamicForm.TableAndData, (uint)table, (uint)data, (int)inTable);
    }

    // runtime/chan.go: hchan, of which DWARF has one for each element type.
    private static PointerShape? Channel(Die type, string name, TypeReader reader)
    {
        if (!type.TryGetReference(DW_AT.DW_AT_go_elem, out Die elementType) || !type.TryGetType(out Die pointer) || !TypeReader.TryStrip(pointer, out pointer)
            || !pointer.TryGetType(out Die channel) || !TryMember(channel, "qcount", out _, out ulong count)
            || !TryMember(channel, "dataqsiz", out _, out ulong capacity) || !TryMember(channel, "buf", out _, out ulong buffer)
            || !TryMember(channel, "recvx", out _, out ulong first))
            return null;
        TypeId element = reader.Read(elementType);
        TypeNode node = reader.Graph[element];
        var ring = new RingShape(
            element, node.Size, (uint)buffer, new CountField((uint)capacity, 8), new CountField((uint)count, 8), new CountField((uint)first, 8));
        uint? closed = TryMember(channel, "closed", out _, out ulong closedAt) ? (uint)closedAt : null;
        return new PointerShape(
            reader.Graph.Add(name, TypeReader.SizeOf(channel), ring, new ChannelPresentation(node.Name, closed)), IsTransparent: true);
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
