using Sonde.Specs.Expressions;

namespace Sonde.Specs;

/// <summary>Reads a probe: <c>[KIND:]WHERE [{CAPTURE, …}] ["template"] [if EXPR]</c> (docs/probe-language.md).</summary>
internal static class SpecParser
{
    /// <summary>Demangled C++ names reach tens of thousands of characters; nobody writes a longer probe.</summary>
    public const int MaxText = 256 * 1024;

    private const int MaxCaptures = 64;
    private const string Order = "a probe is [KIND:]WHERE { captures } \"message\" if condition, in this order";

    public static ProbeSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxText)
            throw new ProbeSyntaxException(text[..80], new TextSpan(80, 1), $"a probe of {text.Length} characters is too long");

        var place = new WhereParser(text, 0);
        var kind = place.ParseKind();
        var where = place.Parse();
        var lexer = new ExprLexer(text, place.End);

        List<Capture> captures = [];
        if (lexer.TryTake("{"))
            captures = ParseCaptures(text, lexer);
        Template? template = null;
        if (lexer.PeekIs('"'))
            template = TemplateParser.ParseQuoted(text, lexer);
        Expr? condition = null;
        string? conditionText = null;
        if (lexer.TryTakeWord("if"))
        {
            int start = lexer.PeekStart();
            condition = ExprParser.Parse(lexer);
            conditionText = text[start..lexer.LastEnd];
        }

        if (!lexer.AtEnd)
            throw lexer.Error(lexer.PeekSpan(), condition is null ? "something is left over here" : "the condition ends here", Order);
        return new ProbeSpec
        {
            Text = text.Trim(),
            Kind = KindFor(text, kind, where),
            KindIsExplicit = kind is not null,
            Where = where,
            Captures = captures,
            Template = template,
            Condition = condition,
            ConditionText = conditionText,
        };
    }

    /// <summary>Reads one expression that is the whole text.</summary>
    public static Expr ParseExpression(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lexer = new ExprLexer(text, 0);
        var e = ExprParser.Parse(lexer);
        return lexer.AtEnd ? e : throw lexer.Error(lexer.PeekSpan(), "the expression ends here");
    }

    /// <summary>Reads <c>[alias =] expr</c> that is the whole text.</summary>
    public static Capture ParseCapture(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lexer = new ExprLexer(text, 0);
        var capture = ParseCapture(text, lexer);
        return lexer.AtEnd ? capture : throw lexer.Error(lexer.PeekSpan(), "the expression ends here");
    }

    /// <summary>Reads <c>[KIND:]WHERE</c> that is the whole text.</summary>
    public static (ProbeKind Kind, bool IsExplicit, Where Where) ParseWhere(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var place = new WhereParser(text, 0);
        var kind = place.ParseKind();
        var where = place.Parse();
        var lexer = new ExprLexer(text, place.End);
        if (!lexer.AtEnd)
            throw lexer.Error(lexer.PeekSpan(), "only a place stands here", "captures, message and condition have keys of their own");
        return (KindFor(text, kind, where), kind is not null, where);
    }

    private static ProbeKind KindFor(string text, ProbeKind? kind, Where where)
    {
        bool isFunction = where is Where.Function;
        if (kind == ProbeKind.Line && isFunction)
        {
            throw new ProbeSyntaxException(text, new TextSpan(0, text.IndexOf(':') + 1), "a line probe needs a line",
                "write main.go:42, or main.handle+3 for the third line below the first of main.handle");
        }

        if (kind is not null and not ProbeKind.Line && !isFunction)
        {
            throw new ProbeSyntaxException(text, new TextSpan(0, text.IndexOf(':') + 1),
                $"'{text[..text.IndexOf(':')].Trim()}' needs a function, and this is a line", "leave the kind out for a line");
        }

        return kind ?? (isFunction ? ProbeKind.Entry : ProbeKind.Line);
    }

    private static List<Capture> ParseCaptures(string text, ExprLexer lexer)
    {
        var captures = new List<Capture>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        const string Verbatim = "if the brace is part of the function's name, put the name in backquotes";
        if (lexer.PeekIs('}'))
            throw lexer.Error(lexer.PeekSpan(), "the list of captures is empty", Verbatim);
        do
        {
            int start = lexer.PeekStart();
            var capture = ParseCapture(text, lexer);
            captures.Add(capture);
            if (!keys.Add(capture.Key))
                throw lexer.Error(TextSpan.Between(start, lexer.LastEnd), $"'{capture.Key}' is captured twice", "give one of them a name: n=…");
            if (captures.Count > MaxCaptures)
                throw lexer.Error(TextSpan.Between(start, lexer.LastEnd), $"a probe has at most {MaxCaptures} captures");
        }
        while (lexer.TryTake(","));
        if (!lexer.TryTake("}"))
            throw lexer.Error(lexer.PeekSpan(), lexer.AtEnd ? "the list of captures is not closed by '}'" : "expected ',' or '}' here", lexer.AtEnd ? null : Verbatim);
        return captures;
    }

    private static Capture ParseCapture(string text, ExprLexer lexer)
    {
        string? alias = lexer.TryTakeAlias();
        int start = lexer.PeekStart();
        var e = ExprParser.Parse(lexer);
        return new Capture(alias, text[start..lexer.LastEnd], e);
    }
}
