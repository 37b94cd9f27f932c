using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sonde.Specs.Expressions;

/// <summary>Writes an expression in its canonical form, which reads back as an equal expression.</summary>
internal static class ExprPrinter
{
    public static string Print(Expr e)
    {
        var text = new StringBuilder();
        Append(text, e);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Expr e)
    {
        switch (e)
        {
            case NameExpr n:
                AppendQualified(text, n.Name);
                break;
            case VariableExpr v:
                text.Append(Variables.NameOf(v));
                break;
            case RegisterExpr register:
                text.Append("$reg.").Append(register.Register);
                break;
            case IntegerLiteral i:
                text.Append(i.Value).Append(Suffix(i.Suffix));
                break;
            case FloatLiteral f:
                AppendFloat(text, f);
                break;
            case DurationLiteral d:
                text.Append(d.Nanoseconds).Append("ns");
                break;
            case CharLiteral c:
                AppendChar(text, c.CodePoint);
                break;
            case StringLiteral s:
                AppendString(text, s.Utf8.Span);
                break;
            case BoolLiteral b:
                text.Append(b.Value ? "true" : "false");
                break;
            case NullLiteral n:
                text.Append(n.Spelling);
                break;
            case UnaryExpr u:
                text.Append(Operators.Symbol(u.Operator));
                AppendGrouped(text, u.Operand, u.Operand is UnaryExpr or CastExpr or BinaryExpr or IsExpr);
                break;
            case BinaryExpr b:
                AppendGrouped(text, b.Left, b.Left is BinaryExpr l ? !Operators.BindsOnLeft(b.Operator, l.Operator) : IsLooser(b.Left, b.Operator));
                text.Append(' ').Append(Operators.Symbol(b.Operator)).Append(' ');
                AppendGrouped(text, b.Right, b.Right is BinaryExpr r ? !Operators.BindsOnRight(b.Operator, r.Operator) : IsLooser(b.Right, b.Operator));
                break;
            case MemberExpr m:
                AppendTarget(text, m.Target);
                text.Append('.');
                AppendName(text, m.Name, isMember: true);
                break;
            case IndexExpr i:
                AppendTarget(text, i.Target);
                text.Append('[');
                Append(text, i.Index);
                text.Append(']');
                break;
            case SliceExpr s:
                AppendSlice(text, s);
                break;
            case CallExpr c:
                AppendCall(text, c);
                break;
            case IsExpr i:
                AppendGrouped(text, i.Operand, i.Operand is IsExpr || (i.Operand is BinaryExpr b2 && Operators.Level(b2.Operator) <= Operators.ComparisonLevel));
                text.Append(" is ").Append(i.Type.Text);
                break;
            case CastExpr c:
                // (T)(int) - 1 would read as (T)((int)-1).
                text.Append('(').Append(c.Type.Text).Append(")(");
                AppendGrouped(text, c.Operand, c.Operand is NameExpr n2 && new TypeSyntax(n2.Name).IsBuiltin);
                text.Append(')');
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static bool IsLooser(Expr operand, BinaryOperator op) => operand is IsExpr && Operators.Level(op) >= Operators.ComparisonLevel;

    private static void AppendTarget(StringBuilder text, Expr target) =>
        AppendGrouped(text, target, target is UnaryExpr or BinaryExpr or CastExpr or IsExpr or IntegerLiteral or FloatLiteral or DurationLiteral);

    private static void AppendGrouped(StringBuilder text, Expr e, bool inParentheses)
    {
        if (inParentheses)
            text.Append('(');
        Append(text, e);
        if (inParentheses)
            text.Append(')');
    }

    private static void AppendSlice(StringBuilder text, SliceExpr s)
    {
        AppendTarget(text, s.Target);
        text.Append('[');
        if (s.Low is not null)
            Append(text, s.Low);
        text.Append(s.Low is null && s.High is null ? ":" : " : ");
        if (s.High is not null)
            Append(text, s.High);
        text.Append(']');
    }

    private static void AppendCall(StringBuilder text, CallExpr c)
    {
        text.Append(ExprParser.NameOf(c.Function)).Append('(');
        for (int i = 0; i < c.Arguments.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            Append(text, c.Arguments[i]);
        }

        text.Append(')');
    }

    private static void AppendQualified(StringBuilder text, string name)
    {
        string[] parts = name.Split("::");
        bool plain = true;
        for (int i = 0; i < parts.Length; i++)
            plain &= (i == 0 && parts.Length > 1 && parts[0].Length == 0) || IsPlain(parts[i], isMember: i > 0);
        if (plain)
            text.Append(name);
        else
            AppendName(text, name, isMember: false);
    }

    private static void AppendName(StringBuilder text, string name, bool isMember)
    {
        if (IsPlain(name, isMember) || (isMember && name.All(char.IsAsciiDigit)))
            text.Append(name);
        else
            text.Append('`').Append(name.Replace("`", "``", StringComparison.Ordinal)).Append('`');
    }

    private static bool IsPlain(string name, bool isMember)
    {
        int hash = name.IndexOf('#');
        var word = hash < 0 ? name : name[..hash];
        var lexer = new ExprLexer(word, 0);
        bool isNumber = hash < 0 || (hash + 1 < name.Length && name[(hash + 1)..].All(char.IsAsciiDigit));
        return word.Length > 0 && lexer.PeekWord().Length == word.Length && isNumber && (isMember || !ExprParser.IsReserved(word));
    }

    private static void AppendFloat(StringBuilder text, FloatLiteral f)
    {
        string digits = f.Value.ToString("R", CultureInfo.InvariantCulture);
        text.Append(digits);
        if (!digits.Contains('.') && !digits.Contains('E'))
            text.Append(".0");
        text.Append(Suffix(f.Suffix));
    }

    private static string Suffix(NumericSuffix suffix) =>
        suffix == NumericSuffix.None ? "" : suffix.ToString().ToLowerInvariant();

    private static void AppendChar(StringBuilder text, int codePoint)
    {
        text.Append('\'');
        if (codePoint is '\'' or '\\')
            text.Append('\\').Append((char)codePoint);
        else if (Rune.IsValid(codePoint) && IsVisible(new Rune(codePoint)))
            text.Append(new Rune(codePoint).ToString());
        else
            text.Append(CultureInfo.InvariantCulture, $"\\u{{{codePoint:x}}}");
        text.Append('\'');
    }

    private static void AppendString(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        text.Append('"');
        while (!bytes.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out var rune, out int used) == System.Buffers.OperationStatus.Done;
            if (valid && rune.Value is '"' or '\\')
                text.Append('\\').Append((char)rune.Value);
            else if (valid && IsVisible(rune))
                text.Append(rune.ToString());
            else
                AppendBytes(text, bytes[..used]);
            bytes = bytes[used..];
        }

        text.Append('"');
    }

    private static void AppendBytes(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
            text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
    }

    private static bool IsVisible(Rune rune) => rune.Value == ' ' || !(Rune.IsControl(rune) || Rune.IsWhiteSpace(rune));
}
