using System.Globalization;
using System.Text;

namespace Sonde.KernelTests.Signatures;

/// <summary>Makes C and C++ programs of functions with random signatures that are called once each with known constants.</summary>
internal sealed class CSource
{
    private readonly Random _random;
    private readonly bool _cpp;
    private readonly bool _local;
    private readonly StringBuilder _types = new();
    private readonly List<GeneratedType> _records = [];
    private readonly List<GeneratedType> _scalars;

    private CSource(int seed, bool cpp, bool local)
    {
        _random = new Random(seed);
        _cpp = cpp;
        _local = local;
        _scalars =
        [
            Integer("signed char", 8, true), Integer("unsigned char", 8, false), Integer("short", 16, true), Integer("unsigned short", 16, false),
            Integer("int", 32, true), Integer("unsigned", 32, false), Integer("long", 64, true), Integer("unsigned long", 64, false),
            new("char", (path, leaves) => { int c = _random.Next(33, 126); leaves.Add(path, new($"'{c}")); return $"(char){c}"; }),
            new("_Bool", (path, leaves) => { bool b = _random.Next(2) == 1; leaves.Add(path, new(b ? "true" : "false")); return b ? "1" : "0"; }),
            Float("float", 32), Float("double", 64), Float("long double", 80), Float("float", 32), Float("double", 64),
            new("enum color", (path, leaves) => { string[] names = ["RED", "GREEN", "BLUE"]; string name = names[_random.Next(3)]; leaves.Add(path, new(name)); return name; }),
            new("__int128", (path, leaves) =>
            {
                long high = _random.NextInt64(), low = _random.NextInt64();
                leaves.Add(path, new((((Int128)high << 64) | (Int128)(ulong)low).ToString(CultureInfo.InvariantCulture)));
                return $"(((__int128){high}L << 64) | (unsigned __int128){low}L)";
            }),
            new("const char *", (path, leaves) => { string text = $"text{_random.Next()}"; leaves.Add(path, new($"\"{text}")); return $"\"{text}\""; }),
        ];
        if (_cpp)
            _scalars.RemoveAll(t => t.Name == "_Bool");
        else
            _scalars.AddRange([Complex("float"), Complex("double"), Complex("long double")]);
    }

    /// <summary>A program of a seed.</summary>
    /// <param name="seed">Equal seeds give equal programs.</param>
    /// <param name="functions">How many functions.</param>
    /// <param name="cpp">C++ instead of C: classes that go by reference, empty classes, methods.</param>
    /// <param name="local">The functions are local to the file, so that compilers may change how they are called.</param>
    public static GeneratedProgram Make(int seed, int functions, bool cpp = false, bool local = false) => new CSource(seed, cpp, local).Program(functions);

    private GeneratedProgram Program(int functions)
    {
        for (int i = 0; i < 25; i++)
            _records.Add(Record(i));
        var code = new StringBuilder();
        var calls = new StringBuilder();
        var signatures = new List<Signature>();
        for (int i = 0; i < functions; i++)
            signatures.Add(Function($"fn_{i}", code, calls));
        string source = $$"""
            #include <stdio.h>
            enum color { RED, GREEN = 5, BLUE = -3 };
            {{_types}}
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
        return new GeneratedProgram(source, signatures);
    }

    private Signature Function(string name, StringBuilder code, StringBuilder calls)
    {
        var arguments = new Dictionary<string, Expected>();
        var results = new Dictionary<string, Expected>();
        int count = _random.Next(0, 11);
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
            if (_local ? _random.Next(4) > 0 : _random.Next(2) == 0)
                uses.Append(CultureInfo.InvariantCulture, $" __asm__ volatile(\"\" :: \"m\"(a{i}));");
        }

        GeneratedType? result = _random.Next(5) == 0 ? null : Any();
        string kept = $"r_{name}";
        if (result is not null)
            code.AppendLine(CultureInfo.InvariantCulture, $"static {result.Name} const {kept} = {result.Constant("$0", results)};");
        string attributes = $"{(_local ? "static " : "")}__attribute__((noinline)) ";
        bool variadic = !_local && count > 0 && _random.Next(12) == 0;
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

        bool keep = result is not null && _local && _random.Next(3) > 0;
        string call = $"{called}({string.Join(", ", values)});";
        calls.AppendLine("        " + (keep ? $"{{ {result!.Name} k = {call} __asm__ volatile(\"\" :: \"m\"(k)); }}" : call));
        return new Signature(name, declaration, arguments, results);
    }

    private GeneratedType Any() => _random.Next(3) == 0 ? _records[_random.Next(_records.Count)] : _scalars[_random.Next(_scalars.Count)];

    private GeneratedType Record(int index)
    {
        int form = _random.Next(10);
        string name = $"struct s{index}";
        var fields = new List<(string Name, GeneratedType Type, int Array, int Bits)>();
        int count = form == 9 && _cpp ? 0 : _random.Next(1, 5);
        bool packed = form == 8;
        for (int i = 0; i < count; i++)
        {
            int kind = _random.Next(12);
            if (kind == 0 && _records.Count > 0 && !packed)
                fields.Add(($"f{i}", _records[_random.Next(_records.Count)], 0, 0));
            else if (kind <= 2)
                fields.Add(($"f{i}", _scalars[4 + _random.Next(2)], 0, _random.Next(1, 31)));
            else if (kind == 3)
                fields.Add(($"f{i}", _scalars[4 + _random.Next(2)], _random.Next(1, 4), 0));
            else if (kind == 4)
                fields.Add(($"f{i}", Float("float", 32), _random.Next(1, 4), 0));
            else
                fields.Add(($"f{i}", Small(), 0, 0));
        }

        string aligned = form == 7 ? " __attribute__((aligned(16)))" : "";
        string members = string.Concat(fields.Select(f =>
            $" {f.Type.Name} {f.Name}{(f.Array > 0 ? $"[{f.Array}]" : "")}{(f.Bits > 0 ? $" : {f.Bits}" : "")};"));
        string destructor = _cpp && form is 5 or 6 && _cpp ? $" ~s{index}() {{}}" : "";
        _types.AppendLine(CultureInfo.InvariantCulture, $"{name} {{{members}{destructor} }}{(packed ? " __attribute__((packed))" : "")}{aligned};");
        return new GeneratedType(name, (path, leaves) => "{" + string.Join(", ", fields.Select(f => Field(f, $"{path}.{f.Name}", leaves))) + "}");
    }

    private string Field((string Name, GeneratedType Type, int Array, int Bits) field, string path, Dictionary<string, Expected> leaves)
    {
        if (field.Bits > 0)
        {
            bool signed = field.Type.Name == "int";
            long value = signed ? _random.NextInt64(-(1L << (field.Bits - 1)), 1L << (field.Bits - 1)) : _random.NextInt64(0, 1L << field.Bits);
            leaves.Add(path, new(value.ToString(CultureInfo.InvariantCulture)));
            return value.ToString(CultureInfo.InvariantCulture) + (signed ? "" : "u");
        }

        return field.Array == 0
            ? field.Type.Constant(path, leaves)
            : "{" + string.Join(", ", Enumerable.Range(0, field.Array).Select(i => field.Type.Constant($"{path}[{i}]", leaves))) + "}";
    }

    // In records the larger ones less often: those up to 16 bytes are the ones with rules.
    private GeneratedType Small() => _random.Next(4) == 0 ? _scalars[_random.Next(_scalars.Count)] : _scalars[_random.Next(12)];

    private GeneratedType Integer(string name, int bits, bool signed) => new(name, (path, leaves) =>
    {
        long value = _random.NextInt64() >> (64 - bits);
        leaves.Add(path, new(signed ? value.ToString(CultureInfo.InvariantCulture) : ((ulong)value << (64 - bits) >> (64 - bits)).ToString(CultureInfo.InvariantCulture)));
        return signed ? $"({name}){value}L" : $"({name}){(ulong)value << (64 - bits) >> (64 - bits)}uL";
    });

    private GeneratedType Float(string name, int bits) => new(name, (path, leaves) =>
    {
        double value = _random.Next(-100_000, 100_000) / 64.0;
        leaves.Add(path, new(value.ToString("R", CultureInfo.InvariantCulture), Vector: true));
        return value.ToString("R", CultureInfo.InvariantCulture) + (value == Math.Floor(value) ? ".0" : "") + (bits == 32 ? "f" : bits == 80 ? "L" : "");
    });

    private GeneratedType Complex(string part) => new($"{part} _Complex", (path, leaves) =>
    {
        (int re, int im) = (_random.Next(1000), _random.Next(1000));
        leaves.Add(path, new($"{re}+{im}i", Vector: true));
        return $"{re}.0 + {im}.0i";
    });
}
