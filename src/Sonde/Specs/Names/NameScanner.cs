namespace Sonde.Specs.Names;

/// <summary>What <see cref="NameScanner"/> stands on.</summary>
internal enum NameUnit
{
    Text,
    Open,
    Close,

    /// <summary>A closing bracket that nothing opened.</summary>
    Stray,

    /// <summary>The word <c>operator</c> with the symbol that belongs to it.</summary>
    Operator,
}

/// <summary>
/// Walks a function name of any language and knows how deep in brackets it is. Brackets are a matter of judgement in such names:
/// <c>operator&lt;</c>, <c>-&gt;</c> and <c>&lt;-</c> open and close nothing, and a <c>&lt;</c> that is a comparison inside parentheses is
/// forgotten when these close.
/// </summary>
internal ref struct NameScanner
{
    // Longest first: the first that fits is the operator's symbol. C++23 [over.oper].
    private static readonly string[] OperatorSymbols =
    [
        "<=>", "<<=", ">>=", "->*", "()", "[]", "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--",
        "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "\"\"", "<", ">", "+", "-", "*", "/", "%", "^", "&", "|", "~", "!", "=", ",",
    ];

    private readonly ReadOnlySpan<char> _text;
    private int[] _open = new int[16];
    private int _next;
    private int _notBraces;

    public NameScanner(ReadOnlySpan<char> text, int start = 0)
    {
        _text = text;
        _next = start;
    }

    /// <summary>First character of the current unit.</summary>
    public int Start { get; private set; }

    /// <summary>One past the current unit.</summary>
    public readonly int End => _next;

    public NameUnit Unit { get; private set; }

    /// <summary>How many brackets are open around the current unit; a bracket counts as outside itself.</summary>
    public int Depth { get; private set; }

    /// <summary>How many brackets are open after the current unit.</summary>
    public int OpenCount { get; private set; }

    /// <summary>Open brackets other than braces, around the current unit.</summary>
    public int DepthWithoutBraces { get; private set; }

    /// <summary>True behind the word <c>operator</c>.</summary>
    public bool AfterOperator { get; private set; }

    /// <summary>True in the type of a conversion operator, whose blanks separate no return type: <c>operator char const*</c>.</summary>
    public bool InConversionType { get; private set; }

    /// <summary>Where the innermost bracket that is still open stands.</summary>
    public readonly int InnermostOpen => _open[OpenCount - 1];

    public readonly bool IsBlank => Unit == NameUnit.Text && char.IsWhiteSpace(_text[Start]);

    public readonly char Current => _text[Start];

    public static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';

    /// <summary>The operator symbol at a place, or null.</summary>
    public static string? SymbolAt(ReadOnlySpan<char> text)
    {
        foreach (string symbol in OperatorSymbols)
        {
            if (text.StartsWith(symbol, StringComparison.Ordinal))
                return symbol;
        }

        return null;
    }

    public bool MoveNext()
    {
        if (_next >= _text.Length)
            return false;
        Start = _next;
        Depth = OpenCount;
        DepthWithoutBraces = _notBraces;
        Unit = NameUnit.Text;
        char c = _text[Start];
        char after = Start + 1 < _text.Length ? _text[Start + 1] : '\0';
        _next = Start + 1;
        switch (c)
        {
            case 'o' when IsOperatorWord():
                Unit = NameUnit.Operator;
                AfterOperator = true;
                _next = EndOfOperator();
                break;
            case '-' when after == '>':
                _next = Start + 2;
                break;
            case '<' when after == '-' && !(Start + 2 < _text.Length && char.IsAsciiDigit(_text[Start + 2])):
                _next = Start + 2; // a Go channel; Foo<-1> is a C++ template
                break;
            case '\'' when Depth > 0:
                _next = EndOfCharacter();
                break;
            case '(' or '[' or '{' or '<':
                InConversionType &= c != '(' || Depth > 0;
                Open();
                break;
            case ')' or ']' or '}' or '>':
                Close(c);
                break;
        }

        return true;
    }

    private void Open()
    {
        Unit = NameUnit.Open;
        if (OpenCount == _open.Length)
            Array.Resize(ref _open, _open.Length * 2);
        _open[OpenCount++] = Start;
        _notBraces += _text[Start] == '{' ? 0 : 1;
    }

    private void Close(char c)
    {
        char opener = c switch { ')' => '(', ']' => '[', '}' => '{', _ => '<' };
        if (c != '>')
        {
            while (OpenCount > 0 && _text[_open[OpenCount - 1]] == '<')
                Forget();
        }

        if (OpenCount > 0 && _text[_open[OpenCount - 1]] == opener)
        {
            Unit = NameUnit.Close;
            Forget();
        }
        else if (c != '>')
        {
            Unit = NameUnit.Stray;
        }

        Depth = OpenCount;
        DepthWithoutBraces = _notBraces;
    }

    private void Forget() => _notBraces -= _text[_open[--OpenCount]] == '{' ? 0 : 1;

    private readonly bool IsOperatorWord()
    {
        const string Word = "operator";
        if (!_text[Start..].StartsWith(Word, StringComparison.Ordinal) || (Start > 0 && IsWord(_text[Start - 1])))
            return false;
        int end = Start + Word.Length;
        if (end == _text.Length || IsWord(_text[end]))
            return false;
        int symbol = SkipBlanks(end);
        return symbol < _text.Length && (SymbolAt(_text[symbol..]) is not null || (symbol > end && IsWord(_text[symbol])));
    }

    private int EndOfOperator()
    {
        int word = Start + "operator".Length;
        int at = SkipBlanks(word);
        if (SymbolAt(_text[at..]) is not { } symbol)
        {
            InConversionType = !(_text[at..].StartsWith("new", StringComparison.Ordinal) || _text[at..].StartsWith("delete", StringComparison.Ordinal));
            return at;
        }

        int end = at + symbol.Length;
        if (symbol == "\"\"")
        {
            int suffix = SkipBlanks(end);
            return suffix < _text.Length && IsWord(_text[suffix]) ? suffix : end;
        }

        return end;
    }

    private readonly int SkipBlanks(int at)
    {
        while (at < _text.Length && char.IsWhiteSpace(_text[at]))
            at++;
        return at;
    }

    /// <summary>A character template argument, <c>Foo&lt;'('&gt;</c>; a lifetime or <c>'lambda'</c> is not one.</summary>
    private readonly int EndOfCharacter()
    {
        int at = Start + 1;
        if (at < _text.Length && _text[at] == '\\')
            at++;
        return at + 1 < _text.Length && _text[at + 1] == '\'' ? at + 2 : Start + 1;
    }
}
