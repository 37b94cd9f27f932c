using System.Globalization;
using System.Text;

namespace Sonde.KernelTests.Signatures;

/// <summary>Makes Rust programs of functions with random signatures that are called once each with known constants.</summary>
internal sealed class RustSource
{
    private readonly Random _random;
    private readonly StringBuilder _types = new();
    private readonly List<GeneratedType> _records = [];
    private readonly List<GeneratedType> _scalars;

    private RustSource(int seed)
    {
        _random = new Random(seed);
        _scalars =
        [
            Integer("i8", 8, true), Integer("u8", 8, false), Integer("i16", 16, true), Integer("u16", 16, false), Integer("i32", 32, true),
            Integer("u32", 32, false), Integer("i64", 64, true), Integer("u64", 64, false), Integer("usize", 64, false),
            new("u128", (path, leaves) =>
            {
                UInt128 value = new((ulong)_random.NextInt64(), (ulong)_random.NextInt64());
                leaves.Add(path, new(value.ToString(CultureInfo.InvariantCulture)));
                return $"{value.ToString(CultureInfo.InvariantCulture)}u128";
            }),
            new("bool", (path, leaves) => { bool b = _random.Next(2) == 1; leaves.Add(path, new(b ? "true" : "false")); return b ? "true" : "false"; }),
            new("char", (path, leaves) => { int c = _random.Next('a', 'z'); leaves.Add(path, new($"'{c}")); return $"'{(char)c}'"; }),
            Float("f32"), Float("f64"),
            new("&'static str", (path, leaves) => { string text = $"text{_random.Next()}"; leaves.Add(path, new($"\"{text}")); return $"\"{text}\""; }),
            new("&'static [u32]", (path, leaves) =>
            {
                string[] values = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => _random.Next().ToString(CultureInfo.InvariantCulture))];
                for (int i = 0; i < values.Length; i++)
                    leaves.Add($"{path}[{i}]", new(values[i]));
                return $"&[{string.Join(", ", values)}]";
            }),
            new("&'static u64", (path, leaves) => { int i = _random.Next(); leaves.Add(path + "*", new(i.ToString(CultureInfo.InvariantCulture))); return $"&{i}u64"; }),
        ];
    }

    /// <summary>A program of a seed; equal seeds give equal programs.</summary>
    public static GeneratedProgram Make(int seed, int functions) => new RustSource(seed).Program(functions);

    private GeneratedProgram Program(int functions)
    {
        for (int i = 0; i < 20; i++)
            _records.Add(Record(i));
        var code = new StringBuilder();
        var calls = new StringBuilder();
        var signatures = new List<Signature>();
        for (int i = 0; i < functions; i++)
            signatures.Add(Function($"fn_{i}", code, calls));
        string source = $$"""
            use std::hint::black_box;
            use std::io::{Read, Write};
            {{_types}}
            {{code}}
            fn main() {
                println!("ready");
                let mut buffer = [0u8; 1];
                while std::io::stdin().read(&mut buffer).unwrap() == 1 {
            {{calls}}
                    println!("done");
                }
            }
            """;
        return new GeneratedProgram(source, signatures);
    }

    private Signature Function(string name, StringBuilder code, StringBuilder calls)
    {
        var arguments = new Dictionary<string, Expected>();
        var results = new Dictionary<string, Expected>();
        var parameters = new List<string>();
        var values = new List<string>();
        var uses = new StringBuilder();
        int count = _random.Next(0, 10);
        for (int i = 0; i < count; i++)
        {
            GeneratedType type = Any();
            values.Add($"black_box({type.Constant($"a{i}", arguments)})");
            parameters.Add($"a{i}: {type.Name}");
            uses.Append(CultureInfo.InvariantCulture, $" black_box(&a{i});");
        }

        GeneratedType? result = _random.Next(5) == 0 ? null : Any();
        string declaration = $"fn {name}({string.Join(", ", parameters)}){(result is null ? "" : $" -> {result.Name}")}";
        code.AppendLine(CultureInfo.InvariantCulture, $"#[inline(never)] {declaration} {{{uses} {(result is null ? "" : $"black_box({result.Constant("$0", results)})")} }}");
        calls.AppendLine(CultureInfo.InvariantCulture, $"        black_box({name}({string.Join(", ", values)}));");
        return new Signature(name, declaration, arguments, results);
    }

    private GeneratedType Any() => _random.Next(3) == 0 ? _records[_random.Next(_records.Count)] : _scalars[_random.Next(_scalars.Count)];

    private GeneratedType Record(int index)
    {
        var types = Enumerable.Range(0, _random.Next(1, 5))
            .Select(_ => _random.Next(8) == 0 && _records.Count > 0 ? _records[_random.Next(_records.Count)] : _scalars[_random.Next(_scalars.Count)]).ToList();
        if (_random.Next(4) == 0)
        {
            string tuple = $"({string.Concat(types.Select(t => t.Name + ","))})";
            return new GeneratedType(tuple, (path, leaves) => $"({string.Concat(types.Select((t, i) => t.Constant($"{path}[{i}]", leaves) + ","))})");
        }

        string name = $"S{index}";
        _types.AppendLine(CultureInfo.InvariantCulture, $"#[derive(Clone, Copy)] struct {name} {{ {string.Join(", ", types.Select((t, i) => $"f{i}: {t.Name}"))} }}");
        return new GeneratedType(name, (path, leaves) => $"{name} {{ {string.Join(", ", types.Select((t, i) => $"f{i}: {t.Constant($"{path}.f{i}", leaves)}"))} }}");
    }

    private GeneratedType Integer(string name, int bits, bool signed) => new(name, (path, leaves) =>
    {
        long value = _random.NextInt64(long.MinValue, long.MaxValue) >> (64 - bits);
        string text = signed ? value.ToString(CultureInfo.InvariantCulture) : ((ulong)value << (64 - bits) >> (64 - bits)).ToString(CultureInfo.InvariantCulture);
        leaves.Add(path, new(text));
        return $"({text}{name})";
    });

    private GeneratedType Float(string name) => new(name, (path, leaves) =>
    {
        double value = _random.Next(-100_000, 100_000) / 64.0;
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        leaves.Add(path, new(text, Vector: true));
        return $"({text}{name})";
    });
}
