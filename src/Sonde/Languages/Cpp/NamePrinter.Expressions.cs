namespace Sonde.Languages.Cpp;

// Expressions: they appear in names through decltype, noexcept, requires and template arguments.
internal ref partial struct NamePrinter
{
    private void Expression(int node)
    {
        ref var it = ref _nodes[node];
        switch (it.Kind)
        {
            case NodeKind.FunctionParameter:
                if (it.Number == 0)
                {
                    Append("this"u8);
                    break;
                }

                Append("{parm#"u8);
                _output.AppendNumber(it.Number);
                Append('}');
                break;
            case NodeKind.Nullary:
                OperatorText(it.Left);
                break;
            case NodeKind.Unary:
                Unary(it.Left, it.Right);
                break;
            case NodeKind.Binary:
                Binary(it.Left, it.Right);
                break;
            case NodeKind.Trinary:
                Trinary(it.Left, it.Right);
                break;
            case NodeKind.Cast:
                Append("operator "u8);
                Component(it.Left);
                break;
            case NodeKind.Literal or NodeKind.NegativeLiteral:
                Literal(it.Left, it.Right, it.Kind == NodeKind.NegativeLiteral);
                break;
            case NodeKind.InitializerList:
                if (it.Left != 0)
                    Component(it.Left);
                Append('{');
                Component(it.Right);
                Append('}');
                break;
            case NodeKind.VendorExpression:
                Component(it.Left);
                Append('(');
                Component(it.Right);
                Append(')');
                break;
            case NodeKind.RequiresExpression:
                Append("requires"u8);
                if (it.Left != 0)
                {
                    Append(" ("u8);
                    Component(it.Left);
                    Append(')');
                }

                Append(" {"u8);
                for (int link = it.Right; link != 0; link = _nodes[link].Right)
                {
                    Append(' ');
                    Component(_nodes[link].Left);
                    Append(';');
                }

                Append(" }"u8);
                break;
            case NodeKind.SimpleRequirement:
                SimpleRequirement(it.Left, it.Right, it.Number != 0);
                break;
            case NodeKind.TypeRequirement:
                Append("typename "u8);
                Component(it.Left);
                break;
            case NodeKind.NestedRequirement:
                Append("requires "u8);
                Component(it.Left);
                break;
            default:
                _failed = true;
                break;
        }
    }

    private void SimpleRequirement(int expression, int constraint, bool isNoexcept)
    {
        bool hasBraces = isNoexcept || constraint != 0;
        if (hasBraces)
            Append('{');
        Component(expression);
        if (hasBraces)
            Append('}');
        if (isNoexcept)
            Append(" noexcept"u8);
        if (constraint == 0)
            return;
        Append(" -> "u8);
        Component(constraint);
    }

    private readonly int CodeOf(int operation) => _nodes[operation].Kind == NodeKind.Operator ? Operators.CodeOf(_nodes[operation].Left) : 0;

    private void OperatorText(int operation)
    {
        if (_nodes[operation].Kind == NodeKind.Operator)
            Append(Operators.Spelling(_nodes[operation].Left));
        else
            Component(operation);
    }

    /// <summary>An operand, in parentheses unless it is a mere name.</summary>
    private void Operand(int node)
    {
        bool isSimple = _nodes[node].Kind is NodeKind.SourceName or NodeKind.FixedName or NodeKind.QualifiedName or NodeKind.InitializerList or NodeKind.FunctionParameter;
        if (!isSimple)
            Append('(');
        Component(node);
        if (!isSimple)
            Append(')');
    }

    private void Unary(int operation, int operand)
    {
        int code = CodeOf(operation);
        switch (code)
        {
            case OperatorCode.AddressOf:
                // The address of a function: its name is enough.
                ref var it = ref _nodes[operand];
                if (it.Kind == NodeKind.TypedName && _nodes[it.Left].Kind == NodeKind.QualifiedName && _nodes[it.Right].Kind == NodeKind.Function)
                    operand = it.Left;
                break;
            case OperatorCode.SizeofPack:
                int pack = FindPack(operand);
                _failed |= pack == 0 && _nodes[operand].Kind == NodeKind.TemplateParameter;
                _output.AppendNumber(PackLength(pack));
                _last = (byte)'0';
                return;
            case OperatorCode.SizeofArguments:
                _output.AppendNumber(ArgumentCount(operand));
                _last = (byte)'0';
                return;
            default:
                break;
        }

        if (_nodes[operand].Kind == NodeKind.OperandPair)
        {
            Operand(_nodes[operand].Left);
            OperatorText(operation);
            return;
        }

        if (_nodes[operation].Kind == NodeKind.Cast)
        {
            Append('(');
            Component(_nodes[operation].Left);
            Append(')');
        }
        else
        {
            OperatorText(operation);
        }

        switch (code)
        {
            case OperatorCode.Global:
                Component(operand);
                break;
            case OperatorCode.SizeofType or OperatorCode.Noexcept:
                Append('(');
                Component(operand);
                Append(')');
                break;
            default:
                Operand(operand);
                break;
        }
    }

    private long ArgumentCount(int list)
    {
        long count = 0;
        for (; list != 0 && _nodes[list].Kind == NodeKind.TemplateArguments; list = _nodes[list].Right)
        {
            int item = _nodes[list].Left;
            if (item == 0)
                break;
            count += _nodes[item].Kind == NodeKind.PackExpansion ? PackLength(FindPack(_nodes[item].Left)) : 1;
        }

        return count;
    }

    private void Binary(int operation, int operands)
    {
        int left = _nodes[operands].Left, right = _nodes[operands].Right;
        int code = CodeOf(operation);
        if (OperatorCode.IsNamedCast(code))
        {
            OperatorText(operation);
            Append('<');
            Component(left);
            Append(">("u8);
            Component(right);
            Append(')');
            return;
        }

        if (OperatorCode.IsFold(code))
        {
            Fold(code, left, right, 0);
            return;
        }

        if (OperatorCode.IsDesignator(code))
        {
            Designator(code, left, 0, right);
            return;
        }

        // `>` would end the template arguments.
        if (code == OperatorCode.Greater)
            Append('(');
        if (code == OperatorCode.Call && _nodes[left].Kind == NodeKind.TypedName)
        {
            // A call shows its arguments, not the types of the parameters.
            Operand(_nodes[left].Left);
        }
        else
        {
            Operand(left);
        }

        if (code == OperatorCode.Index)
        {
            Append('[');
            Component(right);
            Append(']');
        }
        else
        {
            if (code != OperatorCode.Call)
                OperatorText(operation);
            Operand(right);
        }

        if (code == OperatorCode.Greater)
            Append(')');
    }

    private void Trinary(int operation, int operands)
    {
        int first = _nodes[operands].Left, rest = _nodes[operands].Right;
        int second = _nodes[rest].Left, third = _nodes[rest].Right;
        int code = CodeOf(operation);
        if (OperatorCode.IsFold(code))
        {
            Fold(code, first, second, third);
            return;
        }

        if (OperatorCode.IsDesignator(code))
        {
            Designator(code, first, second, third);
            return;
        }

        if (code == OperatorCode.Question)
        {
            Operand(first);
            OperatorText(operation);
            Operand(second);
            Append(" : "u8);
            Operand(third);
            return;
        }

        if (code is not (OperatorCode.New or OperatorCode.NewArray))
        {
            _failed = true;
            return;
        }

        Append("new "u8);
        if (_nodes[first].Left != 0)
        {
            Operand(first);
            Append(' ');
        }

        Component(second);
        if (third != 0)
            Operand(third);
    }

    /// <summary><c>(... + x)</c>, <c>(x + ...)</c>, <c>(a + ... + b)</c>; a pack inside is written whole.</summary>
    private void Fold(int code, int operation, int first, int second)
    {
        int hold = _packIndex;
        _packIndex = -1;
        switch ((char)(code & 0xff))
        {
            case 'l':
                Append("(..."u8);
                OperatorText(operation);
                Operand(first);
                Append(')');
                break;
            case 'r':
                Append('(');
                Operand(first);
                OperatorText(operation);
                Append("...)"u8);
                break;
            default:
                if (second == 0)
                {
                    _failed = true;
                    break;
                }

                Append('(');
                Operand(first);
                OperatorText(operation);
                Append("..."u8);
                OperatorText(operation);
                Operand(second);
                Append(')');
                break;
        }

        _packIndex = hold;
    }

    /// <summary><c>.member=x</c>, <c>[i]=x</c>, <c>[i ... j]=x</c>; chained designators have one `=`.</summary>
    private void Designator(int code, int first, int end, int value)
    {
        if (code == OperatorCode.DesignatedMember)
        {
            Append('.');
            Component(first);
        }
        else
        {
            Append('[');
            Component(first);
            if (code == OperatorCode.DesignatedRange)
            {
                Append(" ... "u8);
                Component(end);
            }

            Append(']');
        }

        if (_nodes[value].Kind is NodeKind.Binary or NodeKind.Trinary && OperatorCode.IsDesignator(CodeOf(_nodes[value].Left)))
        {
            Component(value);
            return;
        }

        Append('=');
        Operand(value);
    }

    private void Literal(int type, int value, bool isNegative)
    {
        var form = LiteralForm.Cast;
        int builtin = 0;
        if (_nodes[type].Kind == NodeKind.Builtin)
        {
            builtin = _nodes[type].Left;
            form = Builtins.Form(builtin);
        }

        switch (form)
        {
            case LiteralForm.Plain or LiteralForm.Suffixed:
                if (isNegative)
                    Append('-');
                Component(value);
                Append(Builtins.Suffix(builtin));
                return;
            case LiteralForm.Bool when !isNegative && _nodes[value].Right == 1 && _text[_nodes[value].Left] is (byte)'0' or (byte)'1':
                Append(_text[_nodes[value].Left] == '1' ? "true"u8 : "false"u8);
                return;
            default:
                break;
        }

        Append('(');
        Component(type);
        Append(')');
        if (isNegative)
            Append('-');
        if (form == LiteralForm.Float)
            Append('[');
        Component(value);
        if (form == LiteralForm.Float)
            Append(']');
    }
}
