using System.Text;

namespace Sonde.Specs.Names;

/// <summary>
/// A name with wildcards: <c>*</c> stands for any run of characters, unless it is inside <c>() [] &lt;&gt;</c>, follows the word
/// <c>operator</c>, or is written <c>\*</c>. Matching takes the earliest place for each literal part and never goes back.
/// </summary>
internal sealed class Glob
{
    private readonly string[] _parts;

    private Glob(string[] parts) => _parts = parts;

    public bool HasWildcard => _parts.Length > 1;

    /// <summary>The name meant when there is no wildcard.</summary>
    public string Literal => _parts[0];

    /// <summary>The literal parts between the wildcards.</summary>
    public ReadOnlySpan<string> Parts => _parts;

    public static Glob Compile(ReadOnlySpan<char> pattern)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var scanner = new NameScanner(pattern);
        while (scanner.MoveNext())
        {
            if (scanner.Unit == NameUnit.Text && scanner.Current == '\\' && scanner.End < pattern.Length && pattern[scanner.End] == '*')
            {
                scanner.MoveNext();
                part.Append('*');
            }
            else if (scanner is { Unit: NameUnit.Text, Current: '*', DepthWithoutBraces: 0, AfterOperator: false })
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(pattern[scanner.Start..scanner.End]);
            }
        }

        parts.Add(part.ToString());
        return new Glob([.. parts]);
    }

    /// <summary>The same wildcards with each literal part changed.</summary>
    public Glob Select(Func<string, string> change) => new([.. _parts.Select(change)]);

    public bool IsMatch(ReadOnlySpan<char> name)
    {
        if (!HasWildcard)
            return name.SequenceEqual(_parts[0]);
        if (!name.StartsWith(_parts[0], StringComparison.Ordinal))
            return false;
        name = name[_parts[0].Length..];
        for (int i = 1; i < _parts.Length - 1; i++)
        {
            int at = name.IndexOf(_parts[i], StringComparison.Ordinal);
            if (at < 0)
                return false;
            name = name[(at + _parts[i].Length)..];
        }

        return name.EndsWith(_parts[^1], StringComparison.Ordinal);
    }
}
