using System.Collections.Immutable;
using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>Types of Go's standard library that mean more than their fields say.</summary>
internal static class GoLibrary
{
    private static readonly HashSet<string> AtomicNumbers =
        ["sync/atomic.Int32", "sync/atomic.Int64", "sync/atomic.Uint32", "sync/atomic.Uint64", "sync/atomic.Uintptr", "sync/atomic.Value"];

    /// <summary>The shape of a library type; null for every other, and for one that is not as expected.</summary>
    public static (Shape Shape, Presentation Presentation)? ShapeOf(Die type, string name, TypeReader reader)
    {
        switch (name)
        {
            case "time.Duration":
                return (new ScalarShape(ScalarKind.Signed), new DurationPresentation(1));
            case "time.Time" when type.Tag == DW_TAG.DW_TAG_structure_type && GoTime.ShapeOf(type, reader) is { } time:
                return (time, new GoTime());
            case "sync.Mutex" or "internal/sync.Mutex" when Plain(type, reader) is { } mutex:
                return (mutex, new GoMutex());
            case "sync.RWMutex" when Plain(type, reader) is { } lockable:
                return (lockable, new GoRwMutex());
            case "sync.Once" when Plain(type, reader) is { } once:
                return (once, new GoOnce());
            case "sync.WaitGroup" when Plain(type, reader) is { } group:
                return (group, new GoWaitGroup());
            case "math/big.Int" when Plain(type, reader) is { } big:
                return (big, new GoBigInt());
            case "net/url.URL" when Plain(type, reader) is { } url:
                return (url, new GoUrl());
            case "net/netip.Addr" when GoNetip.ShapeOf(type, reader) is { } address:
                return (address, new GoNetip());
            case "sync/atomic.Bool" when Members.TryFind(type, "v", out _, out ulong at):
                return (new RecordShape([new("v", at, reader.Graph.Add("bool", 4, new ScalarShape(ScalarKind.Boolean)))]), new TransparentPresentation());
        }

        if (AtomicNumbers.Contains(name) && Members.TryFind(type, "v", out Die value, out ulong offset))
            return (new RecordShape([new("v", offset, reader.ReadTypeOf(value))]), new TransparentPresentation());
        if (name.StartsWith("sync/atomic.Pointer[", StringComparison.Ordinal) && AtomicPointer(type, reader) is { } pointer)
            return (pointer, new TransparentPresentation());
        return null;
    }

    // sync/atomic/type.go: _ [0]*T; _ noCopy; v unsafe.Pointer.
    private static RecordShape? AtomicPointer(Die type, TypeReader reader)
    {
        if (!Members.TryFind(type, "v", out _, out ulong at))
            return null;
        foreach (Die child in type.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_member && child.TryGetType(out Die array) && array.Tag == DW_TAG.DW_TAG_array_type && array.TryGetType(out Die element))
                return new RecordShape([new("v", at, reader.Read(element))]);
        }

        return null;
    }

    /// <summary>The struct as its fields say.</summary>
    private static RecordShape? Plain(Die type, TypeReader reader)
    {
        if (type.Tag != DW_TAG.DW_TAG_structure_type)
            return null;
        var fields = ImmutableArray.CreateBuilder<Field>();
        foreach (Die child in type.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_member && child.Name is { Length: > 0 } name && name != "_" && TypeReader.OffsetOf(child) is { } offset)
                fields.Add(new Field(name, offset, reader.ReadTypeOf(child), child.Flag(DW_AT.DW_AT_go_embedded_field) ? FieldKind.Embedded : FieldKind.Named));
        }

        return new RecordShape(fields.DrainToImmutable());
    }
}
