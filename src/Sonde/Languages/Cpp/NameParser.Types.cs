namespace Sonde.Languages.Cpp;

// <type>, <template-args>: Itanium C++ ABI, 5.1.5 and 5.1.6.
internal ref partial struct NameParser
{
    private int Type()
    {
        if (!Enter())
            return 0;
        int result = TypeInner();
        _depth--;
        return result;
    }

    private int TypeInner()
    {
        if (SeesQualifier())
            return QualifiedType();

        byte code = Peek();
        int builtin = Builtins.Single(code);
        if (builtin != 0)
        {
            _position++;
            return _nodes.Add(NodeKind.Builtin, builtin);
        }

        int type;
        switch (code)
        {
            case (byte)'u':
                _position++;
                type = SourceName();
                if (type != 0)
                    type = _nodes.Add(NodeKind.VendorType, type, Peek() == 'I' ? TemplateArguments() : 0);
                break;
            case (byte)'F':
                type = FunctionType();
                break;
            case (byte)'A':
                type = ArrayType();
                break;
            case (byte)'M':
                {
                    _position++;
                    int scope = Type();
                    int member = scope == 0 ? 0 : Type();
                    type = member == 0 ? 0 : _nodes.Add(NodeKind.PointerToMember, scope, member);
                    break;
                }

            case (byte)'T' when PeekNext() is (byte)'s' or (byte)'u' or (byte)'e':
                // struct, union, enum of an incomplete type: the keyword is not shown.
                _position += 2;
                type = Name();
                break;
            case (byte)'T':
                type = TemplateParameterType();
                break;
            case (byte)'O':
                type = Modified(NodeKind.RvalueReference);
                break;
            case (byte)'P':
                type = Modified(NodeKind.Pointer);
                break;
            case (byte)'R':
                type = Modified(NodeKind.LvalueReference);
                break;
            case (byte)'C':
                type = Modified(NodeKind.Complex);
                break;
            case (byte)'G':
                type = Modified(NodeKind.Imaginary);
                break;
            case (byte)'U' when PeekNext() is not ((byte)'l' or (byte)'t'):
                type = VendorQualified();
                break;
            case (byte)'D' when PeekNext() is not ((byte)'C' or (byte)'0' or (byte)'1' or (byte)'2' or (byte)'4' or (byte)'5'):
                {
                    type = ExtendedType(out bool isCandidate);
                    if (type == 0 || !isCandidate)
                        return type;
                    break;
                }

            case (byte)'S' when PeekNext() == '_' || IsDigit(PeekNext()) || IsUpper(PeekNext()):
                {
                    int substitution = Substitution(prefix: false);
                    if (substitution == 0)
                        return 0;
                    if (_nodes[substitution].Kind == NodeKind.ModuleName)
                    {
                        type = WithArguments(UnqualifiedName(0, substitution), isCandidate: true);
                        break;
                    }

                    if (Peek() != 'I')
                        return substitution;
                    type = Templated(substitution);
                    break;
                }

            case (byte)'S':
                type = Name();
                // An abbreviation alone is no candidate.
                if (type != 0 && _nodes[type].Kind == NodeKind.FixedName)
                    return type;
                break;
            default:
                type = Name();
                break;
        }

        if (type == 0)
            return 0;
        _nodes.AddSubstitution(type);
        return type;
    }

    private int Modified(NodeKind kind)
    {
        _position++;
        int type = Type();
        return type == 0 ? 0 : _nodes.Add(kind, type);
    }

    private int VendorQualified()
    {
        _position++;
        int name = SourceName();
        if (name != 0 && Peek() == 'I')
            name = Templated(name);
        int type = name == 0 ? 0 : Type();
        return type == 0 ? 0 : _nodes.Add(NodeKind.VendorQualifier, type, name);
    }

    private int ExtendedType(out bool isCandidate)
    {
        isCandidate = false;
        byte code = PeekNext();
        _position += 2;
        switch (code)
        {
            case (byte)'T' or (byte)'t':
                {
                    isCandidate = true;
                    int expression = Expression();
                    return expression == 0 || !Accept('E') ? 0 : _nodes.Add(NodeKind.Decltype, expression);
                }

            case (byte)'p':
                {
                    isCandidate = true;
                    int pattern = Type();
                    return pattern == 0 ? 0 : _nodes.Add(NodeKind.PackExpansion, pattern);
                }

            case (byte)'v':
                {
                    isCandidate = true;
                    int size = Accept('_') ? Expression() : Digits();
                    int element = size == 0 || !Accept('_') ? 0 : Type();
                    return element == 0 ? 0 : _nodes.Add(NodeKind.Vector, size, element);
                }

            case (byte)'F':
                {
                    int bits = PlainNumber();
                    if (bits < 0)
                        return 0;
                    if (bits == 16 && Accept('b'))
                        return _nodes.Add(NodeKind.Builtin, Builtins.Bfloat16);
                    bool isExtended = Accept('x');
                    return isExtended || Accept('_') ? _nodes.Add(NodeKind.SizedFloat, 0, isExtended ? 1 : 0, bits) : 0;
                }

            case (byte)'B' or (byte)'U':
                {
                    int size = IsDigit(Peek()) ? Digits() : Expression();
                    return size == 0 || !Accept('_') ? 0 : _nodes.Add(NodeKind.BitInt, size, code == 'U' ? 1 : 0);
                }

            default:
                int builtin = Builtins.Extended(code);
                return builtin == 0 ? 0 : _nodes.Add(NodeKind.Builtin, builtin);
        }
    }

    private int Digits()
    {
        int start = _position;
        return PlainNumber() < 0 ? 0 : _nodes.Add(NodeKind.SourceName, start, _position - start);
    }

    private readonly bool SeesQualifier() => Peek() is (byte)'r' or (byte)'V' or (byte)'K'
        || (Peek() == 'D' && PeekNext() is (byte)'x' or (byte)'o' or (byte)'O' or (byte)'w');

    /// <summary>A type behind qualifiers. In front of a function type they belong to its `this`.</summary>
    private int QualifiedType()
    {
        int outer = 0, hole = 0;
        if (!Qualifiers(isMember: false, ref outer, ref hole) || hole == 0)
            return 0;
        int type = Peek() == 'F' ? FunctionType() : Type();
        if (type == 0)
            return 0;
        if (_nodes[type].Kind is NodeKind.LvalueThis or NodeKind.RvalueThis)
        {
            // The ref-qualifier goes outside, to be written last.
            _nodes[hole].Left = _nodes[type].Left;
            _nodes[type].Left = outer;
            outer = type;
        }
        else
        {
            _nodes[hole].Left = type;
        }

        _nodes.AddSubstitution(outer);
        return outer;
    }

    /// <summary>Reads qualifiers as a chain; its innermost component is the hole that the qualified thing fills.</summary>
    private bool Qualifiers(bool isMember, ref int outer, ref int hole)
    {
        while (SeesQualifier())
        {
            byte code = Peek();
            _position++;
            int right = 0;
            NodeKind kind;
            if (code != 'D')
            {
                kind = code switch { (byte)'r' => NodeKind.Restrict, (byte)'V' => NodeKind.Volatile, _ => NodeKind.Const };
                if (isMember)
                    kind = OfThis(kind);
            }
            else
            {
                byte which = Peek();
                _position++;
                kind = which switch { (byte)'x' => NodeKind.TransactionSafe, (byte)'w' => NodeKind.Throw, _ => NodeKind.Noexcept };
                if (which == 'O')
                    right = Expression();
                else if (which == 'w')
                    right = ParameterList();
                if (which is (byte)'O' or (byte)'w' && (right == 0 || !Accept('E')))
                    return false;
            }

            int node = _nodes.Add(kind, 0, right);
            if (hole == 0)
                outer = node;
            else
                _nodes[hole].Left = node;
            hole = node;
        }

        if (!isMember && Peek() == 'F')
        {
            for (int node = outer; node != 0; node = _nodes[node].Left)
                _nodes[node].Kind = OfThis(_nodes[node].Kind);
        }

        return true;
    }

    private static NodeKind OfThis(NodeKind kind) => kind switch
    {
        NodeKind.Const => NodeKind.ConstThis,
        NodeKind.Volatile => NodeKind.VolatileThis,
        NodeKind.Restrict => NodeKind.RestrictThis,
        _ => kind,
    };

    /// <summary><c>F [Y] types [ref-qualifier] E</c></summary>
    private int FunctionType()
    {
        _position++;
        Accept('Y');
        int type = BareFunctionType(hasReturnType: true);
        if (type == 0)
            return 0;
        if (Peek() is (byte)'R' or (byte)'O')
        {
            type = _nodes.Add(Peek() == 'R' ? NodeKind.LvalueThis : NodeKind.RvalueThis, type);
            _position++;
        }

        return Accept('E') ? type : 0;
    }

    private int BareFunctionType(bool hasReturnType)
    {
        if (Peek() == 'J')
        {
            _position++;
            hasReturnType = true;
        }

        int result = 0;
        if (hasReturnType && (result = Type()) == 0)
            return 0;
        int parameters = ParameterList();
        return parameters == 0 ? 0 : _nodes.Add(NodeKind.Function, result, parameters);
    }

    private int ParameterList()
    {
        int list = 0, last = 0;
        while (true)
        {
            byte next = Peek();
            if (next is 0 or (byte)'E' or (byte)'.' or (byte)'Q' || (next is (byte)'R' or (byte)'O' && PeekNext() == 'E'))
                break;
            int type = Type();
            if (type == 0)
                return 0;
            Chain(NodeKind.Arguments, type, ref list, ref last);
        }

        if (list == 0)
            return 0;
        // `(void)` is no parameter.
        ref var only = ref _nodes[list];
        if (only.Right == 0 && _nodes[only.Left].Kind == NodeKind.Builtin && _nodes[only.Left].Left == Builtins.Void)
            only.Left = 0;
        return list;
    }

    private int ArrayType()
    {
        _position++;
        int size = 0;
        if (Peek() != '_')
        {
            size = IsDigit(Peek()) ? Digits() : Expression();
            if (size == 0)
                return 0;
        }

        int element = Accept('_') ? Type() : 0;
        return element == 0 ? 0 : _nodes.Add(NodeKind.Array, size, element);
    }

    /// <summary><c>T_</c>, <c>T0_</c>…, with a level <c>TL0__</c> inside nested template heads.</summary>
    private int TemplateParameter()
    {
        _position++;
        int level = 0;
        if (Accept('L'))
        {
            level = CompactNumber() + 1;
            if (level <= 0)
                return 0;
        }

        int index = CompactNumber();
        return index < 0 ? 0 : _nodes.Add(NodeKind.TemplateParameter, level, number: index);
    }

    private int TemplateParameterType()
    {
        int parameter = TemplateParameter();
        return parameter == 0 || Peek() != 'I' ? parameter : ArgumentsOfConversion(parameter);
    }

    /// <summary>
    /// <c>type I … E</c>. In the name of a conversion operator these arguments belong to the operator, unless a second list follows.
    /// </summary>
    private int ArgumentsOfConversion(int type)
    {
        if (!_isConversion)
        {
            _nodes.AddSubstitution(type);
            return Templated(type);
        }

        int position = _position, substitutions = _nodes.SubstitutionCount;
        int template = Templated(type);
        if (template == 0)
            return 0;
        if (Peek() == 'I')
        {
            // The parameter is a candidate before its arguments are.
            _position = position;
            _nodes.TruncateSubstitutions(substitutions);
            _nodes.AddSubstitution(type);
            return Templated(type);
        }

        _position = position;
        _nodes.TruncateSubstitutions(substitutions);
        return type;
    }

    /// <summary><c>I template-arg* E</c>, <c>J template-arg* E</c></summary>
    private int TemplateArguments()
    {
        if (!Enter())
            return 0;
        int result = TemplateArgumentsInner();
        _depth--;
        return result;
    }

    private int TemplateArgumentsInner()
    {
        if (Peek() is not ((byte)'I' or (byte)'J'))
            return 0;
        // The arguments do not rename the class for its constructors.
        int holdName = _lastName;
        _position++;
        int list = 0, last = 0;
        while (Peek() is not ((byte)'E' or (byte)'Q'))
        {
            int argument = TemplateArgument();
            if (argument == 0)
                return 0;
            Chain(NodeKind.TemplateArguments, argument, ref list, ref last);
        }

        if (list == 0)
            list = _nodes.Add(NodeKind.TemplateArguments);
        if (Accept('Q'))
        {
            // The constraint of a member-like friend or a constrained template; it tells instances apart, nothing to read.
            if (Expression() == 0)
                return 0;
        }

        if (!Accept('E'))
            return 0;
        _lastName = holdName;
        return list;
    }

    private int TemplateArgument()
    {
        switch (Peek())
        {
            case (byte)'X':
                {
                    _position++;
                    int expression = Expression();
                    return expression == 0 || !Accept('E') ? 0 : expression;
                }

            case (byte)'L':
                return Primary();
            case (byte)'I' or (byte)'J':
                return TemplateArguments();
            case (byte)'T' when PeekNext() is (byte)'y' or (byte)'n' or (byte)'t' or (byte)'p' or (byte)'k':
                // The parameter's declaration, where the argument alone would be ambiguous.
                return ParameterDeclaration() == 0 ? 0 : TemplateArgument();
            default:
                return Type();
        }
    }

    /// <summary>The declarations at the head of a lambda or template template parameter: 0 when there are none, -1 when malformed.</summary>
    private int TemplateHead()
    {
        int list = 0, last = 0;
        while (Peek() == 'T' && PeekNext() is (byte)'y' or (byte)'n' or (byte)'t' or (byte)'p' or (byte)'k')
        {
            int declaration = ParameterDeclaration();
            if (declaration == 0)
                return -1;
            Chain(NodeKind.Arguments, declaration, ref list, ref last);
        }

        return list == 0 ? 0 : _nodes.Add(NodeKind.TemplateHead, list);
    }

    private int ParameterDeclaration()
    {
        if (!Enter())
            return 0;
        int result = ParameterDeclarationInner();
        _depth--;
        return result;
    }

    private int ParameterDeclarationInner()
    {
        byte code = PeekNext();
        _position += 2;
        switch (code)
        {
            case (byte)'y':
                return _nodes.Add(NodeKind.TypeParameterDeclaration);
            case (byte)'n':
                int type = Type();
                return type == 0 ? 0 : _nodes.Add(NodeKind.NonTypeParameterDeclaration, type);
            case (byte)'t':
                int head = TemplateHead();
                return head <= 0 || !Accept('E') ? 0 : _nodes.Add(NodeKind.TemplateTemplateDeclaration, head);
            case (byte)'k':
                int constraint = Name();
                return constraint == 0 ? 0 : _nodes.Add(NodeKind.ConstrainedDeclaration, constraint);
            default:
                if (Peek() != 'T')
                    return 0;
                int declaration = ParameterDeclaration();
                return declaration == 0 ? 0 : _nodes.Add(NodeKind.PackDeclaration, declaration);
        }
    }
}
