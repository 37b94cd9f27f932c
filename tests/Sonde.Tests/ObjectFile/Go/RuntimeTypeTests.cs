using System.Text.RegularExpressions;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Go;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Go;

public sealed class RuntimeTypeTests
{
    public static TheoryData<string> Versions => GoPrograms.EachVersion;

    public static TheoryData<string, string> Builds => GoPrograms.EachBuild;

    /// <summary>Every type that has DWARF and a descriptor: in the index, with the same name, size, and members at the same offsets.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void Agrees_with_DWARF(string version)
    {
        var go = GoPrograms.Open(version);
        var types = RuntimeTypes.TryOpen(go)!;
        var index = TypeIndex.TryBuild(go)!;
        int compared = 0, structs = 0;
        foreach (var expected in DwarfType.Of(TestPrograms.Go(version)))
        {
            if (expected.RuntimeType == 0) continue;
            var address = expected.RuntimeType < go.Module!.Types.Value ? expected.RuntimeType + go.Module.Types.Value : expected.RuntimeType;
            Assert.True(index.Types.TryGetValue(address, out var type), $"{expected.Name} at {address:x} is not in the index");
            if (expected.Size is { } size) Assert.Equal((expected.Name, (ulong)size), (expected.Name, type.Size));
            var name = types.Name(type)!;
            // Literal structs and interfaces spell their members' types in full here and with package names there.
            if (!name.Contains('{', StringComparison.Ordinal)) Assert.Equal(Short(expected.Name), Short(name));
            if (type.Kind == TypeKind.Struct && expected.Tag == "DW_TAG_structure_type")
            {
                Assert.Equal(expected.Members.Select(member => member.Offset), types.Fields(type).Select(field => (int)field.Offset));
                Assert.Equal(expected.Members.Select(member => Short(member.Name)), types.Fields(type).Select(field => Short(field.Name)));
                structs++;
            }

            compared++;
        }

        Assert.True(compared > 300 && structs > 80, $"{compared} compared, {structs} structs");
    }

    /// <summary>Stripping and load addresses change nothing: the same types, and none that is broken.</summary>
    [Theory]
    [MemberData(nameof(Builds))]
    public void All_descriptors_are_sound(string version, string flags)
    {
        var go = GoPrograms.Open(version, flags);
        var types = RuntimeTypes.TryOpen(go)!;
        var index = TypeIndex.TryBuild(go)!;
        Assert.True(index.Types.Count > 400, $"{index.Types.Count}");
        Assert.True(index.Itabs.Count >= 5, $"{index.Itabs.Count}");
        foreach (var type in index.Types.Values)
        {
            Assert.False(string.IsNullOrEmpty(types.Name(type)));
            Assert.Equal(type.Size == 8 && type.PointerBytes == 8 && IsPointerShaped(types, type), type.IsDirect);
            switch (type.Kind)
            {
                case TypeKind.Array:
                    Assert.Equal(type.Size, types.Length(type) * types.Read(types.Elem(type)).Size);
                    break;
                case TypeKind.Map:
                    var map = types.Map(type);
                    Assert.Equal(map.GroupSize, types.Read(map.Group).Size);
                    Assert.True(map.ElemsOffset + (RuntimeMap.Slots - 1) * map.ElemStride + (map.HasIndirectElems ? 8 : types.Read(map.Elem).Size) <= map.GroupSize);
                    Assert.StartsWith("map[", types.Name(type) is { } name && type.IsNamed ? "map[" : types.Name(type));
                    break;
                case TypeKind.Struct:
                    foreach (var field in types.Fields(type)) Assert.True(field.Offset + types.Read(field.Type).Size <= type.Size);
                    break;
                case TypeKind.Func:
                    var signature = types.Signature(type);
                    if (signature.IsVariadic) Assert.Equal(TypeKind.Slice, types.Read(signature.Parameters[^1]).Kind);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>In a stripped program, the code of a method leads to its receiver and signature.</summary>
    [Theory]
    [MemberData(nameof(Builds))]
    public void Methods_have_receivers(string version, string flags)
    {
        var go = GoPrograms.Open(version, flags);
        var types = RuntimeTypes.TryOpen(go)!;
        var index = TypeIndex.TryBuild(go)!;
        int methods = 0, signatures = 0;
        for (var i = 0; i < go.Functions.Count; i++)
        {
            var row = go.Functions.Row(i);
            if (!index.TryFindMethod(row.Entry, out var receiver, out var method)) continue;
            methods++;
            // `pkg/path.(*T).Name` or `pkg/path.T.Name`; functions folded into one have one of the names.
            var name = GoPrograms.Text(go.Functions.Name(row));
            Assert.True(name.EndsWith("." + method.Name, StringComparison.Ordinal) || name.EndsWith("-fm", StringComparison.Ordinal), $"{name}, method {method.Name}");
            if (types.Read(receiver).Kind == TypeKind.Pointer) Assert.Contains("(*", name);
            if (method.Type == 0) continue;
            Assert.Equal(TypeKind.Func, types.Read(method.Type).Kind);
            signatures++;
        }

        Assert.True(methods > 100 && signatures > 50, $"{methods}, {signatures}");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Offsets_of_the_runtime_are_those_of_DWARF(string version)
    {
        var go = GoPrograms.Open(version);
        var structs = DwarfType.Of(TestPrograms.Go(version)).Where(type => type.Tag == "DW_TAG_structure_type").ToLookup(type => type.Name);
        int At(string type, string member) => structs[type].First().Members.First(m => m.Name == member).Offset;
        int stack = At("runtime.g", "stack"), schedule = At("runtime.g", "sched");
        var expected = new RuntimeOffsets(
            stack + At("runtime.stack", "lo"), stack + At("runtime.stack", "hi"), At("runtime.g", "_panic"), At("runtime.g", "m"),
            schedule + At("runtime.gobuf", "sp"), schedule + At("runtime.gobuf", "pc"), At("runtime.g", "atomicstatus"), At("runtime.g", "goid"),
            At("runtime.m", "procid"), At("runtime.m", "curg"));
        Assert.Equal(expected, RuntimeOffsets.Of(go.Version));
        var stripped = GoPrograms.Open(version, "-ldflags=-s");
        Assert.Equal(expected, RuntimeOffsets.FromTypes(RuntimeTypes.TryOpen(stripped)!, TypeIndex.TryBuild(stripped)!));
    }

    /// <summary>Each kind with methods of its own: the uncommon part stands behind a part of another size.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void Named_types_of_each_kind_have_methods(string version)
    {
        const string Source = """
            package main

            import "fmt"

            type aMap map[string][]int
            type aSlice []string
            type anArray [3]int16
            type aChan chan<- error
            type aFunc func(int, ...string) (bool, error)
            type aStruct struct {
            	fmt.Stringer
            	A int8 `json:"a"`
            	b *aStruct
            }
            type aUint uint32

            func (x aMap) Method(a int, b ...string) error    { return nil }
            func (x aSlice) Method(a int, b ...string) error  { return nil }
            func (x anArray) Method(a int, b ...string) error { return nil }
            func (x aChan) Method(a int, b ...string) error   { return nil }
            func (x aFunc) Method(a int, b ...string) error   { return nil }
            func (x aStruct) Method(a int, b ...string) error { return nil }
            func (x aUint) Method(a int, b ...string) error   { return nil }

            type methoder interface {
            	Method(a int, b ...string) error
            }

            func main() {
            	for _, m := range []methoder{aMap{}, aSlice{}, anArray{}, aChan(nil), aFunc(nil), aStruct{}, aUint(0)} {
            		fmt.Println(m, m.Method(1))
            	}
            }
            """;
        var go = GoPrograms.Open(new MemoryByteSource(File.ReadAllBytes(TestPrograms.Build(Source, ".go", $"{GoPrograms.Tool(version)} build -ldflags=-s -o {{out}} {{in}}"))));
        var types = RuntimeTypes.TryOpen(go)!;
        var index = TypeIndex.TryBuild(go)!;
        var named = index.Types.Values.Where(type => type.IsNamed && types.Name(type)!.StartsWith("main.", StringComparison.Ordinal)).ToDictionary(type => types.Name(type)!);
        foreach (var name in (string[])["aMap", "aSlice", "anArray", "aChan", "aFunc", "aStruct", "aUint"])
        {
            var type = named["main." + name];
            Assert.Equal("main", types.PackagePath(type));
            var method = types.Methods(type).Single(method => method.Name == "Method");
            var signature = types.Signature(types.Read(method.Type));
            Assert.True(signature.IsVariadic);
            Assert.Equal(["int", "[]string"], signature.Parameters.Select(parameter => types.Name(types.Read(parameter))));
            Assert.Equal(["error"], signature.Results.Select(result => types.Name(types.Read(result))));
            Assert.True(go.Functions.TryFind(new(method.Function), out var row));
            Assert.Equal($"main.{name}.Method", GoPrograms.Text(go.Functions.Name(row)));
        }

        var function = types.Signature(named["main.aFunc"]);
        Assert.Equal((2, 2, true), (function.Parameters.Count, function.Results.Count, function.IsVariadic));
        Assert.Equal((false, true), types.Directions(named["main.aChan"]));
        Assert.Equal(3UL, types.Length(named["main.anArray"]));
        var fields = types.Fields(named["main.aStruct"]);
        Assert.Equal(
            [("Stringer", 0UL, true, true, ""), ("A", 16UL, false, true, "json:\"a\""), ("b", 24UL, false, false, "")],
            fields.Select(field => (field.Name, field.Offset, field.IsEmbedded, field.IsExported, field.Tag)));
        Assert.Contains(index.Itabs, itab => itab.Type == named["main.aUint"].Address && itab.Interface == named["main.methoder"].Address);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Damaged_types_are_left_out(string version)
    {
        var original = File.ReadAllBytes(TestPrograms.Go(version, "-ldflags=-s"));
        var go = GoPrograms.Open(new MemoryByteSource(original));
        Assert.True(go.Image.TryGetFileOffset(go.Module!.Types, out var start));
        var random = new Random(5);
        for (var round = 0; round < 3; round++)
        {
            var bytes = original.ToArray();
            for (var change = 0; change < 300; change++)
            {
                var at = start + random.Next((int)(go.Module.TypesEnd - go.Module.Types));
                if (at < bytes.Length) bytes[at] = (byte)random.Next(256);
            }

            var index = TypeIndex.TryBuild(GoPrograms.Open(new MemoryByteSource(bytes)))!;
            Assert.True(index.Types.Count > 100);
        }
    }

    private static bool IsPointerShaped(RuntimeTypes types, RuntimeType type) => type.Kind switch
    {
        TypeKind.Pointer or TypeKind.Chan or TypeKind.Map or TypeKind.Func or TypeKind.UnsafePointer => true,
        TypeKind.Array => types.Length(type) == 1 && IsPointerShaped(types, types.Read(types.Elem(type))),
        // Zero-size fields may stand beside the pointer from Go 1.26 on.
        TypeKind.Struct => types.Fields(type) is var fields && (fields.Count == 1 ? IsPointerShaped(types, types.Read(fields[0].Type)) : type.IsDirect),
        _ => false,
    };

    /// <summary>Names differ by package paths, a `noalg.` before generated types, numbers behind local ones, and blanks.</summary>
    private static string Short(string name) => Regex.Replace(Regex.Replace(Regex.Replace(name, @"[\w.\-%]+/", ""), @"^noalg\.|·\d+| ", ""), @"^.*\.(?=\w+$)", "");
}
