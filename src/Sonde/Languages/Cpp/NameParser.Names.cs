namespace Sonde.Languages.Cpp;

// <name> and what it is made of: Itanium C++ ABI, 5.1.3 and 5.1.7.
internal ref partial struct NameParser
{
    /// <summary><c>name ::= nested-name | local-name | [St] unqualified-name [template-args]</c></summary>
    private int Name()
    {
        switch (Peek())
        {
            case (byte)'N':
                return NestedName();
            case (byte)'Z':
                return LocalName();
            case (byte)'S' when PeekNext() != 't':
                {
                    int substitution = Substitution(prefix: false);
                    if (substitution == 0)
                        return 0;
                    // A module is a substitution too; then the name follows.
                    if (_nodes[substitution].Kind == NodeKind.ModuleName)
                        return WithArguments(UnqualifiedName(0, substitution), isCandidate: true);
                    return WithArguments(substitution, isCandidate: false);
                }

            case (byte)'S':
                {
                    _position += 2;
                    int module = 0;
                    if (Peek() == 'S' && (module = Substitution(prefix: true)) == 0)
                        return 0;
                    return WithArguments(UnqualifiedName(_nodes.Add(NodeKind.FixedName, FixedNames.Std), module), isCandidate: true);
                }

            default:
                return WithArguments(UnqualifiedName(0, 0), isCandidate: true);
        }
    }

    private int WithArguments(int name, bool isCandidate)
    {
        if (name == 0 || Peek() != 'I')
            return name;
        if (isCandidate)
            _nodes.AddSubstitution(name);
        return Templated(name);
    }

    private int Templated(int name)
    {
        int arguments = TemplateArguments();
        return arguments == 0 ? 0 : _nodes.Add(NodeKind.Template, name, arguments);
    }

    /// <summary><c>N [CV-qualifiers] [ref-qualifier] prefix E</c>, or <c>NH</c> for an explicit object parameter.</summary>
    private int NestedName()
    {
        _position++;
        int outer = 0, hole = 0;
        bool hasExplicitObject = Accept('H');
        if (!hasExplicitObject && !Qualifiers(isMember: true, ref outer, ref hole))
            return 0;
        NodeKind reference = NodeKind.None;
        if (Peek() is (byte)'R' or (byte)'O')
        {
            reference = Peek() == 'R' ? NodeKind.LvalueThis : NodeKind.RvalueThis;
            _position++;
        }

        int name = Prefix();
        if (name == 0 || !Accept('E'))
            return 0;
        if (hole != 0)
        {
            _nodes[hole].Left = name;
            name = outer;
        }

        if (hasExplicitObject)
            name = _nodes.Add(NodeKind.ExplicitObject, name);
        return reference == NodeKind.None ? name : _nodes.Add(reference, name);
    }

    private int Prefix()
    {
        if (!Enter())
            return 0;
        int result = 0;
        while (true)
        {
            byte next = Peek();
            if (next == 'E')
                break;
            if (next == 'M')
            {
                // The initialiser of a member: the scope of a lambda, a candidate already.
                _position++;
                continue;
            }

            bool isCandidate = true;
            result = next switch
            {
                (byte)'D' when PeekNext() is (byte)'T' or (byte)'t' => result == 0 ? Type() : 0,
                (byte)'I' => result == 0 ? 0 : Templated(result),
                (byte)'T' => result == 0 ? TemplateParameter() : 0,
                (byte)'S' => PrefixSubstitution(result, out isCandidate),
                _ => UnqualifiedName(result, 0),
            };
            if (result == 0)
                break;
            // Type() has put the decltype into the table; the whole prefix is added by who asked for it.
            if (isCandidate && next != 'D' && Peek() != 'E')
                _nodes.AddSubstitution(result);
            else if (next == 'D' && _nodes[result].Kind != NodeKind.Decltype && Peek() != 'E')
                _nodes.AddSubstitution(result);
        }

        _depth--;
        return result;
    }

    private int PrefixSubstitution(int scope, out bool isCandidate)
    {
        isCandidate = true;
        if (scope == 0 && Accept('S', 't'))
        {
            int module = 0;
            if (Peek() == 'S' && (module = Substitution(prefix: true)) == 0)
                return 0;
            return UnqualifiedName(_nodes.Add(NodeKind.FixedName, FixedNames.Std), module);
        }

        int substitution = Substitution(prefix: true);
        if (substitution == 0)
            return 0;
        if (_nodes[substitution].Kind == NodeKind.ModuleName)
            return UnqualifiedName(scope, substitution);
        isCandidate = false;
        return scope == 0 ? substitution : 0;
    }

    /// <summary><c>[module] (source-name | operator | ctor-dtor | DC…E | Ul…| Ut…) [abi-tags]</c>, inside a scope.</summary>
    private int UnqualifiedName(int scope, int module)
    {
        if (Peek() == 'W' && (module = Module(module)) == 0)
            return 0;
        bool isFriend = Accept('F');
        if (Peek() == 'L')
            _position++;
        int name = Peek() switch
        {
            byte digit when IsDigit(digit) => SourceName(),
            byte letter when IsLower(letter) => OperatorAsName(),
            (byte)'D' when PeekNext() == 'C' => StructuredBinding(),
            (byte)'C' or (byte)'D' => ConstructorOrDestructor(),
            (byte)'U' when PeekNext() == 'l' => Lambda(),
            (byte)'U' when PeekNext() == 't' => UnnamedType(),
            _ => 0,
        };
        // `L` names of old g++ may have a discriminator, which says nothing to a reader.
        if (name == 0)
            return 0;
        if (module != 0)
            name = _nodes.Add(NodeKind.ModuleEntity, name, module);
        name = AbiTags(name);
        if (isFriend)
            name = _nodes.Add(NodeKind.Friend, name);
        return name != 0 && scope != 0 ? _nodes.Add(NodeKind.QualifiedName, scope, name) : name;
    }

    /// <summary><c>W [P] source-name</c>, repeated; each is a candidate.</summary>
    private int Module(int parent)
    {
        while (Accept('W'))
        {
            bool isPartition = Accept('P');
            int part = SourceName();
            if (part == 0)
                return 0;
            if (isPartition)
                part = _nodes.Add(NodeKind.ModulePartition, part);
            parent = _nodes.Add(NodeKind.ModuleName, parent, part);
            _nodes.AddSubstitution(parent);
        }

        return parent;
    }

    private int AbiTags(int name)
    {
        int holdName = _lastName;
        while (name != 0 && Peek() == 'B')
        {
            _position++;
            int tag = SourceName();
            if (tag == 0)
                return 0;
            name = _nodes.Add(NodeKind.AbiTag, name, tag);
        }

        _lastName = holdName;
        return name;
    }

    private int SourceName()
    {
        int length = PlainNumber();
        if (length <= 0 || length > _text.Length - _position)
            return 0;
        var bytes = _text.Slice(_position, length);
        // g++ names the anonymous namespace _GLOBAL__N_ and what follows.
        int name = bytes.Length >= 10 && bytes.StartsWith("_GLOBAL_"u8) && bytes[8] is (byte)'.' or (byte)'_' or (byte)'$' && bytes[9] == 'N'
            ? _nodes.Add(NodeKind.FixedName, FixedNames.AnonymousNamespace)
            : _nodes.Add(NodeKind.SourceName, _position, length);
        _position += length;
        _lastName = name;
        return name;
    }

    private int OperatorAsName()
    {
        bool wasExpression = _isExpression;
        // In an expression, `on` says that an operator's name follows: `cv` is then a conversion, not a cast.
        if (Accept('o', 'n'))
            _isExpression = false;
        int result = OperatorName();
        _isExpression = wasExpression;
        if (result != 0 && _nodes[result].Kind == NodeKind.Operator && Operators.CodeOf(_nodes[result].Left) == OperatorCode.LiteralSuffix)
        {
            int suffix = SourceName();
            return suffix == 0 ? 0 : _nodes.Add(NodeKind.LiteralOperator, suffix);
        }

        return result;
    }

    private int OperatorName()
    {
        byte first = Peek(), second = PeekNext();
        if (first == 'v' && IsDigit(second))
        {
            _position += 2;
            int name = SourceName();
            return name == 0 ? 0 : _nodes.Add(NodeKind.VendorOperator, name, number: second - '0');
        }

        if (first == 'c' && second == 'v')
        {
            _position += 2;
            bool wasConversion = _isConversion;
            _isConversion = !_isExpression;
            int type = Type();
            int result = type == 0 ? 0 : _nodes.Add(_isConversion ? NodeKind.Conversion : NodeKind.Cast, type);
            _isConversion = wasConversion;
            return result;
        }

        int index = Operators.Find(first, second);
        if (index < 0)
            return 0;
        _position += 2;
        return _nodes.Add(NodeKind.Operator, index);
    }

    /// <summary><c>C1 C2 C3 C4 C5 CI1 type D0 D1 D2 D4 D5</c></summary>
    private int ConstructorOrDestructor()
    {
        if (_lastName == 0)
            return 0;
        int name = _lastName;
        if (Accept('C'))
        {
            bool isInherited = Accept('I');
            if (Peek() is < (byte)'1' or > (byte)'5')
                return 0;
            _position++;
            // An inherited constructor has the name of the class that declares it.
            if (isInherited && Type() == 0)
                return 0;
            return _nodes.Add(NodeKind.Constructor, _lastName);
        }

        if (PeekNext() is not ((byte)'0' or (byte)'1' or (byte)'2' or (byte)'4' or (byte)'5'))
            return 0;
        _position += 2;
        return _nodes.Add(NodeKind.Destructor, name);
    }

    private int StructuredBinding()
    {
        _position += 2;
        int list = 0, last = 0;
        do
        {
            int name = SourceName();
            if (name == 0)
                return 0;
            Chain(NodeKind.Arguments, name, ref list, ref last);
        }
        while (Peek() != 'E');
        _position++;
        return _nodes.Add(NodeKind.StructuredBinding, list);
    }

    /// <summary>Appends to a list of components.</summary>
    private readonly void Chain(NodeKind kind, int item, ref int first, ref int last)
    {
        int link = _nodes.Add(kind, item);
        if (last == 0)
            first = link;
        else
            _nodes[last].Right = link;
        last = link;
    }

    /// <summary><c>Z encoding E (s | d [n] _ name | name) [discriminator]</c></summary>
    private int LocalName()
    {
        _position++;
        int function = Encoding(topLevel: false);
        if (function == 0 || !Accept('E'))
            return 0;
        // The return type of the function around a local entity tells nobody anything.
        if (_nodes[function].Kind == NodeKind.TypedName)
            _nodes[_nodes[function].Right].Left = 0;
        if (Peek() == 's')
        {
            _position++;
            return Discriminator() ? _nodes.Add(NodeKind.LocalName, function, _nodes.Add(NodeKind.FixedName, FixedNames.StringLiteral)) : 0;
        }

        int argument = -1;
        if (Peek() == 'd')
        {
            _position++;
            argument = CompactNumber();
            if (argument < 0)
                return 0;
        }

        int name = Name();
        if (name == 0)
            return 0;
        // Lambdas and unnamed types are numbered within themselves.
        if (_nodes[name].Kind is not (NodeKind.Lambda or NodeKind.UnnamedType) && !Discriminator())
            return 0;
        if (argument >= 0)
            name = _nodes.Add(NodeKind.DefaultArgument, name, number: argument);
        return _nodes.Add(NodeKind.LocalName, function, name);
    }

    /// <summary><c>_ digit</c> or <c>__ number _</c>, if there; says which of several namesakes in a function, and is not shown.</summary>
    private bool Discriminator()
    {
        if (!Accept('_'))
            return true;
        bool isLong = Accept('_');
        int value = PlainNumber();
        return value >= 0 && (!isLong || value < 10 || Accept('_'));
    }

    /// <summary><c>Ul [template-head] types E [n] _</c></summary>
    private int Lambda()
    {
        _position += 2;
        int head = TemplateHead();
        if (head < 0)
            return 0;
        int parameters = ParameterList();
        if (parameters == 0)
            return 0;
        if (Accept('Q') && Expression() == 0)
            return 0;
        if (!Accept('E'))
            return 0;
        int number = CompactNumber();
        return number < 0 ? 0 : _nodes.Add(NodeKind.Lambda, parameters, head, number);
    }

    private int UnnamedType()
    {
        _position += 2;
        int number = CompactNumber();
        return number < 0 ? 0 : _nodes.Add(NodeKind.UnnamedType, number: number);
    }

    /// <summary><c>S_</c>, <c>S0_</c>… (base 36), or an abbreviation of the standard library.</summary>
    private int Substitution(bool prefix)
    {
        _position++;
        byte code = Peek();
        if (code == '_' || IsDigit(code) || IsUpper(code))
        {
            int index = SequenceNumber();
            return index < 0 ? 0 : _nodes.Substitution(index);
        }

        int row = FixedNames.Find(code);
        if (row < 0)
            return 0;
        _position++;
        if (FixedNames.Text(row + 2).Length > 0)
            _lastName = _nodes.Add(NodeKind.FixedName, row + 2);
        // A constructor of std::string has the class's own name.
        bool isFull = _expandAbbreviations || (prefix && Peek() is (byte)'C' or (byte)'D');
        int name = _nodes.Add(NodeKind.FixedName, isFull ? row + 1 : row);
        if (Peek() == 'B')
        {
            name = AbiTags(name);
            if (name != 0)
                _nodes.AddSubstitution(name);
        }

        return name;
    }

    private int SequenceNumber()
    {
        if (Accept('_'))
            return 0;
        int value = 0;
        for (; Peek() != '_'; _position++)
        {
            byte digit = Peek();
            int number = IsDigit(digit) ? digit - '0' : IsUpper(digit) ? digit - 'A' + 10 : -1;
            if (number < 0 || value > 1 << 24)
                return -1;
            value = value * 36 + number;
        }

        _position++;
        return value + 1;
    }
}
