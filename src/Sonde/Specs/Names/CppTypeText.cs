using System.Text;

namespace Sonde.Specs.Names;

/// <summary>
/// Writes C++ type text - parameter lists and template arguments - in one way, so that what a person types, what the debug info says and
/// what a demangler prints compare equal: no blanks, <c>const</c> behind its type, one spelling for each integer type, library types by
/// their short names, default template arguments and inline namespaces left out.
/// </summary>
internal ref struct CppTypeText
{
    private const int MaxNesting = 128;

    // Inline (versioning) namespaces of libstdc++, libc++ and the NDK.
    private static readonly HashSet<string> InlineNamespaces = new(StringComparer.Ordinal)
    {
        "__cxx11", "__cxx1998", "__1", "__2", "__ndk1", "__8", "_V2", "__debug", "__fs",
    };

    private static readonly HashSet<string> Elaborations = new(StringComparer.Ordinal) { "struct", "class", "enum", "union", "typename" };

    private static readonly HashSet<string> IntegerWords = new(StringComparer.Ordinal) { "unsigned", "signed", "long", "short", "int", "char", "__int128", "double" };

    // LP64 Linux.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["size_t"] = "unsigned long",
        ["std::size_t"] = "unsigned long",
        ["ssize_t"] = "long",
        ["ptrdiff_t"] = "long",
        ["std::ptrdiff_t"] = "long",
        ["uintptr_t"] = "unsigned long",
        ["intptr_t"] = "long",
        ["std::uintptr_t"] = "unsigned long",
        ["std::intptr_t"] = "long",
        ["uint8_t"] = "unsigned char",
        ["uint16_t"] = "unsigned short",
        ["uint32_t"] = "unsigned int",
        ["uint64_t"] = "unsigned long",
        ["int8_t"] = "signed char",
        ["int16_t"] = "short",
        ["int32_t"] = "int",
        ["int64_t"] = "long",
        ["std::uint8_t"] = "unsigned char",
        ["std::uint16_t"] = "unsigned short",
        ["std::uint32_t"] = "unsigned int",
        ["std::uint64_t"] = "unsigned long",
        ["std::int8_t"] = "signed char",
        ["std::int16_t"] = "short",
        ["std::int32_t"] = "int",
        ["std::int64_t"] = "long",
        ["std::nullptr_t"] = "decltype(nullptr)",
        ["std::basic_string<char>"] = "std::string",
        ["std::basic_string<wchar_t>"] = "std::wstring",
        ["std::basic_string_view<char>"] = "std::string_view",
        ["std::basic_string_view<wchar_t>"] = "std::wstring_view",
        ["std::basic_ostream<char>"] = "std::ostream",
        ["std::basic_istream<char>"] = "std::istream",
        ["std::basic_iostream<char>"] = "std::iostream",
        ["std::basic_ostringstream<char>"] = "std::ostringstream",
        ["std::basic_istringstream<char>"] = "std::istringstream",
        ["std::basic_stringstream<char>"] = "std::stringstream",
        ["std::basic_ios<char>"] = "std::ios",
        ["std::basic_ofstream<char>"] = "std::ofstream",
        ["std::basic_ifstream<char>"] = "std::ifstream",
        ["std::basic_fstream<char>"] = "std::fstream",
        ["std::basic_streambuf<char>"] = "std::streambuf",
        ["std::basic_filebuf<char>"] = "std::filebuf",
        ["std::basic_stringbuf<char>"] = "std::stringbuf",
    };

    // What the library supplies when it is not written.
    private static readonly string[] DefaultArguments =
        ["std::allocator<", "std::char_traits<", "std::less<", "std::hash<", "std::equal_to<", "std::default_delete<"];

    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private CppTypeText(ReadOnlySpan<char> text) => _text = text;

    public static bool IsInlineNamespace(string name) => InlineNamespaces.Contains(name);

    /// <summary>The canonical form of a parameter list, template argument list, or single type.</summary>
    public static string Canonical(ReadOnlySpan<char> text)
    {
        var reader = new CppTypeText(text);
        var result = new StringBuilder();
        while (reader._at < text.Length)
        {
            reader.AppendList(result, '\0', 0);
            if (reader._at < text.Length)
                Join(result, reader.Take()); // a bracket that nothing opened
        }

        return result.Replace("(void)", "()").ToString();
    }

    /// <summary>The library's short name for a class with its canonical template arguments: <c>std::basic_string&lt;char></c> is <c>std::string</c>.</summary>
    public static string ShortName(string qualified) => Aliases.GetValueOrDefault(qualified, qualified);

    /// <summary>Elements between commas up to a closing bracket or the end, which is not taken.</summary>
    private void AppendList(StringBuilder into, char close, int depth)
    {
        bool first = true;
        while (true)
        {
            var element = new StringBuilder();
            AppendElement(element, close, depth);
            string text = element.ToString();
            bool isDefault = close == '>' && !first && DefaultArguments.Any(text.StartsWith);
            if (!isDefault)
            {
                if (!first)
                    into.Append(',');
                into.Append(text);
            }

            first = false;
            if (Peek() is not ",")
                return;
            Take();
        }
    }

    private void AppendElement(StringBuilder into, char close, int depth)
    {
        string cv = "";
        bool hasType = false;
        while (true)
        {
            var token = Peek();
            if (token.IsEmpty || token is "," || IsClose(token, close))
                return;
            if (token is "const" or "volatile")
            {
                Take();
                if (hasType)
                    Join(into, token);
                else
                    cv = cv.Length == 0 ? token.ToString() : cv + " " + token.ToString();
                continue;
            }

            if (!hasType && (IsWord(token) || token is "::"))
            {
                Join(into, TakeName(depth));
                if (cv.Length > 0)
                    Join(into, cv);
                hasType = true;
                continue;
            }

            Take();
            Join(into, token);
            char closer = token switch { "(" => ')', "[" => ']', "{" => '}', "<" => '>', _ => '\0' };
            if (closer == '\0' || depth >= MaxNesting)
                continue;
            AppendList(into, closer, depth + 1);
            if (Peek() is { Length: 1 } end && end[0] == closer)
                into.Append(Take());
        }
    }

    private static bool IsClose(ReadOnlySpan<char> token, char close) =>
        token is ")" or "]" or "}" || (token is ">" && close == '>');

    /// <summary>A type's name with its template arguments: integer words in one order, a library type by its short name.</summary>
    private string TakeName(int depth)
    {
        if (IntegerWords.Contains(Peek().ToString()))
            return TakeInteger();
        var name = new StringBuilder();
        while (true)
        {
            var token = Peek();
            if (token is "::")
            {
                Take();
                if (name.Length > 0)
                    name.Append("::");
            }
            else if (IsWord(token) && (name.Length == 0 || name[^1] == ':'))
            {
                string word = Take().ToString();
                if (Elaborations.Contains(word) && IsWord(Peek()))
                    continue;
                if (InlineNamespaces.Contains(word) && Peek() is "::")
                    Take();
                else
                    name.Append(word);
            }
            else if (token is "<" && name.Length > 0 && name[^1] != ':' && depth < MaxNesting)
            {
                name.Append(Take());
                AppendList(name, '>', depth + 1);
                if (Peek() is ">")
                    name.Append(Take());
                string shorter = ShortName(name.ToString());
                name.Clear().Append(shorter);
            }
            else
            {
                return ShortName(name.ToString());
            }
        }
    }

    private string TakeInteger()
    {
        bool isUnsigned = false, isSigned = false;
        int longs = 0;
        string core = "int";
        while (IntegerWords.Contains(Peek().ToString()))
        {
            string word = Take().ToString();
            isUnsigned |= word == "unsigned";
            isSigned |= word == "signed";
            longs += word == "long" ? 1 : 0;
            if (word is "char" or "short" or "__int128" or "double")
                core = word;
        }

        if (longs > 0 && core == "int")
            core = longs == 1 ? "long" : "long long";
        else if (longs > 0)
            core = "long " + core;
        return isUnsigned ? "unsigned " + core : isSigned && core == "char" ? "signed char" : core;
    }

    private static bool IsWord(ReadOnlySpan<char> token) => token.Length > 0 && (NameScanner.IsWord(token[0]) || token[0] == '~');

    private static void Join(StringBuilder into, ReadOnlySpan<char> token)
    {
        if (into.Length > 0 && NameScanner.IsWord(into[^1]) && token.Length > 0 && NameScanner.IsWord(token[0]))
            into.Append(' ');
        into.Append(token);
    }

    private readonly ReadOnlySpan<char> Peek()
    {
        int at = SkipBlanks();
        return _text[at..EndOfToken(at)];
    }

    private ReadOnlySpan<char> Take()
    {
        int at = SkipBlanks();
        _at = EndOfToken(at);
        return _text[at.._at];
    }

    private readonly int SkipBlanks()
    {
        int at = _at;
        while (true)
        {
            while (at < _text.Length && char.IsWhiteSpace(_text[at]))
                at++;
            int close = at < _text.Length && _text[at..].StartsWith("[abi:") ? _text[at..].IndexOf(']') : -1;
            if (close < 0)
                return at;
            at += close + 1;
        }
    }

    private readonly int EndOfToken(int at)
    {
        if (at >= _text.Length)
            return at;
        if (_text[at..].StartsWith("::"))
            return at + 2;
        if (_text[at..].StartsWith("->"))
            return at + 2;
        int end = at;
        while (end < _text.Length && NameScanner.IsWord(_text[end]))
            end++;
        return end > at ? end : at + 1;
    }
}
