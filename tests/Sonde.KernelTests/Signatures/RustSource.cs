using System.Globalization;
using System.Text;

namespace Sonde.KernelTests.Signatures;

/// <summary>Makes Rust programs of functions with random signatures that are called once each with known constants.</summary>
internal sealed class RustSource : GeneratedSource
{
    private RustSource(int seed)
        : base(seed)
    {
        Scalars.AddRange(
        [
            Integer("i8", 8, true), Integer("u8", 8, false), Integer("i16", 16, true), Integer("u16", 16, false), Integer("i32", 32, true),
            Integer("u32", 32, false), Integer("i64", 64, true), Integer("u64", 64, false), Integer("usize", 64, false),
            new("u128", (path, leaves) =>
            {
                UInt128 value = new((ulong)Random.NextInt64(), (ulong)Random.NextInt64());
                leaves.Add(path, new(value.ToString(CultureInfo.InvariantCulture)));
                return $"{value.ToString(CultureInfo.InvariantCulture)}u128";
            }),
            Truth("bool"),
            new("char", (path, leaves) => { int c = Random.Next('a', 'z'); leaves.Add(path, new($"'{c}")); return $"'{(char)c}'"; }),
            Float("f32"), Float("f64"),
            Text("&'static str"),
            new("&'static [u32]", (path, leaves) =>
            {
                string[] values = [.. Enumerable.Range(0, Random.Next(1, 4)).Select(_ => Random.Next().ToString(CultureInfo.InvariantCulture))];
                for (int i = 0; i < values.Length; i++)
                    leaves.Add($"{path}[{i}]", new(values[i]));
                return $"&[{string.Join(", ", values)}]";
            }),
            new("&'static u64", (path, leaves) => { int i = Random.Next(); leaves.Add(path + "*", new(i.ToString(CultureInfo.InvariantCulture))); return $"&{i}u64"; }),
        ]);
    }

    /// <summary>A program of a seed; equal seeds give equal programs.</summary>
    public static GeneratedProgram Make(int seed, int functions) => new RustSource(seed).Program(20, functions);

    protected override string Source(StringBuilder code, StringBuilder calls) => $$"""
        use std::hint::black_box;
        use std::io::{Read, Write};
        {{Types}}
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

    protected override Signature Function(string name, StringBuilder code, StringBuilder calls)
    {
        var arguments = new Dictionary<string, Expected>();
        var results = new Dictionary<string, Expected>();
        var parameters = new List<string>();
        var values = new List<string>();
        var uses = new StringBuilder();
        int count = Random.Next(0, 10);
        for (int i = 0; i < count; i++)
        {
            GeneratedType type = Any();
            values.Add($"black_box({type.Constant($"a{i}", arguments)})");
            parameters.Add($"a{i}: {type.Name}");
            uses.Append(CultureInfo.InvariantCulture, $" black_box(&a{i});");
        }

        GeneratedType? result = Random.Next(5) == 0 ? null : Any();
        string declaration = $"fn {name}({string.Join(", ", parameters)}){(result is null ? "" : $" -> {result.Name}")}";
        code.AppendLine(CultureInfo.InvariantCulture, $"#[inline(never)] {declaration} {{{uses} {(result is null ? "" : $"black_box({result.Constant("$0", results)})")} }}");
        calls.AppendLine(CultureInfo.InvariantCulture, $"        black_box({name}({string.Join(", ", values)}));");
        return new Signature(name, declaration, arguments, results);
    }

    protected override GeneratedType Record(int index)
    {
        var types = Enumerable.Range(0, Random.Next(1, 5))
            .Select(_ => Random.Next(8) == 0 && Records.Count > 0 ? OneOf(Records) : OneOf(Scalars)).ToList();
        if (Random.Next(4) == 0)
        {
            string tuple = $"({string.Concat(types.Select(t => t.Name + ","))})";
            return new GeneratedType(tuple, (path, leaves) => $"({string.Concat(types.Select((t, i) => t.Constant($"{path}[{i}]", leaves) + ","))})");
        }

        string name = $"S{index}";
        Types.AppendLine(CultureInfo.InvariantCulture, $"#[derive(Clone, Copy)] struct {name} {{ {string.Join(", ", types.Select((t, i) => $"f{i}: {t.Name}"))} }}");
        return new GeneratedType(name, (path, leaves) => $"{name} {{ {string.Join(", ", types.Select((t, i) => $"f{i}: {t.Constant($"{path}.f{i}", leaves)}"))} }}");
    }

    private GeneratedType Integer(string name, int bits, bool signed) => Integer(name, bits, signed, text => $"({text}{name})");

    private GeneratedType Float(string name) => Float(name, (_, text) => $"({text}{name})");
}
