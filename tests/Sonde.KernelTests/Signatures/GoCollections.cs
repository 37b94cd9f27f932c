using System.Globalization;

namespace Sonde.KernelTests.Signatures;

/// <summary>Types of generated Go programs that hold other types: pointers, slices, maps, interfaces, channels, errors.</summary>
internal sealed class GoCollections(Random random)
{
    /// <summary>A type that holds values of <paramref name="inner"/>.</summary>
    public GeneratedType Around(GeneratedType inner) => random.Next(8) switch
    {
        0 => Pointer(inner),
        1 => Slice(inner),
        2 => Map("string", () => $"\"k{random.Next()}\"", text => $"\"{text[1..^1]}", inner),
        3 => Map("int32", () => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture), text => text, inner),
        4 => Channel(inner),
        5 => Error,
        6 => Slice(Pointer(inner)),
        _ => Any(inner),
    };

    private GeneratedType Error => new("error", (path, leaves) =>
    {
        string text = $"text {random.Next()}";
        leaves.Add(path, new($"error {text}"));
        return $"errors.New(\"{text}\")";
    });

    // Go has no expression for the address of a value: a helper for each type takes it.
    private static GeneratedType Pointer(GeneratedType inner) => new($"*{inner.Name}", (path, leaves) =>
        $"func() *{inner.Name} {{ v := {inner.Constant(path + "*", leaves)}; return &v }}()");

    private GeneratedType Slice(GeneratedType inner) => new($"[]{inner.Name}", (path, leaves) =>
    {
        int count = random.Next(0, 5);
        if (count == 0)
            leaves.Add(path, new("[]0"));
        if (inner.Name == "uint8")
            return Bytes(path, leaves, count);
        return $"[]{inner.Name}{{{string.Join(", ", Enumerable.Range(0, count).Select(i => inner.Constant($"{path}[{i}]", leaves)))}}}";
    });

    private static string Bytes(string path, Dictionary<string, Expected> leaves, int count)
    {
        leaves[path] = new($"\"{new string('x', count)}");
        return $"[]uint8(\"{new string('x', count)}\")";
    }

    private GeneratedType Map(string key, Func<string> makeKey, Func<string, string> shown, GeneratedType inner) => new($"map[{key}]{inner.Name}", (path, leaves) =>
    {
        // Up to several groups or buckets, and a table of them.
        var keys = new HashSet<string>();
        for (int i = random.Next(3) switch { 0 => 0, 1 => random.Next(1, 9), _ => random.Next(9, 40) }; i > 0; i--)
            keys.Add(makeKey());
        if (keys.Count == 0)
            leaves.Add(path, new("{}0"));
        return $"map[{key}]{inner.Name}{{{string.Join(", ", keys.Select(k => $"{k}: {inner.Constant($"{path}{{{shown(k)}}}", leaves)}"))}}}";
    });

    private GeneratedType Channel(GeneratedType inner) => new($"chan {inner.Name}", (path, leaves) =>
    {
        (int capacity, int count) = (random.Next(1, 6), 0);
        count = random.Next(0, capacity + 1);
        leaves.Add(path, new($"chan {count} of {capacity}"));
        string sends = string.Concat(Enumerable.Range(0, count).Select(i => $"c <- {inner.Constant($"{path}[{i}]", leaves)}; "));
        return $"func() chan {inner.Name} {{ c := make(chan {inner.Name}, {capacity}); {sends}return c }}()";
    });

    // In an interface there is never another one.
    private static GeneratedType Any(GeneratedType inner) => inner.Name is "interface{}" or "error" ? inner : new("interface{}", (path, leaves) =>
        $"interface{{}}({inner.Constant($"{path}<{Qualified(inner.Name)}>", leaves)})");

    // Names of the program's own types have its package before them.
    private static string Qualified(string name) => System.Text.RegularExpressions.Regex.Replace(name, @"\bs(\d+)\b", "main.s$1")
        .Replace("interface{}", "interface {}", StringComparison.Ordinal);
}
