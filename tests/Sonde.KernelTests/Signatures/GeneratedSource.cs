using System.Globalization;
using System.Text;

namespace Sonde.KernelTests.Signatures;

/// <summary>
/// Makes programs of functions with random signatures that are called once each with known constants: what does not depend
/// on the language. Equal seeds give equal programs.
/// </summary>
internal abstract class GeneratedSource(int seed)
{
    /// <summary>Whence all that is random comes, in the order of the source.</summary>
    protected Random Random { get; } = new(seed);

    /// <summary>The declarations of the records.</summary>
    protected StringBuilder Types { get; } = new();

    /// <summary>Types with members.</summary>
    protected List<GeneratedType> Records { get; } = [];

    /// <summary>All others.</summary>
    protected List<GeneratedType> Scalars { get; } = [];

    /// <summary>The program: so many records, then so many functions.</summary>
    protected GeneratedProgram Program(int records, int functions)
    {
        for (int i = 0; i < records; i++)
            Records.Add(Record(i));
        var code = new StringBuilder();
        var calls = new StringBuilder();
        var signatures = new List<Signature>();
        for (int i = 0; i < functions; i++)
            signatures.Add(Function($"fn_{i}", code, calls));
        return new GeneratedProgram(Source(code, calls), signatures);
    }

    /// <summary>The whole text around the functions and the calls.</summary>
    protected abstract string Source(StringBuilder code, StringBuilder calls);

    /// <summary>Writes a function and its call.</summary>
    protected abstract Signature Function(string name, StringBuilder code, StringBuilder calls);

    /// <summary>Declares a record.</summary>
    protected abstract GeneratedType Record(int index);

    /// <summary>The type of a parameter or result: a record as one in three.</summary>
    protected virtual GeneratedType Any() => Random.Next(3) == 0 ? OneOf(Records) : OneOf(Scalars);

    /// <summary>One of several.</summary>
    protected GeneratedType OneOf(List<GeneratedType> types) => types[Random.Next(types.Count)];

    /// <summary>A truth value.</summary>
    protected GeneratedType Truth(string name, string yes = "true", string no = "false") => new(name, (path, leaves) =>
    {
        bool value = Random.Next(2) == 1;
        leaves.Add(path, new(value ? "true" : "false"));
        return value ? yes : no;
    });

    /// <summary>A text.</summary>
    protected GeneratedType Text(string name) => new(name, (path, leaves) =>
    {
        string text = $"text{Random.Next()}";
        leaves.Add(path, new($"\"{text}"));
        return $"\"{text}\"";
    });

    /// <summary>An integer of any value.</summary>
    protected GeneratedType Integer(string name, int bits, bool signed, Func<string, string> write) => new(name, (path, leaves) =>
    {
        long value = Random.NextInt64(long.MinValue, long.MaxValue) >> (64 - bits);
        string text = signed ? Plain(value) : Plain((ulong)value << (64 - bits) >> (64 - bits));
        leaves.Add(path, new(text));
        return write(text);
    });

    /// <summary>A floating-point number that both widths hold exactly.</summary>
    protected GeneratedType Float(string name, Func<double, string, string> write) => new(name, (path, leaves) =>
    {
        double value = Random.Next(-100_000, 100_000) / 64.0;
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        leaves.Add(path, new(text, Vector: true));
        return write(value, text);
    });

    /// <summary>A number as it is written anywhere.</summary>
    protected static string Plain(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
