namespace Sonde.Specs.Names;

/// <summary>
/// A C++ function name in its parts, as demanglers write them:
/// <c>return-type qualified::name&lt;arguments>(parameters) const [clone .cold]</c>.
/// </summary>
/// <param name="ReturnType">What stands before the name, or empty.</param>
/// <param name="QualifiedName">With template arguments, without parameters.</param>
/// <param name="Parameters">With parentheses, or null when there are none written.</param>
/// <param name="Qualifiers"><c>const</c>, <c>volatile</c>, <c>&amp;</c>, <c>&amp;&amp;</c> behind the parameters, or empty.</param>
/// <param name="Suffix"><c>[clone .cold]</c>, <c>.isra.0</c>, <c>@GLIBC_2.2.5</c>, or empty.</param>
internal readonly record struct FunctionName(string ReturnType, string QualifiedName, string? Parameters, string Qualifiers, string Suffix)
{
    private const int MaxNesting = 8;

    /// <summary>Splits a name; never fails, in doubt everything is the qualified name.</summary>
    public static FunctionName Split(string name) => Split(name, 0);

    private static FunctionName Split(string name, int nesting)
    {
        int nameStart = 0;
        int parameters = -1;
        int parametersEnd = -1;
        int declarator = -1;
        var scanner = new NameScanner(name);
        while (scanner.MoveNext())
        {
            if (scanner.Depth > 0)
                continue;
            int start = scanner.Start;
            if (scanner.IsBlank)
            {
                if (scanner.InConversionType)
                    continue;
                // `foo(int) const::{lambda()#1}` goes on after the blank; `foo(int) const` has ended before it.
                if (parametersEnd == start && EndOfQualifiers(name, start) is var after && after > start)
                {
                    if (!name.AsSpan(after).StartsWith("::"))
                        break;
                    parameters = parametersEnd = -1;
                    SkipTo(ref scanner, after);
                    continue;
                }

                if (parametersEnd == start || name.AsSpan(start + 1).StartsWith("[clone"))
                    break;
                // operator<< <char>, and `Foo <int>` as a person may write it
                if (start + 1 < name.Length && name[start + 1] is '<' or '(' && !IsDeclarator(name, start + 1) && start > nameStart)
                    continue;
                nameStart = start + 1;
                parameters = parametersEnd = -1;
            }
            else if (scanner is { Unit: NameUnit.Open, Current: '(' })
            {
                if (start == nameStart && IsDeclarator(name, start))
                    declarator = start;
                else if (!name.AsSpan(start).StartsWith("(anonymous") && start > nameStart)
                    parameters = start;
                parametersEnd = -1;
            }
            else if (scanner is { Unit: NameUnit.Close, Current: ')' } && parameters >= 0)
            {
                parametersEnd = scanner.End;
            }
            else if (scanner is { Unit: NameUnit.Text, Current: ':' } && parametersEnd == start)
            {
                parameters = parametersEnd = -1; // an enclosing function's
            }
        }

        if (declarator >= 0 && nesting < MaxNesting && scanner.OpenCount == 0)
            return FromDeclarator(name, declarator, nesting);
        if (parameters < 0 || parametersEnd < 0)
            return WithoutParameters(name, nameStart);
        int qualifiersEnd = EndOfQualifiers(name, parametersEnd);
        return new FunctionName(
            name[..nameStart].Trim(),
            name[nameStart..parameters].Trim(),
            name[parameters..parametersEnd],
            name[parametersEnd..qualifiersEnd].Trim(),
            name[qualifiersEnd..].Trim());
    }

    /// <summary>The name without what compilers and linkers append to copies of it: <c>.isra.0</c>, <c>.constprop.1</c>, <c>.lto_priv.0</c>, <c>.llvm.123</c>, <c>@@VERSION</c>.</summary>
    public static int EndOfSymbol(ReadOnlySpan<char> symbol)
    {
        int at = symbol.IndexOf('@');
        int end = at > 0 ? at : symbol.Length;
        int dot = symbol[..end].IndexOf('.');
        while (dot > 0)
        {
            var rest = symbol[(dot + 1)..end];
            if (rest.StartsWith("isra") || rest.StartsWith("constprop") || rest.StartsWith("part") || rest.StartsWith("cold") || rest.StartsWith("lto_priv")
                || rest.StartsWith("llvm.") || rest.StartsWith("localalias") || rest.StartsWith("clone") || rest.StartsWith("resume") || rest.StartsWith("destroy")
                || rest.StartsWith("__uniq.") || rest.StartsWith("warm") || (rest.Length > 0 && IsNumber(rest)))
                return dot;
            int next = rest.IndexOf('.');
            dot = next < 0 ? -1 : dot + 1 + next;
        }

        return end;
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static FunctionName WithoutParameters(string name, int nameStart)
    {
        int clone = name.IndexOf(" [clone", nameStart, StringComparison.Ordinal);
        int end = clone >= 0 ? clone : name.Length;
        return new FunctionName(name[..nameStart].Trim(), name[nameStart..end].Trim(), null, "", name[end..].Trim());
    }

    /// <summary>A function that returns a pointer to a function: <c>void (*pick(int))(char)</c>.</summary>
    private static FunctionName FromDeclarator(string name, int open, int nesting)
    {
        var scanner = new NameScanner(name, open);
        while (scanner.MoveNext() && scanner.OpenCount > 0)
        {
        }

        int start = open + 1;
        while (start < scanner.Start && name[start] is '*' or '&' or ' ')
            start++;
        var inner = Split(name[start..scanner.Start], nesting + 1);
        return inner with { ReturnType = string.Concat(name.AsSpan(0, open), "(*)", name.AsSpan(scanner.End)).Trim() };
    }

    private static bool IsDeclarator(string name, int open) => open + 1 < name.Length && name[open + 1] is '*' or '&';

    private static int EndOfQualifiers(string name, int at)
    {
        while (true)
        {
            int word = at;
            while (word < name.Length && name[word] == ' ')
                word++;
            int length = 0;
            foreach (string qualifier in (ReadOnlySpan<string>)["const", "volatile", "noexcept", "&&", "&"])
            {
                if (length == 0 && string.CompareOrdinal(name, word, qualifier, 0, qualifier.Length) == 0)
                    length = qualifier.Length;
            }

            if (length == 0)
                return at;
            at = word + length;
        }
    }

    private static void SkipTo(ref NameScanner scanner, int at)
    {
        while (scanner.End < at && scanner.MoveNext())
        {
        }
    }
}
