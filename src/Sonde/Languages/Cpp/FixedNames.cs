using System.Text;

namespace Sonde.Languages.Cpp;

/// <summary>The abbreviations of the standard library: Itanium C++ ABI, 5.1.8.</summary>
internal static class FixedNames
{
    private static readonly (char Code, string Short, string Full, string Class)[] s_rows =
    [
        ('t', "std", "std", ""),
        ('a', "std::allocator", "std::allocator", "allocator"),
        ('b', "std::basic_string", "std::basic_string", "basic_string"),
        ('s', "std::string", "std::basic_string<char, std::char_traits<char>, std::allocator<char> >", "basic_string"),
        ('i', "std::istream", "std::basic_istream<char, std::char_traits<char> >", "basic_istream"),
        ('o', "std::ostream", "std::basic_ostream<char, std::char_traits<char> >", "basic_ostream"),
        ('d', "std::iostream", "std::basic_iostream<char, std::char_traits<char> >", "basic_iostream"),
    ];

    // Three texts for each row: short, full, name of the class for its constructors and destructor.
    private static readonly byte[][] s_texts =
        [.. s_rows.SelectMany(row => new[] { row.Short, row.Full, row.Class }).Select(Encoding.ASCII.GetBytes), "(anonymous namespace)"u8.ToArray(), "string literal"u8.ToArray()];

    public const int Std = 0;
    public static readonly int AnonymousNamespace = s_texts.Length - 2;
    public static readonly int StringLiteral = s_texts.Length - 1;

    /// <summary>Index of the row's short text; the full one follows, then the class. -1 when there is none.</summary>
    public static int Find(byte code)
    {
        for (int row = 0; row < s_rows.Length; row++)
        {
            if (s_rows[row].Code == code)
                return row * 3;
        }

        return -1;
    }

    public static ReadOnlySpan<byte> Text(int index) => s_texts[index];
}
