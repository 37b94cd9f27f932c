using System.Globalization;
using System.Text;

namespace Sonde.KernelTests.Signatures;

/// <summary>Makes C and C++ programs of functions with random signatures that are called once each with known constants.</summary>
internal sealed class CSource : GeneratedSource
{
    private readonly bool _cpp;
    private readonly bool _local;

    private CSource(int seed, bool cpp, bool local)
        : base(seed)
    {
        _cpp = cpp;
        _local = local;
        Scalars.AddRange(
        [
            Integer("signed char", 8, true), Integer("unsigned char", 8, false), Integer("short", 16, true), Integer("unsigned short", 16, false),
            Integer("int", 32, true), Integer("unsigned", 32, false), Integer("long", 64, true), Integer("unsigned long", 64, false),
            new("char", (path, leaves) => { int c = Random.Next(33, 126); leaves.Add(path, new($"'{c}")); return $"(char){c}"; }),
            Truth("_Bool", "1", "0"),
            Float("float", 32), Float("double", 64), Float("long double", 80), Float("float", 32), Float("double", 64),
            new("enum color", (path, leaves) => { string[] names = ["RED", "GREEN", "BLUE"]; string name = names[Random.Next(3)]; leaves.Add(path, new(name)); return name; }),
            new("__int128", (path, leaves) =>
            {
                long high = Random.NextInt64(), low = Random.NextInt64();
                leaves.Add(path, new((((Int128)high << 64) | (Int128)(ulong)low).ToString(CultureInfo.InvariantCulture)));
                return $"(((__int128){high}L << 64) | (unsigned __int128){low}L)";
            }),
            Text("const char *"),
        ]);
        if (_cpp)
            Scalars.RemoveAll(t => t.Name == "_Bool");
        else
            Scalars.AddRange([Complex("float"), Complex("double"), Complex("long double")]);
    }

    /// <summary>A program of a seed.</summary>
    /// <param name="seed">Equal seeds give equal programs.</param>
    /// <param name="functions">How many functions.</param>
    /// <param name="cpp">C++ instead of C: classes that go by reference, empty classes, methods.</param>
    /// <param name="local">The functions are local to the file, so that compilers may change how they are called.</param>
    public static GeneratedProgram Make(int seed, int functions, bool cpp = false, bool local = false) => new CSource(seed, cpp, local).Program(25, functions);

    protected override string Source(StringBuilder code, StringBuilder calls) => $$"""
        #include <stdio.h>
        enum color { RED, GREEN = 5, BLUE = -3 };
        {{Types}}
        {{code}}
        int main(void) {
            setvbuf(stdout, 0, _IONBF, 0);
            puts("ready");
            while (getchar() == 'g') {
            {{calls}}
                puts("done");
            }
            return 0;
        }
        """;

    protected override Signature Function(string name, StringBuilder code, StringBuilder calls)
    {
        var arguments = new Dictionary<string, Expected>();
        var results = new Dictionary<string, Expected>();
        int count = Random.Next(0, 11);
        var parameters = new List<string>();
        var values = new List<string>();
        var uses = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            GeneratedType type = Any();
            string constant = $"c_{name}_{i}";
            code.AppendLine(CultureInfo.InvariantCulture, $"static {type.Name} const {constant} = {type.Constant($"a{i}", arguments)};");
            parameters.Add($"{type.Name} a{i}");
            values.Add(constant);
            if (_local ? Random.Next(4) > 0 : Random.Next(2) == 0)
                uses.Append(CultureInfo.InvariantCulture, $" __asm__ volatile(\"\" :: \"m\"(a{i}));");
        }

        GeneratedType? result = Random.Next(5) == 0 ? null : Any();
        string kept = $"r_{name}";
        if (result is not null)
            code.AppendLine(CultureInfo.InvariantCulture, $"static {result.Name} const {kept} = {result.Constant("$0", results)};");
        string attributes = $"{(_local ? "static " : "")}__attribute__((noinline)) ";
        bool variadic = !_local && count > 0 && Random.Next(12) == 0;
        string list = string.Join(", ", parameters) + (variadic ? ", ..." : count == 0 && !_cpp ? "void" : "");
        string declaration = $"{result?.Name ?? "void"} {name}({list})";
        code.AppendLine(CultureInfo.InvariantCulture, $"{attributes}{declaration} {{{uses} __asm__ volatile(\"\" ::: \"memory\");{(result is null ? "" : $" return {kept};")} }}");

        // Through a pointer that may change, so that no compiler leaves out what the function does not look at; a local
        // function is called directly, so that it does.
        string called = name;
        if (!_local)
        {
            called = $"p_{name}";
            code.AppendLine(CultureInfo.InvariantCulture, $"{result?.Name ?? "void"} (*volatile {called})({list}) = {name};");
        }

        bool keep = result is not null && _local && Random.Next(3) > 0;
        string call = $"{called}({string.Join(", ", values)});";
        calls.AppendLine("        " + (keep ? $"{{ {result!.Name} k = {call} __asm__ volatile(\"\" :: \"m\"(k)); }}" : call));
        return new Signature(name, declaration, arguments, results);
    }

    protected override GeneratedType Record(int index)
    {
        int form = Random.Next(10);
        string name = $"struct s{index}";
        var fields = new List<(string Name, GeneratedType Type, int Array, int Bits)>();
        int count = form == 9 && _cpp ? 0 : Random.Next(1, 5);
        bool packed = form == 8;
        for (int i = 0; i < count; i++)
        {
            int kind = Random.Next(12);
            if (kind == 0 && Records.Count > 0 && !packed)
                fields.Add(($"f{i}", OneOf(Records), 0, 0));
            else if (kind <= 2)
                fields.Add(($"f{i}", Scalars[4 + Random.Next(2)], 0, Random.Next(1, 31)));
            else if (kind == 3)
                fields.Add(($"f{i}", Scalars[4 + Random.Next(2)], Random.Next(1, 4), 0));
            else if (kind == 4)
                fields.Add(($"f{i}", Float("float", 32), Random.Next(1, 4), 0));
            else
                fields.Add(($"f{i}", Small(), 0, 0));
        }

        string aligned = form == 7 ? " __attribute__((aligned(16)))" : "";
        string members = string.Concat(fields.Select(f =>
            $" {f.Type.Name} {f.Name}{(f.Array > 0 ? $"[{f.Array}]" : "")}{(f.Bits > 0 ? $" : {f.Bits}" : "")};"));
        string destructor = _cpp && form is 5 or 6 && _cpp ? $" ~s{index}() {{}}" : "";
        Types.AppendLine(CultureInfo.InvariantCulture, $"{name} {{{members}{destructor} }}{(packed ? " __attribute__((packed))" : "")}{aligned};");
        return new GeneratedType(name, (path, leaves) => "{" + string.Join(", ", fields.Select(f => Field(f, $"{path}.{f.Name}", leaves))) + "}");
    }

    private string Field((string Name, GeneratedType Type, int Array, int Bits) field, string path, Dictionary<string, Expected> leaves)
    {
        if (field.Bits > 0)
        {
            bool signed = field.Type.Name == "int";
            long value = signed ? Random.NextInt64(-(1L << (field.Bits - 1)), 1L << (field.Bits - 1)) : Random.NextInt64(0, 1L << field.Bits);
            leaves.Add(path, new(value.ToString(CultureInfo.InvariantCulture)));
            return value.ToString(CultureInfo.InvariantCulture) + (signed ? "" : "u");
        }

        return field.Array == 0
            ? field.Type.Constant(path, leaves)
            : "{" + string.Join(", ", Enumerable.Range(0, field.Array).Select(i => field.Type.Constant($"{path}[{i}]", leaves))) + "}";
    }

    // In records the larger ones less often: those up to 16 bytes are the ones with rules.
    private GeneratedType Small() => Random.Next(4) == 0 ? OneOf(Scalars) : Scalars[Random.Next(12)];

    private GeneratedType Integer(string name, int bits, bool signed) => new(name, (path, leaves) =>
    {
        long value = Random.NextInt64() >> (64 - bits);
        leaves.Add(path, new(signed ? value.ToString(CultureInfo.InvariantCulture) : ((ulong)value << (64 - bits) >> (64 - bits)).ToString(CultureInfo.InvariantCulture)));
        return signed ? $"({name}){value}L" : $"({name}){(ulong)value << (64 - bits) >> (64 - bits)}uL";
    });

    private GeneratedType Float(string name, int bits) => Float(name, (value, text) =>
        text + (value == Math.Floor(value) ? ".0" : "") + (bits == 32 ? "f" : bits == 80 ? "L" : ""));

    private GeneratedType Complex(string part) => new($"{part} _Complex", (path, leaves) =>
    {
        (int re, int im) = (Random.Next(1000), Random.Next(1000));
        leaves.Add(path, new($"{re}+{im}i", Vector: true));
        return $"{re}.0 + {im}.0i";
    });
}
