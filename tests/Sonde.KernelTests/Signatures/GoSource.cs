using System.Globalization;
using System.Text;

namespace Sonde.KernelTests.Signatures;

/// <summary>Makes Go programs of functions with random signatures that are called once each with known constants.</summary>
internal sealed class GoSource : GeneratedSource
{
    private readonly bool _collections;

    private GoSource(int seed, bool collections)
        : base(seed)
    {
        _collections = collections;
        Scalars.AddRange(
        [
            Integer("int8", 8, true), Integer("uint8", 8, false), Integer("int16", 16, true), Integer("uint16", 16, false), Integer("int32", 32, true),
            Integer("uint32", 32, false), Integer("int64", 64, true), Integer("uint64", 64, false), Integer("int", 64, true), Integer("uintptr", 64, false),
            Truth("bool"),
            Float("float32"), Float("float64"),
            new("complex128", (path, leaves) => { (int re, int im) = (Random.Next(1000), Random.Next(1000)); leaves.Add(path, new($"{re}+{im}i", true)); return $"complex({re}, {im})"; }),
            Text("string"), Text("string"),
            new("[]int", (path, leaves) => List("[]int", "", path, leaves)),
            new("*int", (path, leaves) => { int i = Random.Next(); leaves.Add(path + "*", new(i.ToString(CultureInfo.InvariantCulture))); return $"pointer({i})"; }),
        ]);
    }

    /// <summary>A program of a seed; equal seeds give equal programs.</summary>
    public static GeneratedProgram Make(int seed, int functions, bool collections = false) => new GoSource(seed, collections).Program(20, functions);

    protected override string Source(StringBuilder code, StringBuilder calls) => $$"""
        package main

        import (
        	"errors"
        	"os"
        	"runtime"
        	"syscall"
        )

        var _ = errors.New

        var sink int

        func pointer(i int) *int { return &i }

        // When the stack grows, what a function does not look at is lost from its register.
        //go:noinline
        func grow() int { var large [100000]byte; large[sink & 7] = 1; return int(large[sink & 3]) }

        {{Types}}
        {{code}}
        func main() {
        	// What the program has not touched yet, the kernel would not read: literals.
        	if err := syscall.Mlockall(3); err != nil {
        		panic(err)
        	}
        	os.Stdout.WriteString("ready\n")
        	buffer := make([]byte, 1)
        	for {
        		if n, _ := os.Stdin.Read(buffer); n == 0 {
        			return
        		}
        		sink += grow()
        {{calls}}
        		os.Stdout.WriteString("done\n")
        	}
        }
        """;

    protected override Signature Function(string name, StringBuilder code, StringBuilder calls)
    {
        var arguments = new Dictionary<string, Expected>();
        var results = new Dictionary<string, Expected>();
        var parameters = new List<string>();
        var values = new List<string>();
        var returned = new List<string>();
        int count = Random.Next(0, 12);
        for (int i = 0; i < count; i++)
        {
            GeneratedType type = Any();
            bool blank = Random.Next(10) == 0;
            values.Add(type.Constant($"a{i}", blank ? [] : arguments));
            parameters.Add($"{(blank ? "_" : $"a{i}")} {type.Name}");
        }

        bool named = Random.Next(3) == 0;
        var types = new List<string>();
        for (int i = Random.Next(0, 4); i > 0; i--)
        {
            GeneratedType type = Any();
            string result = named ? $"r{returned.Count}" : $"${returned.Count}";
            types.Add(named ? $"{result} {type.Name}" : type.Name);
            returned.Add(type.Constant(result, results));
        }

        string declaration = $"func {name}({string.Join(", ", parameters)}) ({string.Join(", ", types)})";
        string large = Random.Next(8) == 0 ? "var large [4000]byte; large[sink & 7] = 1; sink += int(large[3]); " : "";
        string used = Uses(name) ? string.Concat(parameters.Where(p => p[0] != '_').Select(p => $"runtime.KeepAlive({p[..p.IndexOf(' ')]}); ")) : "";
        code.AppendLine(CultureInfo.InvariantCulture, $"//go:noinline\n{declaration} {{ sink++; {large}{used}{(returned.Count > 0 ? "return " : "")}{string.Join(", ", returned)} }}");
        calls.AppendLine(CultureInfo.InvariantCulture, $"\t\t{name}({string.Join(", ", values)})");
        return new Signature(name, declaration, arguments, results);
    }

    /// <summary>Whether a function uses its parameters; what it does not use may be lost.</summary>
    public static bool Uses(string name) => name[^1] % 2 == 1;

    // What needs following, up to three levels of it.
    private GeneratedType Nested()
    {
        GeneratedType type = Random.Next(2) == 0 && Records.Count > 0 ? OneOf(Records) : OneOf(Scalars);
        for (int i = Random.Next(1, 4); i > 0; i--)
            type = new GoCollections(Random).Around(type);
        return type;
    }

    protected override GeneratedType Any() => _collections && Random.Next(3) == 0 ? Nested() : base.Any();

    protected override GeneratedType Record(int index)
    {
        string name = $"s{index}";
        var fields = new List<(string Name, GeneratedType Type, int Array)>();
        int count = Random.Next(0, 5);
        for (int i = 0; i < count; i++)
        {
            int kind = Random.Next(12);
            GeneratedType type = _collections && kind == 11 ? Nested() : kind == 0 && Records.Count > 0 ? OneOf(Records) : OneOf(Scalars);
            fields.Add((kind == 1 ? "_" : $"f{i}", type, kind is 2 or 3 ? Random.Next(0, 4) : -1));
        }

        Types.AppendLine(CultureInfo.InvariantCulture, $"type {name} struct {{ {string.Join("; ", fields.Select(f => $"{f.Name} {(f.Array >= 0 ? $"[{f.Array}]" : "")}{f.Type.Name}"))} }}");
        return new GeneratedType(name, (path, leaves) => $"{name}{{{string.Join(", ", fields.Where(f => f.Name != "_").Select(f => $"{f.Name}: {Field(f, $"{path}.{f.Name}", leaves)}"))}}}");
    }

    private string Field((string Name, GeneratedType Type, int Array) field, string path, Dictionary<string, Expected> leaves)
    {
        if (field.Array < 0)
            return field.Type.Constant(path, leaves);
        if (field.Array == 0 || field.Type.Name == "uint8")
            return $"[{field.Array}]{field.Type.Name}{{}}";
        return $"[{field.Array}]{field.Type.Name}{{{string.Join(", ", Enumerable.Range(0, field.Array).Select(i => field.Type.Constant($"{path}[{i}]", leaves)))}}}";
    }

    private string List(string type, string name, string path, Dictionary<string, Expected> leaves)
    {
        int count = Random.Next(1, 4);
        var values = new List<string>();
        for (int i = 0; i < count; i++)
        {
            values.Add(Random.Next().ToString(CultureInfo.InvariantCulture));
            leaves.Add($"{path}[{i}]", new(values[i]));
        }

        return $"{type}{name}{{{string.Join(", ", values)}}}";
    }

    private GeneratedType Integer(string name, int bits, bool signed) => Integer(name, bits, signed, text => $"{name}({text})");

    private GeneratedType Float(string name) => Float(name, (_, text) => $"{name}({text})");
}
