using System.Text;

namespace Sonde.Tests.Bytecode;

/// <summary>An expression as text, and what it must come to; null is "has no value".</summary>
internal sealed record NumberTerm(string Text, uint Size, bool Signed, bool IsLiteral, Int128? Value);

/// <summary>A condition as text, and what it must come to; null is "has no value".</summary>
internal sealed record TruthTerm(string Text, bool? Value);

/// <summary>
/// Random expressions with their values, worked out as the language defines them and not as the kernel computes them: whole
/// numbers without bounds, wrapped to the type at the end.
/// </summary>
internal sealed class RandomTerms(Random random, RandomState state)
{
    /// <summary>A random condition.</summary>
    public TruthTerm Truth(int depth)
    {
        int kind = depth <= 0 ? random.Next(3) : random.Next(8);
        switch (kind)
        {
            case 0:
                return Comparison(Number(depth - 1), Number(depth - 1));
            case 1:
                return Texts();
            case 2:
                return Floats();
            case 3 or 4:
                (TruthTerm a, TruthTerm b) = (Truth(depth - 1), Truth(depth - 1));
                return new TruthTerm($"({a.Text} && {b.Text})", a.Value is not true ? a.Value : b.Value);
            case 5 or 6:
                (a, b) = (Truth(depth - 1), Truth(depth - 1));
                return new TruthTerm($"({a.Text} || {b.Text})", a.Value is not false ? a.Value : b.Value);
            default:
                a = Truth(depth - 1);
                return new TruthTerm($"!({a.Text})", !a.Value);
        }
    }

    private NumberTerm Number(int depth)
    {
        int kind = depth <= 0 ? random.Next(4) : random.Next(12);
        switch (kind)
        {
            case 0:
                int literal = random.Next(101);
                return new NumberTerm(literal.ToString(), 8, true, true, literal);
            case 1 or 2:
                RandomField field = state.Numbers[random.Next(state.Numbers.Count)];
                return new NumberTerm($"s.{field.Name}", field.Size, field.Signed, false, field.Value);
            case 3:
                return Element(depth);
            case 4:
                (string text, byte[] bytes) = Text();
                return new NumberTerm($"len({text})", 8, true, false, bytes.Length);
            case 5:
                NumberTerm inner = Field(depth);
                bool negate = random.Next(2) == 0;
                return inner with { Text = $"({(negate ? '-' : '~')}{inner.Text})", Value = inner.Value is { } v ? Wrap(negate ? -v : ~v, inner.Size, inner.Signed) : null };
            case 6:
                return Cast(Field(depth));
            default:
                return Arithmetic(Field(depth), Number(depth - 1));
        }
    }

    // Something with a type of its own: two literals are folded when the probe is read.
    private NumberTerm Field(int depth)
    {
        NumberTerm term = Number(depth - 1);
        return term.IsLiteral ? Field(depth) : term;
    }

    private NumberTerm Element(int depth)
    {
        NumberTerm index = depth > 0 && random.Next(3) == 0 ? Field(depth) : new NumberTerm(random.Next(7).ToString(), 8, true, true, null);
        Int128? at = index.IsLiteral ? Int128.Parse(index.Text) : index.Value;
        return new NumberTerm($"s.items[{index.Text}]", 4, true, false, at is { } i && i >= 0 && i < state.Items.Length ? state.Items[(int)i] : null);
    }

    private NumberTerm Cast(NumberTerm inner)
    {
        (string name, uint size, bool signed) = random.Next(5) switch
        {
            0 => ("int8", 1u, true),
            1 => ("uint16", 2u, false),
            2 => ("int32", 4u, true),
            3 => ("uint64", 8u, false),
            _ => ("int64", 8u, true),
        };
        return new NumberTerm($"({name})({inner.Text})", size, signed, false, inner.Value is { } v ? Wrap(v, size, signed) : null);
    }

    private NumberTerm Arithmetic(NumberTerm left, NumberTerm right)
    {
        string symbol = ((string[])["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"])[random.Next(10)];
        bool shift = symbol is "<<" or ">>";
        NumberTerm type = right.IsLiteral || shift || left.Size > right.Size || (left.Size == right.Size && !left.Signed) ? left : right;

        // Division by the literal 0 is refused when the probe is read.
        if (symbol is "/" or "%" && right is { IsLiteral: true, Value: { } zero } && zero == 0)
            symbol = "+";
        Int128? value = null;
        if (left.Value is { } l && right.Value is { } r)
        {
            l = Wrap(l, type.Size, type.Signed);
            if (!shift)
                r = Wrap(r, type.Size, type.Signed);
            else if (r < 0)
                r = 64; // as unsigned it is large
            value = symbol switch
            {
                "+" => l + r,
                "-" => l - r,
                "*" => unchecked(l * r),
                "/" => r == 0 ? null : l / r,
                "%" => r == 0 ? null : l % r,
                "&" => l & r,
                "|" => l | r,
                "^" => l ^ r,
                "<<" => r >= 64 ? 0 : l << (int)r,
                _ => r >= 64 ? (l < 0 ? -1 : 0) : l >> (int)r,
            };
        }

        return new NumberTerm($"({left.Text} {symbol} {right.Text})", type.Size, type.Signed, false, value is { } v ? Wrap(v, type.Size, type.Signed) : null);
    }

    private TruthTerm Comparison(NumberTerm left, NumberTerm right)
    {
        string symbol = Symbol();
        bool? value = left.Value is { } l && right.Value is { } r ? Decide(symbol, l.CompareTo(r)) : null;
        return new TruthTerm($"{left.Text} {symbol} {right.Text}", value);
    }

    private TruthTerm Texts()
    {
        (string text, byte[] bytes) = Text();
        byte[] part = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (byte)('a' + random.Next(2)))];
        string quoted = $"\"{Encoding.ASCII.GetString(part)}\"";
        switch (random.Next(5))
        {
            case 0:
                return new TruthTerm($"contains({text}, {quoted})", bytes.AsSpan().IndexOf(part) >= 0);
            case 1:
                return new TruthTerm($"startswith({text}, {quoted})", bytes.AsSpan().StartsWith(part));
            case 2:
                return new TruthTerm($"endswith({text}, {quoted})", bytes.AsSpan().EndsWith(part));
            case 3:
                (string other, byte[] otherBytes) = Text();
                string symbol = Symbol();
                return new TruthTerm($"{text} {symbol} {other}", Decide(symbol, bytes.AsSpan().SequenceCompareTo(otherBytes)));
            default:
                symbol = Symbol();
                return new TruthTerm($"{text} {symbol} {quoted}", Decide(symbol, bytes.AsSpan().SequenceCompareTo(part)));
        }
    }

    private TruthTerm Floats()
    {
        double left = state.Floats[random.Next(2)] is var one ? one : 0;
        int index = Array.IndexOf(state.Floats, left);
        if (double.IsNaN(left))
            index = Array.FindIndex(state.Floats, double.IsNaN);
        string symbol = Symbol();
        (string text, double right) = random.Next(2) == 0 ? ("1.5", 1.5) : ("s.f1", state.Floats[1]);
        bool value = symbol switch
        {
            "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            _ => left >= right,
        };
        return new TruthTerm($"s.f{index} {symbol} {text}", value);
    }

    private (string Text, byte[] Bytes) Text()
    {
        int index = random.Next(state.Texts.Length);
        return ($"s.t{index}", state.Texts[index]);
    }

    private string Symbol() => ((string[])["==", "!=", "<", "<=", ">", ">="])[random.Next(6)];

    private static bool Decide(string symbol, int order) => symbol switch
    {
        "==" => order == 0,
        "!=" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };

    private static Int128 Wrap(Int128 value, uint size, bool signed)
    {
        int unused = 128 - (8 * (int)size);
        return signed ? value << unused >> unused : (Int128)((UInt128)(value << unused) >> unused);
    }
}

/// <summary>A number in the made-up memory.</summary>
internal sealed record RandomField(string Name, uint Size, bool Signed, uint Offset, Int128 Value);
