namespace Sonde.Languages.Cpp;

// <expression>, <expr-primary>: Itanium C++ ABI, 5.1.6.
internal ref partial struct NameParser
{
    /// <summary>An expression. Inside one, <c>cv</c> is a cast and not the name of a conversion operator.</summary>
    private int Expression()
    {
        if (!Enter())
            return 0;
        bool wasExpression = _isExpression;
        _isExpression = true;
        int result = ExpressionInner();
        _isExpression = wasExpression;
        _depth--;
        return result;
    }

    private int ExpressionInner()
    {
        byte first = Peek(), second = PeekNext();
        switch (first)
        {
            case (byte)'L':
                return Primary();
            case (byte)'T' when second == '_' || second == 'L' || IsDigit(second):
                return TemplateParameter();
            case (byte)'s' when second == 'r':
                return Unresolved();
            case (byte)'s' when second == 'p':
                {
                    _position += 2;
                    int pattern = Expression();
                    return pattern == 0 ? 0 : _nodes.Add(NodeKind.PackExpansion, pattern);
                }

            case (byte)'f' when second is (byte)'p' or (byte)'L' && IsFunctionParameter():
                return FunctionParameter();
            case (byte)'o' when second == 'n':
                return WithOptionalArguments(OperatorAsName());
            case (byte)'d' when second == 'n':
                return DestructorName();
            case (byte)'i' when second == 'l':
                _position += 2;
                return InitializerList(0);
            case (byte)'t' when second == 'l':
                {
                    _position += 2;
                    int type = Type();
                    return type == 0 ? 0 : InitializerList(type);
                }

            case (byte)'r' when second is (byte)'q' or (byte)'Q':
                return RequiresExpression(second == 'Q');
            case (byte)'u':
                {
                    _position++;
                    int name = SourceName();
                    int arguments = name == 0 ? 0 : VendorArguments();
                    return arguments == 0 ? 0 : _nodes.Add(NodeKind.VendorExpression, name, arguments);
                }

            case var digit when IsDigit(digit):
                return WithOptionalArguments(UnqualifiedName(0, 0));
            default:
                return Operation();
        }
    }

    private int WithOptionalArguments(int name) => name != 0 && Peek() == 'I' ? Templated(name) : name;

    /// <summary>Template arguments up to E.</summary>
    private int VendorArguments()
    {
        int list = 0, last = 0;
        while (Peek() != 'E')
        {
            int argument = TemplateArgument();
            if (argument == 0)
                return 0;
            Chain(NodeKind.TemplateArguments, argument, ref list, ref last);
        }

        _position++;
        return list == 0 ? _nodes.Add(NodeKind.TemplateArguments) : list;
    }

    private int InitializerList(int type)
    {
        int list = ExpressionList('E');
        return list == 0 ? 0 : _nodes.Add(NodeKind.InitializerList, type, list);
    }

    private int ExpressionList(char terminator)
    {
        int list = 0, last = 0;
        while (Peek() != terminator)
        {
            int item = Expression();
            if (item == 0)
                return 0;
            Chain(NodeKind.Arguments, item, ref list, ref last);
        }

        _position++;
        return list == 0 ? _nodes.Add(NodeKind.Arguments) : list;
    }

    /// <summary><c>sr type base-name</c>, <c>srN type level+ E base-name</c>, <c>sr level+ E base-name</c></summary>
    private int Unresolved()
    {
        _position += 2;
        int scope;
        if (Peek() == 'N')
        {
            // `srN type level+ E`: the type is a template parameter, a decltype or a substitution, then names follow.
            scope = Type();
        }
        else if (IsDigit(Peek()))
        {
            int position = _position, substitutions = _nodes.SubstitutionCount, lastName = _lastName;
            scope = LevelsUpToEnd();
            // `sr1A1gE` is A::g and the end of what is around it.
            if (scope == 0 || !(IsDigit(Peek()) || Sees('o', 'n') || Sees('d', 'n')))
            {
                _position = position;
                _nodes.TruncateSubstitutions(substitutions);
                _lastName = lastName;
                scope = Type();
            }
        }
        else
        {
            scope = Type();
        }

        if (scope == 0)
            return 0;
        int name = Sees('o', 'n') ? OperatorAsName() : Sees('d', 'n') ? DestructorName() : UnqualifiedName(0, 0);
        return name == 0 ? 0 : WithOptionalArguments(_nodes.Add(NodeKind.QualifiedName, scope, name));
    }

    private int LevelsUpToEnd()
    {
        int scope = 0;
        while (IsDigit(Peek()))
        {
            int level = WithOptionalArguments(SourceName());
            if (level == 0)
                return 0;
            scope = scope == 0 ? level : _nodes.Add(NodeKind.QualifiedName, scope, level);
        }

        return Accept('E') ? scope : 0;
    }

    private int DestructorName()
    {
        _position += 2;
        int name = IsDigit(Peek()) ? WithOptionalArguments(SourceName()) : Type();
        return name == 0 ? 0 : _nodes.Add(NodeKind.Destructor, name);
    }

    private readonly bool IsFunctionParameter()
    {
        if (PeekNext() == 'p')
            return true;
        int position = _position + 2;
        while (IsDigit(At(position)))
            position++;
        return position > _position + 2 && At(position) == 'p';
    }

    /// <summary><c>fpT</c> is this; <c>fp [cv] n _</c>; <c>fL level p [cv] n _</c> of an outer function.</summary>
    private int FunctionParameter()
    {
        bool hasLevel = PeekNext() == 'L';
        _position += 2;
        if (hasLevel)
        {
            PlainNumber();
            _position++;
        }

        if (Accept('T'))
            return _nodes.Add(NodeKind.FunctionParameter);
        while (Peek() is (byte)'r' or (byte)'V' or (byte)'K')
            _position++;
        int index = CompactNumber();
        return index < 0 ? 0 : _nodes.Add(NodeKind.FunctionParameter, number: index + 1);
    }

    private int Operation()
    {
        int operation = OperatorName();
        if (operation == 0)
            return 0;
        var kind = _nodes[operation].Kind;
        if (kind == NodeKind.Cast)
            return CastOperation(operation);
        if (kind == NodeKind.VendorOperator)
            return OperandsOf(operation, 0, _nodes[operation].Number);
        if (kind != NodeKind.Operator)
            return 0;

        int index = _nodes[operation].Left;
        int code = Operators.CodeOf(index);
        switch (code)
        {
            case OperatorCode.SizeofType or OperatorCode.AlignofType or OperatorCode.TypeidType:
                {
                    int type = Type();
                    return type == 0 ? 0 : _nodes.Add(NodeKind.Unary, operation, type);
                }

            case OperatorCode.LiteralSuffix:
                {
                    int suffix = SourceName();
                    return suffix == 0 ? 0 : _nodes.Add(NodeKind.LiteralOperator, suffix);
                }

            case OperatorCode.New or OperatorCode.NewArray:
                return NewOperation(operation);
            default:
                return OperandsOf(operation, code, Operators.Operands(index));
        }
    }

    private int CastOperation(int cast)
    {
        int operand = Accept('_') ? ExpressionList('E') : Expression();
        return operand == 0 ? 0 : _nodes.Add(NodeKind.Unary, cast, operand);
    }

    private int OperandsOf(int operation, int code, int count)
    {
        switch (count)
        {
            case 0:
                return _nodes.Add(NodeKind.Nullary, operation);
            case 1:
                return UnaryOperation(operation, code);
            case 2:
                {
                    int left = OperatorCode.IsNamedCast(code) ? Type() : OperatorCode.IsFold(code) ? OperatorName() : code == OperatorCode.DesignatedMember ? UnqualifiedName(0, 0) : Expression();
                    int right = left == 0 ? 0 : code switch
                    {
                        OperatorCode.Call => ExpressionList('E'),
                        OperatorCode.Dot or OperatorCode.Arrow => MemberName(),
                        _ => Expression(),
                    };
                    return right == 0 ? 0 : _nodes.Add(NodeKind.Binary, operation, _nodes.Add(NodeKind.OperandPair, left, right));
                }

            case 3:
                {
                    int first = OperatorCode.IsFold(code) ? OperatorName() : Expression();
                    int second = first == 0 ? 0 : Expression();
                    int third = second == 0 ? 0 : Expression();
                    return third == 0 ? 0 : Trinary(operation, first, second, third);
                }

            default:
                return 0;
        }
    }

    private readonly int Trinary(int operation, int first, int second, int third) =>
        _nodes.Add(NodeKind.Trinary, operation, _nodes.Add(NodeKind.OperandPair, first, _nodes.Add(NodeKind.OperandPair, second, third)));

    private int UnaryOperation(int operation, int code)
    {
        // `pp_ x` is ++x, `pp x` is x++.
        bool isSuffix = code is OperatorCode.Increment or OperatorCode.Decrement && !Accept('_');
        int operand = code == OperatorCode.SizeofArguments ? VendorArguments() : Expression();
        if (operand == 0)
            return 0;
        return _nodes.Add(NodeKind.Unary, operation, isSuffix ? _nodes.Add(NodeKind.OperandPair, operand, operand) : operand);
    }

    private int MemberName()
    {
        if (Sees('s', 'r') || Sees('g', 's'))
            return Expression();
        if (Sees('d', 'n'))
            return DestructorName();
        return WithOptionalArguments(UnqualifiedName(0, 0));
    }

    /// <summary><c>nw expression* _ type (E | pi expression* E | il…)</c></summary>
    private int NewOperation(int operation)
    {
        int placement = ExpressionList('_');
        int type = placement == 0 ? 0 : Type();
        if (type == 0)
            return 0;
        int initializer = 0;
        if (Accept('p', 'i'))
            initializer = ExpressionList('E');
        else if (Sees('i', 'l'))
            initializer = Expression();
        else
            return Accept('E') ? Trinary(operation, placement, type, 0) : 0;
        return initializer == 0 ? 0 : Trinary(operation, placement, type, initializer);
    }

    /// <summary><c>L type [n] value E</c>, <c>LZ encoding E</c>, <c>LDnE</c></summary>
    private int Primary()
    {
        _position++;
        if (Peek() is (byte)'_' or (byte)'Z')
        {
            int name = MangledName(topLevel: false);
            return name != 0 && Accept('E') ? name : 0;
        }

        int type = Type();
        if (type == 0)
            return 0;
        bool isNullPointer = _nodes[type].Kind == NodeKind.Builtin && _nodes[type].Left == Builtins.NullPointer;
        if (isNullPointer && Accept('E'))
            return type;
        var kind = NodeKind.Literal;
        if (Accept('n'))
            kind = NodeKind.NegativeLiteral;
        int start = _position;
        while (Peek() != 'E')
        {
            if (Peek() == 0)
                return 0;
            _position++;
        }

        int value = _nodes.Add(NodeKind.SourceName, start, _position - start);
        _position++;
        return _nodes.Add(kind, type, value);
    }

    /// <summary><c>rq requirement+ E</c>, <c>rQ parameters _ requirement+ E</c>; requirement: <c>X expression [N] [R constraint] | T type | Q constraint</c></summary>
    private int RequiresExpression(bool hasParameters)
    {
        _position += 2;
        int parameters = 0, last = 0;
        if (hasParameters)
        {
            while (Peek() != '_')
            {
                int type = Type();
                if (type == 0)
                    return 0;
                Chain(NodeKind.Arguments, type, ref parameters, ref last);
            }

            _position++;
        }

        int list = 0;
        last = 0;
        while (!Accept('E'))
        {
            int requirement = Requirement();
            if (requirement == 0)
                return 0;
            Chain(NodeKind.Arguments, requirement, ref list, ref last);
        }

        return list == 0 ? 0 : _nodes.Add(NodeKind.RequiresExpression, parameters, list);
    }

    private int Requirement()
    {
        switch (Peek())
        {
            case (byte)'X':
                {
                    _position++;
                    int expression = Expression();
                    if (expression == 0)
                        return 0;
                    bool isNoexcept = Accept('N');
                    int constraint = 0;
                    if (Accept('R') && (constraint = Name()) == 0)
                        return 0;
                    return _nodes.Add(NodeKind.SimpleRequirement, expression, constraint, isNoexcept ? 1 : 0);
                }

            case (byte)'T':
                {
                    _position++;
                    int type = Type();
                    return type == 0 ? 0 : _nodes.Add(NodeKind.TypeRequirement, type);
                }

            case (byte)'Q':
                {
                    _position++;
                    int constraint = Expression();
                    return constraint == 0 ? 0 : _nodes.Add(NodeKind.NestedRequirement, constraint);
                }

            default:
                return 0;
        }
    }
}
