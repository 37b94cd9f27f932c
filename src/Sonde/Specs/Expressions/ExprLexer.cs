namespace Sonde.Specs.Expressions;

/// <summary>
/// Takes the pieces of an expression from a text, one at a time and only when asked, so that a message's closing brace or a probe's next
/// part is never read as if it belonged to the expression.
/// </summary>
internal sealed class ExprLexer
{
    // Longest first.
    private static readonly string[] Symbols = ["&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "->", "::", ".."];

    private int _at;

    public ExprLexer(string text, int start)
    {
        Text = text;
        _at = LastEnd = start;
    }

    public string Text { get; }

    /// <summary>One past what was last taken.</summary>
    public int LastEnd { get; private set; }

    public bool AtEnd => PeekStart() >= Text.Length;

    /// <summary>The place after white space; everything starts here.</summary>
    public int PeekStart()
    {
        while (_at < Text.Length && char.IsWhiteSpace(Text[_at]))
            _at++;
        return _at;
    }

    public char Peek() => PeekStart() < Text.Length ? Text[_at] : '\0';

    public bool PeekIs(char c) => !AtEnd && Text[_at] == c;

    /// <summary>The symbol here: one of the long ones, or a single character that is no letter, digit or quote.</summary>
    public string PeekSymbol()
    {
        if (AtEnd)
            return "";
        foreach (string symbol in Symbols)
        {
            if (string.CompareOrdinal(Text, _at, symbol, 0, symbol.Length) == 0)
                return symbol;
        }

        return IsNameStart(Text[_at]) || char.IsAsciiDigit(Text[_at]) ? "" : Text[_at].ToString();
    }

    /// <summary>The stretch of whatever stands here, for messages.</summary>
    public TextSpan PeekSpan()
    {
        int word = PeekWord().Length;
        return new TextSpan(PeekStart(), word > 0 ? word : Math.Max(1, PeekSymbol().Length));
    }

    /// <summary>The letters and digits of a name here, or nothing.</summary>
    public ReadOnlySpan<char> PeekWord()
    {
        int end = PeekStart();
        if (end >= Text.Length || !IsNameStart(Text[end]))
            return [];
        while (end < Text.Length && (IsNameStart(Text[end]) || char.IsDigit(Text[end])))
            end++;
        return Text.AsSpan(_at, end - _at);
    }

    public bool TryTake(string symbol)
    {
        if (PeekSymbol() != symbol)
            return false;
        Seek(_at + symbol.Length);
        return true;
    }

    public bool TryTakeWord(string word)
    {
        if (!PeekWord().SequenceEqual(word))
            return false;
        Seek(_at + word.Length);
        return true;
    }

    /// <summary><c>alias =</c>, but not the first half of <c>alias ==</c>.</summary>
    public string? TryTakeAlias()
    {
        int back = PeekStart();
        string word = PeekWord().ToString();
        if (word.Length == 0)
            return null;
        int last = LastEnd;
        Seek(back + word.Length);
        if (PeekSymbol() == "=")
        {
            Seek(_at + 1);
            return word;
        }

        Restore(back, last);
        return null;
    }

    /// <summary>Everything up to a character or the end, without the white space around it.</summary>
    public (TextSpan Span, string Text) TakeRun(char stop)
    {
        int start = PeekStart();
        int end = Text.IndexOf(stop, start);
        if (end < 0)
            end = Text.Length;
        Seek(end);
        return (TextSpan.Between(start, end), Text[start..end].Trim());
    }

    public void Seek(int at) => _at = LastEnd = at;

    /// <summary>Takes back that something was taken.</summary>
    public void Restore(int at, int lastEnd) => (_at, LastEnd) = (at, lastEnd);

    public ProbeSyntaxException Error(TextSpan where, string message, string? hint = null) => new(Text, where, message, hint);

    /// <summary>Letters of any script, <c>_</c>, and the middle dot of Go's names.</summary>
    public static bool IsNameStart(char c) => char.IsLetter(c) || c is '_' or '·' || char.IsSurrogate(c);
}
