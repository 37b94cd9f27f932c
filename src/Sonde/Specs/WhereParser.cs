using Sonde.Specs.Names;

namespace Sonde.Specs;

/// <summary>Reads KIND and WHERE, the part of a probe that has to live with function names of four languages.</summary>
internal sealed class WhereParser
{
    private const int MaxLine = 100_000_000;

    // What makes `x.c:init` a function of a file, where `type:.eq.T` is a name.
    private static readonly HashSet<string> SourceExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        "c", "cc", "cp", "cpp", "cxx", "c++", "cppm", "ixx", "h", "hh", "hpp", "hxx", "h++", "ipp", "inl", "inc", "tcc", "tpp", "ii",
        "go", "rs", "s", "asm", "m", "mm", "cu", "cuh", "y", "l", "f", "f90", "d", "zig", "swift", "nim",
    };

    private readonly string _text;
    private int _at;

    public WhereParser(string text, int start)
    {
        _text = text;
        _at = start;
    }

    /// <summary>One past WHERE, after <see cref="Parse"/>.</summary>
    public int End => _at;

    /// <summary>The kind before a single colon, or null. Moves past it.</summary>
    public ProbeKind? ParseKind()
    {
        SkipBlanks();
        (string Word, ProbeKind Kind)[] kinds =
            [("entry", ProbeKind.Entry), ("return", ProbeKind.Return), ("call", ProbeKind.Call), ("line", ProbeKind.Line)];
        foreach (var (word, kind) in kinds)
        {
            int colon = _at + word.Length;
            if (!Starts(_at, word) || CharAt(colon) != ':' || CharAt(colon + 1) == ':')
                continue;
            _at = colon + 1;
            return kind;
        }

        return null;
    }

    public Where Parse()
    {
        SkipBlanks();
        int start = _at;
        if (AtEnd || IsTerminator(_at))
            throw Error(_at, 1, "the probe names no function and no line", "write what to probe first: main.handle, 'Cart::add(int)', main.go:42");

        string? library = ParseLibrary();
        var where = ParsePlace(start);
        return library is null ? where : where switch
        {
            Where.FunctionLine f => f with { Library = library, Of = f.Of with { Library = library } },
            _ => where with { Library = library },
        };
    }

    /// <summary>True where, after white space, the part that follows WHERE begins.</summary>
    private bool IsTerminator(int at)
    {
        char c = CharAt(at);
        if (c is '{' or '"')
            return true;
        char next = CharAt(at + 2);
        return Starts(at, "if") && (at + 2 == _text.Length || char.IsWhiteSpace(next) || next == '(');
    }

    private bool IsEndOfWhere(int at)
    {
        if (at == _text.Length)
            return true;
        int next = at;
        while (next < _text.Length && char.IsWhiteSpace(_text[next]))
            next++;
        return next == _text.Length || (next > at && IsTerminator(next));
    }

    /// <summary>LIB before the first <c>!</c>, when what stands there can be a file: not <c>operator!</c>, not Rust's <c>!</c> type.</summary>
    private string? ParseLibrary()
    {
        if (CharAt(_at) == '`')
        {
            int after = _at;
            string quoted = ReadBackquoted(ref after);
            if (CharAt(after) != '!')
                return null;
            _at = after + 1;
            return CheckLibrary(quoted, after);
        }

        int bang = _at;
        while (bang < _text.Length && _text[bang] != '!' && !char.IsWhiteSpace(_text[bang]) && !"()[]<>{}:\"`'*&,".Contains(_text[bang]))
            bang++;
        var name = _text.AsSpan(_at, bang - _at);
        if (CharAt(bang) != '!' || name.IsEmpty || name[^1] == '/' || name.SequenceEqual("operator") || name.EndsWith(".operator"))
            return null;
        // Go's module cache writes capitals as `!c`: github.com/foo!bar@v1/x.go:42 is a path.
        if (!name.Contains(".so", StringComparison.Ordinal) && LooksLikeFileLine(bang + 1))
            return null;
        _at = bang + 1;
        return CheckLibrary(name.ToString(), bang);
    }

    private string CheckLibrary(string library, int bang)
    {
        if (library.Length == 0 || AtEnd || char.IsWhiteSpace(_text[_at]))
            throw Error(bang, 1, "'!' stands between a library and a function", "write LIB!FUNCTION, for example libc.so.6!malloc");
        return library;
    }

    private bool LooksLikeFileLine(int from)
    {
        var (_, end) = ScanName(from, tolerant: true);
        var rest = _text.AsSpan(from, end - from);
        int colon = rest.LastIndexOf(':');
        return rest.Contains('/') && colon > 0 && rest.IndexOf(':') == colon && IsLineNumber(rest[(colon + 1)..]);
    }

    private Where ParsePlace(int start)
    {
        if (CharAt(_at) == '`')
            return ParseQuotedPlace();
        if (CharAt(_at) == '/' && EndOfRegex() is { } slash)
        {
            string expression = _text[(_at + 1)..slash];
            if (expression.Length == 0)
                throw Error(_at, 2, "the regular expression is empty");
            NamePattern.CheckRegex(expression, message => Error(_at, slash + 1 - _at, message));
            _at = slash + 1;
            return new Where.Function(expression, PatternSyntax.Regex);
        }

        if (FileBeforeQuote() is { } colon)
        {
            string file = _text[_at..colon];
            _at = colon + 1;
            return ParseQuotedPlace() switch
            {
                Where.Function f => f with { File = file },
                Where.FunctionLine f => f with { Of = f.Of with { File = file } },
                _ => throw Error(_at, 1, "a place has one file"),
            };
        }

        int nameStart = _at;
        var (nameEnd, scanEnd) = ScanName(_at, tolerant: false);
        _at = scanEnd;
        if (nameEnd == nameStart)
            throw Error(start, 1, "the probe names no function and no line");
        return Classify(nameStart, nameEnd);
    }

    /// <summary>Where a name that begins here ends, without and with the white space before what follows.</summary>
    private (int NameEnd, int ScanEnd) ScanName(int start, bool tolerant)
    {
        var scanner = new NameScanner(_text, start);
        while (scanner.MoveNext())
        {
            // Of a run of blanks only the first is asked: all have the same thing behind them.
            if (scanner is { Depth: 0, IsBlank: true } && (scanner.Start == start || !char.IsWhiteSpace(_text[scanner.Start - 1])) && IsEndOfWhere(scanner.Start))
                return (scanner.Start, scanner.Start);
            if (scanner.Unit == NameUnit.Stray && !tolerant)
            {
                throw Error(scanner.Start, 1, $"nothing opens this '{scanner.Current}'",
                    "a name with unpaired brackets is written in backquotes");
            }
        }

        if (scanner.OpenCount > 0 && !tolerant)
        {
            throw Error(scanner.InnermostOpen, 1, $"this '{_text[scanner.InnermostOpen]}' is never closed",
                "a name with unpaired brackets is written in backquotes");
        }

        int end = _text.Length;
        while (end > start && char.IsWhiteSpace(_text[end - 1]))
            end--;
        return (end, _text.Length);
    }

    private Where Classify(int start, int end)
    {
        var name = _text.AsSpan(start, end - start);
        int colon = name.IndexOf(':');
        if (colon > 0 && colon == name.LastIndexOf(':'))
        {
            var file = name[..colon];
            var rest = name[(colon + 1)..];
            if (IsLineNumber(rest))
                return new Where.Line(file.ToString(), ParseLine(start + colon + 1, rest));
            if (rest is "*" && (IsSourceFile(file) || file.Contains('/')))
                return new Where.WholeFile(file.ToString());
        }

        string? ofFile = null;
        if (colon > 0 && colon + 1 < name.Length && name[colon + 1] != ':' && IsSourceFile(name[..colon]))
        {
            ofFile = name[..colon].ToString();
            start += colon + 1;
            name = name[(colon + 1)..];
        }

        int plus = OffsetSign(name);
        if (plus < 0)
            return FunctionOf(name) with { File = ofFile };
        int offset = ParseLine(start + plus + 1, name[(plus + 1)..], minimum: 0);
        return new Where.FunctionLine(FunctionOf(name[..plus]) with { File = ofFile }, offset);
    }

    /// <summary>The '+' of <c>function+N</c>, or -1; the symbol of <c>operator+</c> is part of the name.</summary>
    private static int OffsetSign(ReadOnlySpan<char> name)
    {
        int plus = name.LastIndexOf('+');
        if (plus <= 0 || !IsLineNumber(name[(plus + 1)..]))
            return -1;
        var scanner = new NameScanner(name);
        while (scanner.MoveNext())
        {
            if (scanner.End > plus)
                return scanner is { Unit: NameUnit.Text, Depth: 0 } ? plus : -1;
        }

        return -1;
    }

    private static Where.Function FunctionOf(ReadOnlySpan<char> name)
    {
        var glob = Glob.Compile(name);
        return glob.HasWildcard ? new(name.ToString(), PatternSyntax.Glob) : new(glob.Literal, PatternSyntax.Name);
    }

    private Where ParseQuotedPlace()
    {
        int open = _at;
        string name = ReadBackquoted(ref _at);
        if (name.Length == 0)
            throw Error(open, 2, "there is no name between the backquotes");
        var function = new Where.Function(name, PatternSyntax.Verbatim);
        if (IsEndOfWhere(_at))
            return function;

        int mark = _at;
        var (end, scanEnd) = ScanName(mark, tolerant: true);
        var rest = _text.AsSpan(mark, end - mark);
        _at = scanEnd;
        if (rest.Length > 1 && rest[0] == ':' && IsLineNumber(rest[1..]))
            return new Where.Line(name, ParseLine(mark + 1, rest[1..]));
        if (rest is ":*")
            return new Where.WholeFile(name);
        if (rest.Length > 1 && rest[0] == '+' && IsLineNumber(rest[1..]))
            return new Where.FunctionLine(function, ParseLine(mark + 1, rest[1..], minimum: 0));
        if (rest.Length > 1 && rest[0] == ':' && rest[1] != ':')
        {
            _at = mark + 1;
            return ParsePlace(_at) switch
            {
                Where.Function f when f.File is null => f with { File = name },
                Where.FunctionLine f when f.Of.File is null => f with { Of = f.Of with { File = name } },
                _ => throw Error(mark, 1, "a place has one file"),
            };
        }

        throw Error(mark, 1, "a name in backquotes ends at the second one", "a backquote inside the name is written twice");
    }

    private string ReadBackquoted(ref int at)
    {
        int open = at;
        var name = new System.Text.StringBuilder();
        for (at++; at < _text.Length; at++)
        {
            if (_text[at] == '`')
            {
                at++;
                if (CharAt(at) != '`')
                    return name.ToString();
            }

            name.Append(_text[at]);
        }

        throw Error(open, 1, "this backquote is never closed");
    }

    /// <summary>The slash that ends a regular expression: the first one with the end of WHERE behind it.</summary>
    private int? EndOfRegex()
    {
        for (int i = _at + 1; i < _text.Length; i++)
        {
            if (_text[i] == '\\')
                i++;
            else if (_text[i] == '/' && IsEndOfWhere(i + 1))
                return i;
        }

        return null;
    }

    /// <summary>The colon of FILE:`function`, or null.</summary>
    private int? FileBeforeQuote()
    {
        int colon = _at;
        while (colon < _text.Length && _text[colon] != ':' && !char.IsWhiteSpace(_text[colon]))
            colon++;
        return CharAt(colon + 1) == '`' && IsSourceFile(_text.AsSpan(_at, colon - _at)) ? colon : null;
    }

    private static bool IsSourceFile(ReadOnlySpan<char> path)
    {
        int dot = path.LastIndexOf('.');
        return dot > 0 && path[dot - 1] != '/' && SourceExtensions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(path[(dot + 1)..]);
    }

    private static bool IsLineNumber(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
                return false;
        }

        return text.Length > 0;
    }

    private int ParseLine(int at, ReadOnlySpan<char> digits, int minimum = 1)
    {
        if (!int.TryParse(digits, out int line) || line < minimum || line > MaxLine)
            throw Error(at, digits.Length, "there is no such line number", "lines count from 1");
        return line;
    }

    private bool AtEnd => _at >= _text.Length;

    private char CharAt(int at) => at < _text.Length ? _text[at] : '\0';

    private bool Starts(int at, string word) => string.CompareOrdinal(_text, at, word, 0, word.Length) == 0;

    private void SkipBlanks()
    {
        while (!AtEnd && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private ProbeSyntaxException Error(int at, int length, string message, string? hint = null) =>
        new(_text, new TextSpan(at, length), message, hint);
}
