using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using static Sonde.Fuzz.Targets.ElfTargets;

namespace Sonde.Fuzz.Targets;

/// <summary>Reads what Go's own tables say: functions, lines, inlined calls, types, notes of the build.</summary>
internal static class GoTargets
{
    /// <summary>Bytes of runtime.moduledata that are changed: all of its fields that are read, in each version.</summary>
    private const int ModuleSize = 600;

    /// <summary>The header of the function table, its index of functions, and what the rows lead to. Headers decide more than contents.</summary>
    public static List<(int Start, int Length)> Places(byte[] seed)
    {
        var image = ElfImage.Open(new MemoryByteSource(seed));
        if (GoImage.TryOpen(image) is not { } go) return [];
        var places = new List<(int, int)>();
        Add(go.Functions.Address, 72);
        Add(go.Functions.Address, 4096);
        foreach (var section in image.Sections)
        {
            if (section.Name is ".gopclntab" or ".go.buildinfo" or ".typelink" or ".itablink" && section.Size > 0) places.Add(((int)section.Offset, (int)section.Size));
        }

        if (go.Module is { } module)
        {
            Add(module.Address, ModuleSize);
            Add(module.Address, ModuleSize);
            Add(module.Types, (int)Math.Min(module.TypesEnd - module.Types, int.MaxValue));
        }

        return places;

        void Add(FileAddress address, int size)
        {
            if (size > 0 && image.TryGetFileOffset(address, out var offset)) places.Add(((int)offset, (int)Math.Min(size, seed.Length - offset)));
        }
    }

    public static void Functions(IByteSource source)
    {
        if (GoImage.TryOpen(ElfImage.Open(source)) is not { } go) return;
        _ = go.Version;
        go.Functions.TryFind("main.main"u8, out _);
        var step = Math.Max(1, go.Functions.Count / 400);
        for (var i = 0; i < go.Functions.Count && i < 400 * step; i += step)
        {
            Tolerate(() =>
            {
                var row = go.Functions.Row(i);
                go.Functions.Name(row);
                foreach (var address in (FileAddress[])[row.Entry, row.Entry + row.Size / 2, row.End])
                {
                    Tolerate(() => go.Functions.File(row, address));
                    Tolerate(() => go.Functions.Line(row, address));
                    Tolerate(() => go.Functions.StackDelta(row, address));
                    Tolerate(() => go.Inlines.At(row, address));
                    Tolerate(() => go.Functions.TryFind(address, out _));
                }

                Tolerate(() => go.Inlines.Ranges(row));
            });
        }
    }

    public static void Types(IByteSource source)
    {
        if (GoImage.TryOpen(ElfImage.Open(source)) is not { } go || RuntimeTypes.TryOpen(go) is not { } types) return;
        Tolerate(() => RuntimeOffsets.FromTypes(types, TypeIndex.TryBuild(go)!));
        if (TypeIndex.TryBuild(go) is not { } index) return;
        foreach (var type in index.Types.Values)
        {
            Tolerate(() => types.Name(type));
            Tolerate(() => types.PackagePath(type));
            Tolerate(() => types.Methods(type));
            Tolerate(() =>
            {
                switch (type.Kind)
                {
                    case TypeKind.Pointer or TypeKind.Slice: types.Elem(type); break;
                    case TypeKind.Array: _ = types.Length(type) + types.Elem(type); break;
                    case TypeKind.Chan: _ = (types.Directions(type), types.Elem(type)); break;
                    case TypeKind.Func: types.Signature(type); break;
                    case TypeKind.Interface: types.InterfaceMethods(type); break;
                    case TypeKind.Map: types.Map(type); break;
                    case TypeKind.Struct: types.Fields(type); break;
                    default: break;
                }
            });
        }
    }
}
