using System.Text;
using Sonde.Specs.Expressions;

namespace Sonde.Specs;

/// <summary>Reads messages. Between braces stands an expression with its own quotes; <c>{{</c> and <c>}}</c> are braces.</summary>
internal static class TemplateParser
{
    private const int MaxValues = 64;

    /// <summary>Reads a message that is the whole text, where a quote and a backslash mean themselves.</summary>
    public static Template Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (parts, _) = ParseParts(text, 0, quoted: false);
        return new Template(text, parts);
    }

    /// <summary>Reads a message between double quotes, at the lexer's place.</summary>
    public static Template ParseQuoted(string text, ExprLexer lexer)
    {
        int open = lexer.PeekStart();
        var (parts, end) = ParseParts(text, open + 1, quoted: true);
        lexer.Seek(end + 1);
        return new Template(text[(open + 1)..end], parts);
    }

    private static (List<TemplatePart> Parts, int End) ParseParts(string text, int at, bool quoted)
    {
        int open = at - 1;
        var parts = new List<TemplatePart>();
        var literal = new StringBuilder();
        while (at < text.Length && !(quoted && text[at] == '"'))
        {
            char c = text[at];
            bool twice = at + 1 < text.Length && text[at + 1] == c;
            if (c is '{' or '}' && twice)
            {
                literal.Append(c);
                at += 2;
            }
            else if (c == '}')
            {
                throw new ProbeSyntaxException(text, new TextSpan(at, 1), "nothing opens this '}'", "a brace in a message is written twice: }}");
            }
            else if (c == '{')
            {
                FlushLiteral(parts, literal);
                parts.Add(ParseValue(text, ref at));
                if (parts.Count > 2 * MaxValues)
                    throw new ProbeSyntaxException(text, new TextSpan(at, 1), $"a message has at most {MaxValues} values");
            }
            else if (c == '\\' && quoted)
            {
                Escapes.Read(text, ref at, literal);
            }
            else
            {
                literal.Append(c);
                at++;
            }
        }

        if (quoted && at >= text.Length)
            throw new ProbeSyntaxException(text, new TextSpan(open, 1), "this message is never closed by '\"'");
        FlushLiteral(parts, literal);
        return (parts, at);
    }

    private static void FlushLiteral(List<TemplatePart> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
            parts.Add(new TemplatePart.Literal(literal.ToString()));
        literal.Clear();
    }

    private static TemplatePart.Value ParseValue(string text, ref int at)
    {
        int open = at;
        var lexer = new ExprLexer(text, at + 1);
        if (lexer.PeekIs('}'))
            throw new ProbeSyntaxException(text, new TextSpan(open, 2), "there is no expression between the braces", "a brace in a message is written twice: {{");
        if (lexer.PeekIs('\\'))
            throw new ProbeSyntaxException(text, lexer.PeekSpan(), "a quote between braces needs no backslash");
        int start = lexer.PeekStart();
        var e = ExprParser.Parse(lexer);
        string typed = text[start..lexer.LastEnd];
        var format = TemplateFormat.Default;
        if (lexer.TryTake(":"))
            format = ParseFormat(text, lexer);
        if (!lexer.PeekIs('}'))
        {
            throw new ProbeSyntaxException(text, lexer.AtEnd ? new TextSpan(open, 1) : lexer.PeekSpan(),
                lexer.AtEnd ? "this brace is never closed" : "expected '}' or ':' with a format here",
                "a brace in a message is written twice: {{");
        }

        at = lexer.PeekStart() + 1;
        return new TemplatePart.Value(e, typed, format);
    }

    private static TemplateFormat ParseFormat(string text, ExprLexer lexer)
    {
        var (span, format) = lexer.TakeRun('}');
        return format switch
        {
            "q" => TemplateFormat.Quoted,
            "x" => TemplateFormat.Hex,
            "r" => TemplateFormat.Raw,
            "p" => TemplateFormat.Pretty,
            _ => throw new ProbeSyntaxException(text, span, format.Length == 0 ? "there is no format after ':'" : $"'{format}' is no format",
                "the formats are q (quoted), x (hexadecimal), r (raw) and p (pretty)"),
        };
    }
}
