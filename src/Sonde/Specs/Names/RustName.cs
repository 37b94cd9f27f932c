using System.Text;

namespace Sonde.Specs.Names;

/// <summary>
/// Spellings of Rust names. Legacy symbols end in a hash (<c>::h0123456789abcdef</c>), v0 symbols carry crate disambiguators
/// (<c>core[c1f1a4ba060b9bfa]</c>); closures are <c>{{closure}}</c> in one and <c>{closure#0}</c> in the other.
/// </summary>
internal static class RustName
{
    private const int HashDigits = 16;

    /// <summary>The name without its legacy hash and v0 disambiguators.</summary>
    public static string WithoutHashes(string name)
    {
        int hash = name.Length - HashDigits - 3;
        if (hash > 0 && name.AsSpan(hash).StartsWith("::h") && IsHex(name.AsSpan(hash + 3)))
            name = name[..hash];
        int open = name.IndexOf('[');
        if (open < 0)
            return name;
        var result = new StringBuilder(name.Length);
        int copied = 0;
        for (; open >= 0; open = name.IndexOf('[', open + 1))
        {
            int close = open > 0 && NameScanner.IsWord(name[open - 1]) ? name.IndexOf(']', open, Math.Min(name.Length - open, HashDigits + 2)) : -1;
            if (close < open + 2 || !IsHex(name.AsSpan(open + 1, close - open - 1)))
                continue;
            result.Append(name, copied, open - copied);
            copied = close + 1;
        }

        return result.Append(name, copied, name.Length - copied).ToString();
    }

    /// <summary>Type and trait of <c>&lt;Type as Trait></c>, or null.</summary>
    public static (string Type, string Trait)? TraitImpl(string text)
    {
        if (text is not ['<', .., '>'])
            return null;
        var scanner = new NameScanner(text, 1);
        while (scanner.MoveNext())
        {
            if (scanner is { Depth: 0, IsBlank: true } && text.AsSpan(scanner.Start).StartsWith(" as "))
                return (text[1..scanner.Start], text[(scanner.Start + 4)..^1]);
        }

        return null;
    }

    /// <summary>One way to write type text: no blanks but those between words, no turbofish.</summary>
    public static string Canonical(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsWhiteSpace(text[i]))
            {
                result.Append(text[i]);
                continue;
            }

            while (i + 1 < text.Length && char.IsWhiteSpace(text[i + 1]))
                i++;
            bool words = result.Length > 0 && i + 1 < text.Length && IsTight(result[^1]) && IsTight(text[i + 1]);
            bool isAs = text[(i + 1)..].StartsWith("as ") || (result.Length > 3 && result[^1] == 's' && result[^2] == 'a' && result[^3] == ' ');
            if (words || isAs)
                result.Append(' ');
        }

        return result.Replace("::<", "<").ToString();
    }

    /// <summary>The number of a closure left out: <c>{closure#3}</c> is <c>{{closure}}</c>.</summary>
    public static string AnyClosure(string component) =>
        component.StartsWith("{closure#", StringComparison.Ordinal) && component[^1] == '}' ? "{{closure}}" : component;

    private static bool IsTight(char c) => NameScanner.IsWord(c) || c == '\'';

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }

        return true;
    }
}
