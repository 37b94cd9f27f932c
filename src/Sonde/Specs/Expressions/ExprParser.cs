namespace Sonde.Specs.Expressions;

/// <summary>
/// Operator-precedence parser of the expression language (docs/probe-language.md). It stops at the first thing that cannot belong to the
/// expression and leaves it to its caller. Nesting and size are bounded.
/// </summary>
internal sealed class ExprParser
{
    public const int MaxDepth = 64;
    public const int MaxNodes = 1000;

    private static readonly Dictionary<string, (BuiltinFunction Function, int Arguments)> Functions = new(StringComparer.Ordinal)
    {
        ["len"] = (BuiltinFunction.Len, 1),
        ["cap"] = (BuiltinFunction.Cap, 1),
        ["contains"] = (BuiltinFunction.Contains, 2),
        ["startswith"] = (BuiltinFunction.StartsWith, 2),
        ["endswith"] = (BuiltinFunction.EndsWith, 2),
    };

    private readonly ExprLexer _lexer;
    private readonly HashSet<Expr> _inParentheses = new(ReferenceEqualityComparer.Instance);
    private int _depth;
    private int _nodes;

    private ExprParser(ExprLexer lexer) => _lexer = lexer;

    public static string NameOf(BuiltinFunction function) => Functions.First(pair => pair.Value.Function == function).Key;

    /// <summary>Words that are no names, unless they stand in backquotes or behind a dot.</summary>
    public static bool IsReserved(string name) => name is "true" or "false" or "nil" or "null" or "nullptr" or "NULL" or "None" or "is" or "as" or "if" or "not";

    public static Expr Parse(ExprLexer lexer) => new ExprParser(lexer).ParseLevel(Operators.LowestLevel);

    private Expr ParseLevel(int level)
    {
        Enter();
        var left = ParseUnary();
        while (true)
        {
            var symbolSpan = _lexer.PeekSpan();
            if (_lexer.PeekWord() is "as" && level <= Operators.CastLevel)
            {
                _lexer.TryTakeWord("as");
                left = Node(new CastExpr(ParseType("as"), left), left.Span.Start);
            }
            else if (_lexer.PeekWord() is "is" && level <= Operators.ComparisonLevel)
            {
                CheckNoComparison(left, symbolSpan);
                _lexer.TryTakeWord("is");
                left = Node(new IsExpr(left, ParseType("is")), left.Span.Start);
            }
            else if (Operators.Find(_lexer.PeekSymbol()) is { } binary && binary.Level >= level)
            {
                left = ParseBinary(left, binary.Operator, binary.Level, symbolSpan);
            }
            else
            {
                break;
            }
        }

        CheckSlips();
        _depth--;
        return left;
    }

    private Expr ParseBinary(Expr left, BinaryOperator op, int level, TextSpan symbolSpan)
    {
        if (level == Operators.ComparisonLevel)
            CheckNoComparison(left, symbolSpan);
        _lexer.Seek(symbolSpan.End);
        if (_lexer.PeekSymbol() == "=")
            throw _lexer.Error(new TextSpan(symbolSpan.Start, _lexer.PeekStart() + 1 - symbolSpan.Start), "nothing can be assigned", "comparisons are == != < <= > >=");
        var right = ParseLevel(level + 1);
        if (left is BinaryExpr l && !_inParentheses.Contains(l) && !Operators.BindsOnLeft(op, l.Operator))
            throw Ambiguous(l.Operator, op, symbolSpan);
        if (right is BinaryExpr r && !_inParentheses.Contains(r) && !Operators.BindsOnRight(op, r.Operator))
            throw Ambiguous(op, r.Operator, symbolSpan);
        return Node(new BinaryExpr(op, left, right) { OperatorSpan = symbolSpan }, left.Span.Start);
    }

    private ProbeSyntaxException Ambiguous(BinaryOperator first, BinaryOperator second, TextSpan span) =>
        _lexer.Error(span, $"'{Operators.Symbol(first)}' and '{Operators.Symbol(second)}' bind differently in Go and in C and Rust", "write parentheses");

    private void CheckNoComparison(Expr left, TextSpan span)
    {
        bool isComparison = left is IsExpr || (left is BinaryExpr b && Operators.Level(b.Operator) == Operators.ComparisonLevel);
        if (isComparison && !_inParentheses.Contains(left))
            throw _lexer.Error(span, "comparisons cannot be chained", "write a < b && b < c");
    }

    private TypeSyntax ParseType(string after)
    {
        int at = _lexer.PeekStart();
        var type = TypeSyntax.TryRead(_lexer.Text, ref at, withStars: after != "as");
        if (type is null)
            throw _lexer.Error(_lexer.PeekSpan(), $"expected a type after '{after}'", "an unusual name is written in backquotes");
        _lexer.Seek(at);
        return type;
    }

    private Expr ParseUnary()
    {
        Enter();
        int start = _lexer.PeekStart();
        UnaryOperator? op = _lexer.PeekSymbol() switch
        {
            "-" => UnaryOperator.Negate,
            "!" => UnaryOperator.Not,
            "~" or "^" => UnaryOperator.Complement,
            "*" => UnaryOperator.Dereference,
            "&" => UnaryOperator.AddressOf,
            _ => null,
        };
        Expr e;
        if (op is { } unary)
        {
            _lexer.Seek(start + 1);
            e = Node(new UnaryExpr(unary, ParseUnary()), start);
        }
        else if (_lexer.PeekIs('(') && TryParseCastType() is { } type)
        {
            // Go's conversion (*T)(e) is an operand, and a field behind it is one of T; C's cast takes all that follows.
            e = type.StartsAsOperator
                ? ParsePostfix(Node(new CastExpr(type, ParseParentheses()), start))
                : Node(new CastExpr(type, ParseUnary()), start);
        }
        else
        {
            e = ParsePostfix(ParsePrimary());
        }

        _depth--;
        return e;
    }

    /// <summary>The type of <c>(T)e</c> when the parenthesis holds one, decided by its syntax alone; else nothing is taken.</summary>
    private TypeSyntax? TryParseCastType()
    {
        int open = _lexer.PeekStart();
        int at = open + 1;
        var type = TypeSyntax.TryRead(_lexer.Text, ref at);
        if (type is null)
            return null;
        int last = _lexer.LastEnd;
        _lexer.Seek(at);
        if (_lexer.TryTake(")") && IsCast(type))
            return type;
        _lexer.Restore(open, last);
        return null;
    }

    private bool IsCast(TypeSyntax type)
    {
        char c = _lexer.Peek();
        bool isOperand = c is '(' or '"' or '\'' or '$' or '`' or '~' || char.IsAsciiDigit(c) || (c == '!' && _lexer.PeekSymbol() == "!")
            || (_lexer.PeekWord() is { Length: > 0 } word && word is not ("is" or "as" or "if"));
        if (type.StartsAsOperator)
            return c == '(';
        return isOperand || (!type.CouldBeExpression && (type.EndsInStar || _lexer.PeekSymbol() is "-" or "*" or "&"));
    }

    private Expr ParsePostfix(Expr e)
    {
        while (true)
        {
            if (_lexer.TryTake(".") || _lexer.TryTake("->"))
                e = ParseMember(e);
            else if (_lexer.TryTake("["))
                e = ParseIndex(e);
            else if (_lexer.PeekIs('(') && e is MemberExpr)
                throw _lexer.Error(e.Span, "functions of the target cannot be called", "there are len() cap() contains() startswith() endswith(), as in len(x)");
            else
                return e;
        }
    }

    private MemberExpr ParseMember(Expr target)
    {
        int start = _lexer.PeekStart();
        string name;
        if (!_lexer.AtEnd && char.IsAsciiDigit(_lexer.Peek()))
        {
            int end = start;
            while (end < _lexer.Text.Length && char.IsAsciiDigit(_lexer.Text[end]))
                end++;
            _lexer.Seek(end);
            name = _lexer.Text[start..end];
        }
        else
        {
            name = TakeNamePart() ?? throw _lexer.Error(_lexer.PeekSpan(), "expected the name of a field here");
        }

        return Node(new MemberExpr(target, name) { NameSpan = TextSpan.Between(start, _lexer.LastEnd) }, target.Span.Start);
    }

    private Expr ParseIndex(Expr target)
    {
        int open = _lexer.LastEnd - 1;
        Expr? low = AtRange() || _lexer.PeekIs(']') ? null : ParseLevel(Operators.LowestLevel);
        if (_lexer.TryTake(":") || _lexer.TryTake(".."))
        {
            Expr? high = _lexer.PeekIs(']') ? null : ParseLevel(Operators.LowestLevel);
            CloseIndex(open);
            return Node(new SliceExpr(target, low, high), target.Span.Start);
        }

        if (low is null)
            throw _lexer.Error(_lexer.PeekSpan(), "there is no index between the brackets");
        CloseIndex(open);
        return Node(new IndexExpr(target, low), target.Span.Start);

        bool AtRange() => _lexer.PeekSymbol() is ":" or "..";
    }

    private void CloseIndex(int open)
    {
        if (!_lexer.TryTake("]"))
            throw _lexer.Error(_lexer.AtEnd ? new TextSpan(open, 1) : _lexer.PeekSpan(), _lexer.AtEnd ? "this '[' is never closed" : "expected ']' here");
    }

    private Expr ParsePrimary()
    {
        int start = _lexer.PeekStart();
        char c = _lexer.Peek();
        if (c == '(')
            return ParseParentheses();
        if (c == '$')
            return ParseVariable();
        if (char.IsAsciiDigit(c))
            return Count(LiteralReader.ReadNumber(_lexer));
        if (c == '"')
            return Count(LiteralReader.ReadString(_lexer));
        if (c == '\'')
            return Count(LiteralReader.ReadChar(_lexer));
        if (_lexer.PeekWord() is "b" && start + 1 < _lexer.Text.Length && _lexer.Text[start + 1] is '"' or '\'')
        {
            _lexer.Seek(start + 1); // Rust's b"…" and b'x' are what we take strings and characters for anyway
            return ParsePrimary();
        }

        string word = _lexer.PeekWord().ToString();
        switch (word)
        {
            case "true" or "false":
                _lexer.TryTakeWord(word);
                return Node(new BoolLiteral(word == "true"), start);
            case "nil" or "null" or "nullptr" or "NULL" or "None":
                _lexer.TryTakeWord(word);
                return Node(new NullLiteral(word), start);
            case "is" or "as" or "if":
                throw _lexer.Error(_lexer.PeekSpan(), "expected an operand here", $"a variable named {word} is written in backquotes");
            case "not":
                throw _lexer.Error(_lexer.PeekSpan(), "'not' is no operator here", "write !; a variable named not is written in backquotes");
        }

        return ParseName(start);
    }

    private Expr ParseParentheses()
    {
        int open = _lexer.PeekStart();
        _lexer.Seek(open + 1);
        var inner = ParseLevel(Operators.LowestLevel);
        if (!_lexer.TryTake(")"))
            throw _lexer.Error(_lexer.AtEnd ? new TextSpan(open, 1) : _lexer.PeekSpan(), _lexer.AtEnd ? "this '(' is never closed" : "expected ')' here");
        inner = inner with { Span = TextSpan.Between(open, _lexer.LastEnd) };
        _inParentheses.Add(inner);
        return inner;
    }

    private Expr ParseVariable()
    {
        int start = _lexer.PeekStart();
        int end = start + 1;
        while (end < _lexer.Text.Length && (char.IsAsciiLetterOrDigit(_lexer.Text[end]) || _lexer.Text[end] == '_'))
            end++;
        string name = _lexer.Text[(start + 1)..end];
        _lexer.Seek(end);
        if (name == "reg")
            return ParseRegister(start);
        var variable = Variables.Find(name);
        if (variable is not null)
            return Node(variable, start);
        var near = Names.Suggestions.Find("$" + name, Variables.Names, 1);
        throw _lexer.Error(TextSpan.Between(start, end), $"there is no variable '${name}'",
            near.Count > 0 ? $"did you mean {near[0]}?" : "there are " + string.Join(' ', Variables.Names));
    }

    private Expr ParseRegister(int start)
    {
        if (!_lexer.TryTake("."))
            throw _lexer.Error(TextSpan.Between(start, _lexer.LastEnd), "expected the name of a register after $reg", "for example $reg.rax");
        var span = _lexer.PeekSpan();
        string name = _lexer.PeekWord().ToString();
        if (!Variables.Registers.Contains(name))
            throw _lexer.Error(span, $"there is no register '{name}'", "the registers are " + string.Join(' ', Variables.Registers));
        _lexer.TryTakeWord(name);
        return Node(new RegisterExpr(name), start);
    }

    private Expr ParseName(int start)
    {
        string name = _lexer.TryTake("::") ? "::" : "";
        name += TakeNamePart() ?? throw Unexpected();
        while (_lexer.PeekSymbol() == "::")
        {
            _lexer.TryTake("::");
            name += "::" + (TakeNamePart() ?? throw _lexer.Error(_lexer.PeekSpan(), "expected a name after '::'"));
        }

        return _lexer.PeekIs('(') ? ParseCall(name, start) : Node(new NameExpr(name), start);
    }

    private ProbeSyntaxException Unexpected()
    {
        var span = _lexer.PeekSpan();
        return _lexer.AtEnd ? _lexer.Error(span, "an operand is missing at the end") : _lexer.Error(span, "expected an operand here");
    }

    /// <summary>One name: in backquotes, Rust's <c>r#type</c>, or letters and digits with the <c>#2</c> of a shadowed variable.</summary>
    private string? TakeNamePart()
    {
        int start = _lexer.PeekStart();
        string text = _lexer.Text;
        if (_lexer.PeekIs('`'))
            return TakeBackquoted(start);
        string word = _lexer.PeekWord().ToString();
        if (word.Length == 0)
            return null;
        _lexer.TryTakeWord(word);
        int hash = _lexer.LastEnd;
        if (hash + 1 >= text.Length || text[hash] != '#')
            return word;
        if (word == "r" && ExprLexer.IsNameStart(text[hash + 1]))
        {
            _lexer.Seek(hash + 1);
            word = _lexer.PeekWord().ToString();
            _lexer.TryTakeWord(word);
            return word;
        }

        int end = hash + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        if (end == hash + 1)
            return word;
        _lexer.Seek(end);
        return text[start..end];
    }

    private string TakeBackquoted(int start)
    {
        var name = new System.Text.StringBuilder();
        string text = _lexer.Text;
        for (int at = start + 1; at < text.Length; at++)
        {
            if (text[at] == '`' && !(++at < text.Length && text[at] == '`'))
            {
                _lexer.Seek(at);
                return name.Length > 0 ? name.ToString() : throw _lexer.Error(new TextSpan(start, 2), "there is no name between the backquotes");
            }

            name.Append(text[at]);
        }

        throw _lexer.Error(new TextSpan(start, 1), "this backquote is never closed");
    }

    private CallExpr ParseCall(string name, int start)
    {
        var nameSpan = TextSpan.Between(start, _lexer.LastEnd);
        if (!Functions.TryGetValue(name, out var function))
        {
            var near = Names.Suggestions.Find(name, Functions.Keys, 1);
            throw _lexer.Error(nameSpan, $"there is no function '{name}', and functions of the target cannot be called",
                near.Count > 0 ? $"did you mean {near[0]}()?" : "there are len() cap() contains() startswith() endswith()");
        }

        var arguments = new List<Expr>();
        _lexer.TryTake("(");
        if (!_lexer.PeekIs(')'))
        {
            do
                arguments.Add(ParseLevel(Operators.LowestLevel));
            while (_lexer.TryTake(","));
        }

        if (!_lexer.TryTake(")"))
            throw _lexer.Error(_lexer.PeekSpan(), "expected ',' or ')' here");
        if (arguments.Count != function.Arguments)
            throw _lexer.Error(TextSpan.Between(start, _lexer.LastEnd), $"{name}() takes {(function.Arguments == 1 ? "one argument" : "two arguments")}");
        return Node(new CallExpr(function.Function, arguments), start);
    }

    /// <summary>What people write that is not of this language gets a better answer than "the expression ends here".</summary>
    private void CheckSlips()
    {
        var span = _lexer.PeekSpan();
        string? hint = _lexer.PeekWord() switch
        {
            "and" => "write &&",
            "or" => "write ||",
            "eq" => "write ==",
            _ => _lexer.PeekSymbol() switch
            {
                "=" => "comparison is ==",
                "?" => "there is no choice operator; && and || take its place",
                _ => null,
            },
        };
        if (hint is not null)
            throw _lexer.Error(span, $"'{_lexer.Text.Substring(span.Start, span.Length)}' is no operator here", hint);
    }

    private void Enter()
    {
        if (++_depth > MaxDepth * 2)
            throw _lexer.Error(_lexer.PeekSpan(), "the expression is nested too deeply");
    }

    private T Node<T>(T node, int start)
        where T : Expr => Count(node with { Span = TextSpan.Between(start, _lexer.LastEnd) });

    private T Count<T>(T node)
        where T : Expr => ++_nodes <= MaxNodes ? node : throw _lexer.Error(node.Span, $"the expression has more than {MaxNodes} parts");
}
