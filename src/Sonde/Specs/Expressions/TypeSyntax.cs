using System.Text;
using Sonde.Specs.Names;

namespace Sonde.Specs.Expressions;

/// <summary>
/// A type as it was written, in any of the languages, blanks normalised: <c>*net/http.Request</c>, <c>[]byte</c>, <c>unsigned long</c>,
/// <c>Foo&lt;int,char&gt;*</c>, <c>&amp;mut T</c>. It is looked up when the probe is typed.
/// </summary>
/// <param name="Text">The text, as <see cref="Normalise"/> leaves it.</param>
internal sealed record TypeSyntax(string Text)
{
    // A cast is tried at each '('; this bounds what that can cost.
    private const int MaxLength = 4096;

    private static readonly HashSet<string> Qualifiers = new(StringComparer.Ordinal)
    {
        "const", "volatile", "struct", "class", "enum", "union", "mut", "dyn", "chan", "impl",
    };

    private static readonly HashSet<string> Builtins = new(StringComparer.Ordinal)
    {
        "unsigned", "signed", "long", "short", "int", "char", "double", "float", "bool", "_Bool", "__int128", "wchar_t", "char8_t", "char16_t", "char32_t",
        "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "float32", "float64", "byte", "rune", "string",
        "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64",
        "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "size_t", "ssize_t", "intptr_t", "uintptr_t", "ptrdiff_t",
    };

    private static readonly HashSet<string> Continued = new(StringComparer.Ordinal) { "unsigned", "signed", "long", "short" };

    /// <summary>True for <c>T*</c>: in parentheses this can only be a cast.</summary>
    public bool EndsInStar => Text[^1] == '*';

    /// <summary>True for <c>*T</c> and <c>&amp;T</c>: in parentheses this is a dereference, unless another parenthesis follows.</summary>
    public bool StartsAsOperator => Text[0] is '*' or '&';

    /// <summary>True when the text could be an operand as well: one name.</summary>
    public bool CouldBeExpression => !EndsInStar && !IsBuiltin;

    /// <summary>True for the types every language has, which no variable is named after.</summary>
    public bool IsBuiltin => Text.Split(' ').All(word => Builtins.Contains(word) || Qualifiers.Contains(word));

    /// <summary>Reads a type at a place, or returns null and leaves the place alone.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the type begins; moved past it.</param>
    /// <param name="withStars">False behind Rust's <c>as</c>, where a star multiplies.</param>
    public static TypeSyntax? TryRead(string text, ref int at, bool withStars = true)
    {
        var reader = new Reader(text, at, withStars);
        if (!reader.ReadType(0))
            return null;
        string typed = text[at..reader.At];
        at = reader.At;
        return new TypeSyntax(Normalise(typed));
    }

    /// <summary>Takes out every blank that does not stand between two words.</summary>
    public static string Normalise(string text)
    {
        var result = new StringBuilder(text.Length);
        bool blank = false;
        bool verbatim = false;
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c) && !verbatim)
            {
                blank = true;
                continue;
            }

            if (blank && result.Length > 0 && IsWordEdge(result[^1]) && IsWordEdge(c))
                result.Append(' ');
            blank = false;
            verbatim ^= c == '`';
            result.Append(c);
        }

        return result.ToString();
    }

    private static bool IsWordEdge(char c) => ExprLexer.IsNameStart(c) || char.IsDigit(c) || c == '`';

    private ref struct Reader(string text, int start, bool withStars)
    {
        public int At { get; private set; } = start;

        private readonly int _limit = Math.Min(text.Length, start + MaxLength);

        public bool ReadType(int depth)
        {
            if (depth > 32)
                return false;
            int mark = At;
            SkipBlanks();
            if (At == _limit)
                return false;
            bool read = text[At] switch
            {
                '*' or '&' => Advance() && ReadType(depth + 1),
                '[' => ReadBracketed(depth),
                _ => ReadNamed(depth),
            };
            if (!read)
                At = mark;
            return read;
        }

        private bool Advance()
        {
            At++;
            return true;
        }

        /// <summary>Go's <c>[]T</c> and <c>[4]T</c>, Rust's <c>[T]</c> and <c>[T; 4]</c>.</summary>
        private bool ReadBracketed(int depth)
        {
            if (!SkipBalanced())
                return false;
            int afterBracket = At;
            if (At < _limit && !char.IsWhiteSpace(text[At]) && (text[At] is '*' or '[' || ExprLexer.IsNameStart(text[At])) && ReadType(depth + 1))
                return true;
            At = afterBracket;
            return true;
        }

        private bool ReadNamed(int depth)
        {
            while (true)
            {
                SkipBlanks();
                int word = At;
                if (!ReadName())
                    return false;
                string name = text[word..At];
                if (name == "map" && At < _limit && text[At] == '[')
                    return SkipBalanced() && ReadType(depth + 1);
                if (name is "func" or "fn" && At < _limit && text[At] == '(')
                    return SkipBalanced();
                if (Qualifiers.Contains(name))
                {
                    SkipBlanks();
                    if (At < _limit && text[At] is '*' or '&' or '[')
                        return ReadType(depth + 1);
                    continue;
                }

                if (Continued.Contains(name) && ContinuesWithBuiltin())
                    continue;
                ReadSuffixes();
                return true;
            }
        }

        private bool ContinuesWithBuiltin()
        {
            int mark = At;
            SkipBlanks();
            int word = At;
            bool continues = At > mark && ReadName() && Builtins.Contains(text[word..At]);
            At = mark;
            return continues;
        }

        /// <summary>One name with its path, template arguments and all: <c>net/http.Header</c>, <c>std::map&lt;int, T&gt;::iterator</c>.</summary>
        private bool ReadName()
        {
            int first = At;
            while (At < _limit)
            {
                char c = text[At];
                char after = At + 1 < _limit ? text[At + 1] : '\0';
                if (c == '`')
                {
                    int close = text.IndexOf('`', At + 1, _limit - At - 1);
                    if (close < 0)
                        return false;
                    At = close + 1;
                }
                else if (ExprLexer.IsNameStart(c) || (char.IsDigit(c) && At > first))
                {
                    At++;
                }
                else if (c == ':' && after == ':')
                {
                    At += 2;
                }
                else if (At > first && c is '.' or '/' or '-' or '@' && (ExprLexer.IsNameStart(after) || (c != '-' && char.IsDigit(after))))
                {
                    At++;
                }
                else if (At > first && c is '<' or '[')
                {
                    if (text.AsSpan(first, At - first) is "map")
                        return true;
                    if (!SkipBalanced())
                        return At > first;
                }
                else
                {
                    break;
                }
            }

            return At > first;
        }

        private void ReadSuffixes()
        {
            while (true)
            {
                int mark = At;
                SkipBlanks();
                if (withStars && At < _limit && text[At] == '*')
                    At++;
                else if (At + 5 <= _limit && text.AsSpan(At, 5) is "const" && !(At + 5 < text.Length && NameScanner.IsWord(text[At + 5])))
                    At += 5;
                else
                {
                    At = mark;
                    return;
                }
            }
        }

        /// <summary>Moves past a bracket and its partner, or not at all.</summary>
        private bool SkipBalanced()
        {
            var scanner = new NameScanner(text.AsSpan(0, _limit), At);
            while (scanner.MoveNext())
            {
                if (scanner.OpenCount > 0)
                    continue;
                // A quoted text between brackets is a key, n["a]b"], and the bracket that was found may lie within it.
                bool closes = scanner.Unit == NameUnit.Close && !text.AsSpan(At, scanner.End - At).Contains('"');
                if (closes)
                    At = scanner.End;
                return closes;
            }

            return false;
        }

        private void SkipBlanks()
        {
            while (At < _limit && char.IsWhiteSpace(text[At]))
                At++;
        }
    }
}
