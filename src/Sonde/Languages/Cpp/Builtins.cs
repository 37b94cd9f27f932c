using System.Text;

namespace Sonde.Languages.Cpp;

/// <summary>How a literal of a built-in type is written.</summary>
internal enum LiteralForm : byte
{
    /// <summary><c>(type)value</c></summary>
    Cast,
    Plain,
    Suffixed,
    Bool,
    /// <summary><c>(type)[bits]</c></summary>
    Float,
    Void,
}

/// <summary>Built-in types: Itanium C++ ABI, 5.1.5.2.</summary>
internal static class Builtins
{
    private static readonly (string Code, string Name, LiteralForm Form, string Suffix)[] s_rows =
    [
        ("", "", LiteralForm.Cast, ""),
        ("a", "signed char", LiteralForm.Cast, ""), ("b", "bool", LiteralForm.Bool, ""), ("c", "char", LiteralForm.Cast, ""),
        ("d", "double", LiteralForm.Float, ""), ("e", "long double", LiteralForm.Float, ""), ("f", "float", LiteralForm.Float, ""),
        ("g", "__float128", LiteralForm.Float, ""), ("h", "unsigned char", LiteralForm.Cast, ""), ("i", "int", LiteralForm.Plain, ""),
        ("j", "unsigned int", LiteralForm.Suffixed, "u"), ("l", "long", LiteralForm.Suffixed, "l"),
        ("m", "unsigned long", LiteralForm.Suffixed, "ul"), ("n", "__int128", LiteralForm.Cast, ""),
        ("o", "unsigned __int128", LiteralForm.Cast, ""), ("s", "short", LiteralForm.Cast, ""), ("t", "unsigned short", LiteralForm.Cast, ""),
        ("v", "void", LiteralForm.Void, ""), ("w", "wchar_t", LiteralForm.Cast, ""), ("x", "long long", LiteralForm.Suffixed, "ll"),
        ("y", "unsigned long long", LiteralForm.Suffixed, "ull"), ("z", "...", LiteralForm.Cast, ""),
        ("Da", "auto", LiteralForm.Cast, ""), ("Dc", "decltype(auto)", LiteralForm.Cast, ""), ("Dd", "decimal64", LiteralForm.Cast, ""),
        ("De", "decimal128", LiteralForm.Cast, ""), ("Df", "decimal32", LiteralForm.Cast, ""), ("Dh", "half", LiteralForm.Float, ""),
        ("Di", "char32_t", LiteralForm.Cast, ""), ("Dn", "decltype(nullptr)", LiteralForm.Cast, ""), ("Ds", "char16_t", LiteralForm.Cast, ""),
        ("Du", "char8_t", LiteralForm.Cast, ""), ("DF16b", "std::bfloat16_t", LiteralForm.Float, ""),
    ];

    private static readonly byte[][] s_names = [.. s_rows.Select(row => Encoding.ASCII.GetBytes(row.Name))];
    private static readonly byte[][] s_suffixes = [.. s_rows.Select(row => Encoding.ASCII.GetBytes(row.Suffix))];
    private static readonly byte[] s_single = Index("", 'a');
    private static readonly byte[] s_extended = Index("D", 'a');

    public static readonly int NullPointer = Extended((byte)'n');
    public static readonly int Void = Single((byte)'v');
    public static readonly int Bfloat16 = Array.FindIndex(s_rows, row => row.Code == "DF16b");

    /// <summary>The type with this letter, 0 when there is none.</summary>
    public static int Single(byte letter) => letter is >= (byte)'a' and <= (byte)'z' ? s_single[letter - 'a'] : 0;

    /// <summary>The type with the code D + letter, 0 when there is none.</summary>
    public static int Extended(byte letter) => letter is >= (byte)'a' and <= (byte)'z' ? s_extended[letter - 'a'] : 0;

    public static ReadOnlySpan<byte> Name(int index) => s_names[index];

    public static ReadOnlySpan<byte> Suffix(int index) => s_suffixes[index];

    public static LiteralForm Form(int index) => s_rows[index].Form;

    private static byte[] Index(string prefix, char first)
    {
        byte[] index = new byte[26];
        for (int row = 1; row < s_rows.Length; row++)
        {
            string code = s_rows[row].Code;
            if (code.Length == prefix.Length + 1 && code.StartsWith(prefix, StringComparison.Ordinal))
                index[code[^1] - first] = (byte)row;
        }

        return index;
    }
}
