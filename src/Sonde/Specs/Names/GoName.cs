using System.Text;

namespace Sonde.Specs.Names;

/// <summary>
/// Spellings of Go names: <c>net/http.(*conn).serve</c>, <c>main.Map[go.shape.int]</c>, <c>main.(*Set[...]).Add</c>,
/// <c>gopkg.in/yaml%2ev2.Unmarshal</c> (cmd/internal/objabi.PathToPrefix).
/// </summary>
internal static class GoName
{
    /// <summary>The name with <c>%2e</c> and the like undone and without an ABI suffix.</summary>
    public static string Unescape(string name)
    {
        foreach (string abi in (ReadOnlySpan<string>)[".abi0", ".abiinternal"])
        {
            if (name.EndsWith(abi, StringComparison.Ordinal))
                name = name[..^abi.Length];
        }

        int percent = name.IndexOf('%');
        if (percent < 0)
            return name;
        var result = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '%' && i + 2 < name.Length && char.IsAsciiHexDigit(name[i + 1]) && char.IsAsciiHexDigit(name[i + 2]))
            {
                result.Append((char)Convert.ToInt32(name.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                result.Append(name[i]);
            }
        }

        return result.ToString();
    }

    /// <summary>Every type argument list replaced: by nothing, or by <c>[...]</c>.</summary>
    public static string ReplaceTypeArguments(string name, string with)
    {
        if (!name.Contains('['))
            return name;
        var result = new StringBuilder(name.Length);
        int depth = 0;
        foreach (char c in name)
        {
            if (c == ']' && depth > 0 && --depth == 0)
                result.Append(with);
            else if (c == '[' && depth++ == 0)
                continue;
            else if (depth == 0)
                result.Append(c);
        }

        return result.ToString();
    }

    /// <summary>Type arguments without the <c>go.shape.</c> of shared instances.</summary>
    public static string WithoutShapes(string name) => name.Replace("go.shape.", "", StringComparison.Ordinal);

    /// <summary>The name without the directories of its package: <c>http.(*conn).serve</c>.</summary>
    public static string ShortPackage(string name)
    {
        int end = name.AsSpan().IndexOfAny('(', '[');
        int slash = name.LastIndexOf('/', end < 0 ? name.Length - 1 : end);
        return slash < 0 ? name : name[(slash + 1)..];
    }

    /// <summary>A method of a pointer written without the pointer: <c>main.Store.Get</c> for <c>main.(*Store).Get</c>.</summary>
    public static string WithoutReceiverPointer(string name)
    {
        int open = name.IndexOf("(*", StringComparison.Ordinal);
        int close = open < 0 ? -1 : name.IndexOf(')', open);
        return close < 0 ? name : string.Concat(name.AsSpan(0, open), name.AsSpan(open + 2, close - open - 2), name.AsSpan(close + 1));
    }
}
