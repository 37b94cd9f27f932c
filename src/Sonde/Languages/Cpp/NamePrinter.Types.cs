namespace Sonde.Languages.Cpp;

// Types, and names with a type around them.
internal ref partial struct NamePrinter
{
    private void Type(int node)
    {
        ref var it = ref _nodes[node];
        switch (it.Kind)
        {
            case NodeKind.Builtin:
                Append(Builtins.Name(it.Left));
                break;
            case NodeKind.VendorType:
                Component(it.Left);
                if (it.Right != 0)
                    AngleList(it.Right);
                break;
            case NodeKind.SizedFloat:
                Append("_Float"u8);
                _output.AppendNumber(it.Number);
                _last = (byte)'0';
                if (it.Right == 1)
                    Append('x');
                break;
            case NodeKind.BitInt:
                Append(it.Right == 1 ? "unsigned _BitInt("u8 : "_BitInt("u8);
                Component(it.Left);
                Append(')');
                break;
            case NodeKind.Decltype:
                Append("decltype ("u8);
                Component(it.Left);
                Append(')');
                break;
            case NodeKind.PackExpansion:
                PackExpansion(it.Left);
                break;
            case NodeKind.Function:
                Function(node);
                break;
            case NodeKind.Array:
                Array(node);
                break;
            case NodeKind.PointerToMember or NodeKind.Vector:
                {
                    int held = Hold(node);
                    Component(it.Right);
                    if (!_state.Modifier(held).Printed)
                        Write(node);
                    Release(held);
                    break;
                }

            case NodeKind.LvalueReference or NodeKind.RvalueReference:
                Reference(node);
                break;
            case NodeKind.Const or NodeKind.Volatile or NodeKind.Restrict:
                // Through arrays the same qualifier can be held twice; it is written once.
                for (int i = _modifiers; i >= 0; i = _state.Modifier(i).Next)
                {
                    if (_state.Modifier(i).Printed)
                        continue;
                    var kind = _nodes[_state.Modifier(i).Node].Kind;
                    if (kind is not (NodeKind.Const or NodeKind.Volatile or NodeKind.Restrict))
                        break;
                    if (kind == it.Kind)
                    {
                        Component(it.Left);
                        return;
                    }
                }

                Modified(node, it.Left);
                break;
            default:
                Modified(node, it.Left);
                break;
        }
    }

    private void Modified(int modifier, int type)
    {
        int held = Hold(modifier);
        Component(type);
        if (!_state.Modifier(held).Printed)
            Write(modifier);
        Release(held);
    }

    private int Hold(int node)
    {
        _modifiers = _state.AddModifier(_modifiers, node, _templates);
        return _modifiers;
    }

    private void Release(int held)
    {
        _modifiers = _state.Modifier(held).Next;
        _state.ModifierCount = held;
    }

    /// <summary>A reference to a reference is one: `&amp;` wins over `&amp;&amp;`.</summary>
    private void Reference(int node)
    {
        int target = _nodes[node].Left;
        int inner = target;
        int holdTemplates = _templates;
        if (_lambdaDepth == 0 && _nodes[target].Kind == NodeKind.TemplateParameter)
        {
            int saved = _state.SavedScope(target);
            if (saved == -2)
                _state.SaveScope(target, _templates);
            else if (!IsInside(node, target))
                _templates = saved;

            inner = Argument(target);
            if (inner != 0 && _nodes[inner].Kind == NodeKind.TemplateArguments)
                inner = Indexed(inner, _packIndex);
            if (inner == 0)
            {
                _templates = holdTemplates;
                _failed = true;
                return;
            }
        }

        int modifier = node;
        int type = target;
        var innerKind = _nodes[inner].Kind;
        if (innerKind == NodeKind.LvalueReference || innerKind == _nodes[node].Kind)
        {
            modifier = inner;
            type = _nodes[inner].Left;
        }
        else if (innerKind == NodeKind.RvalueReference)
        {
            type = _nodes[inner].Left;
        }

        Modified(modifier, type);
        _templates = holdTemplates;
    }

    /// <summary>Whether the reference or its target is being written further out, in a scope that must stay.</summary>
    private readonly bool IsInside(int reference, int target)
    {
        var path = _state.Path(_depth);
        for (int i = path.Length - 1; i >= 0; i--)
        {
            if (path[i] == target || (path[i] == reference && i != path.Length - 1))
                return true;
        }

        return false;
    }

    private void TypedName(int name, int type)
    {
        // The name, and a member function's qualifiers around it, are held for the type to write in the right place.
        int holdModifiers = _modifiers, mark = _state.ModifierCount;
        _modifiers = -1;
        int typed = name;
        while (true)
        {
            if (typed == 0)
            {
                _failed = true;
                return;
            }

            Hold(typed);
            if (!NameParser.IsFunctionQualifier(_nodes[typed].Kind))
                break;
            typed = _nodes[typed].Left;
        }

        if (_nodes[typed].Kind == NodeKind.LocalName)
        {
            // The qualifiers of a member of a local class stand inside the local name.
            typed = _nodes[typed].Right;
            if (_nodes[typed].Kind == NodeKind.DefaultArgument)
                typed = _nodes[typed].Left;
            for (; typed != 0 && NameParser.IsFunctionQualifier(_nodes[typed].Kind); typed = _nodes[typed].Left)
                HoldBeforeLast(typed);
        }

        int holdTemplates = _templates;
        if (typed != 0 && _nodes[typed].Kind == NodeKind.Template)
            EnterTemplate(typed);
        Component(type);
        _templates = holdTemplates;

        for (int i = _state.ModifierCount - 1; i >= mark; i--)
        {
            if (_state.Modifier(i).Printed)
                continue;
            Append(' ');
            Write(_state.Modifier(i).Node);
        }

        _state.ModifierCount = mark;
        _modifiers = holdModifiers;
    }

    /// <summary>Holds a modifier just outside the innermost one.</summary>
    private void HoldBeforeLast(int node)
    {
        int last = _modifiers;
        var moved = _state.Modifier(last);
        _modifiers = _state.AddModifier(last, moved.Node, moved.Templates);
        ref var outer = ref _state.Modifier(last);
        outer.Node = node;
        outer.Templates = _templates;
        outer.Printed = false;
    }

    private void EnterTemplate(int template)
    {
        int scope = _state.AddScope(_templates, template);
        if (scope < 0)
            _failed = true;
        else
            _templates = scope;
    }

    private void Function(int node)
    {
        int result = _nodes[node].Left;
        if (result != 0)
        {
            int held = Hold(node);
            Component(result);
            bool isPrinted = _state.Modifier(held).Printed;
            Release(held);
            if (isPrinted)
                return;
            Append(' ');
        }

        FunctionAround(node, _modifiers);
    }

    /// <summary>Writes held modifiers, in parentheses if need be, then the parameters.</summary>
    private void FunctionAround(int node, int modifiers)
    {
        bool needsParentheses = false, needsBlank = false;
        for (int i = modifiers; i >= 0 && !_state.Modifier(i).Printed && !needsParentheses; i = _state.Modifier(i).Next)
        {
            switch (_nodes[_state.Modifier(i).Node].Kind)
            {
                case NodeKind.Pointer or NodeKind.LvalueReference or NodeKind.RvalueReference:
                    needsParentheses = true;
                    break;
                case NodeKind.Const or NodeKind.Volatile or NodeKind.Restrict or NodeKind.VendorQualifier or NodeKind.Complex or NodeKind.Imaginary or NodeKind.PointerToMember:
                    needsParentheses = true;
                    needsBlank = true;
                    break;
                default:
                    break;
            }
        }

        if (needsParentheses)
        {
            if (!needsBlank && _last is not ((byte)'(' or (byte)'*'))
                needsBlank = true;
            if (needsBlank && _last != ' ')
                Append(' ');
            Append('(');
        }

        int hold = _modifiers;
        _modifiers = -1;
        WriteHeld(modifiers, isSuffix: false);
        if (needsParentheses)
            Append(')');
        Append('(');
        if (_nodes[node].Right != 0)
            Component(_nodes[node].Right);
        Append(')');
        WriteHeld(modifiers, isSuffix: true);
        _modifiers = hold;
    }

    private void Array(int node)
    {
        // The array goes down as a modifier, for `int [2][3]`. A qualified array is an array of qualified elements.
        int hold = _modifiers;
        int held = _modifiers = _state.AddModifier(hold, node, _templates);
        int count = 0;
        for (int i = hold; i >= 0; i = _state.Modifier(i).Next)
        {
            var modifier = _state.Modifier(i);
            if (_nodes[modifier.Node].Kind is not (NodeKind.Const or NodeKind.Volatile or NodeKind.Restrict))
                break;
            if (modifier.Printed)
                continue;
            _modifiers = _state.AddModifier(_modifiers, modifier.Node, modifier.Templates);
            _state.Modifier(i).Printed = true;
            count++;
        }

        Component(_nodes[node].Right);
        _modifiers = hold;
        bool isPrinted = _state.Modifier(held).Printed;
        if (!isPrinted)
        {
            for (int i = held + count; i > held; i--)
                Write(_state.Modifier(i).Node);
        }

        _state.ModifierCount = held;
        if (!isPrinted)
            ArrayAround(node, _modifiers);
    }

    private void ArrayAround(int node, int modifiers)
    {
        bool needsBlank = true, needsParentheses = false;
        for (int i = modifiers; i >= 0; i = _state.Modifier(i).Next)
        {
            if (_state.Modifier(i).Printed)
                continue;
            needsParentheses = needsBlank = _nodes[_state.Modifier(i).Node].Kind != NodeKind.Array;
            break;
        }

        if (needsParentheses)
            Append(" ("u8);
        WriteHeld(modifiers, isSuffix: false);
        if (needsParentheses)
            Append(')');
        if (needsBlank)
            Append(' ');
        Append('[');
        if (_nodes[node].Left != 0)
            Component(_nodes[node].Left);
        Append(']');
    }

    /// <summary>Writes what is held, from the innermost outward; the qualifiers of `this` only as the suffix they are.</summary>
    private void WriteHeld(int modifiers, bool isSuffix)
    {
        for (int i = modifiers; i >= 0 && !_failed; i = _state.Modifier(i).Next)
        {
            int node = _state.Modifier(i).Node;
            var kind = _nodes[node].Kind;
            if (_state.Modifier(i).Printed || (!isSuffix && NameParser.IsFunctionQualifier(kind)))
                continue;
            _state.Modifier(i).Printed = true;
            int hold = _templates;
            _templates = _state.Modifier(i).Templates;
            switch (kind)
            {
                case NodeKind.Function:
                    FunctionAround(node, _state.Modifier(i).Next);
                    _templates = hold;
                    return;
                case NodeKind.Array:
                    ArrayAround(node, _state.Modifier(i).Next);
                    _templates = hold;
                    return;
                case NodeKind.LocalName:
                    WriteLocalName(node);
                    _templates = hold;
                    return;
                default:
                    Write(node);
                    _templates = hold;
                    break;
            }
        }
    }

    /// <summary>A function's local name, without the qualifiers that are held apart.</summary>
    private void WriteLocalName(int node)
    {
        int hold = _modifiers;
        _modifiers = -1;
        Component(_nodes[node].Left);
        _modifiers = hold;
        Append("::"u8);
        int entity = _nodes[node].Right;
        if (_nodes[entity].Kind == NodeKind.DefaultArgument)
        {
            DefaultArgument(_nodes[entity].Number);
            entity = _nodes[entity].Left;
        }

        while (entity != 0 && NameParser.IsFunctionQualifier(_nodes[entity].Kind))
            entity = _nodes[entity].Left;
        Component(entity);
    }

    private void Write(int node)
    {
        ref var it = ref _nodes[node];
        switch (it.Kind)
        {
            case NodeKind.Restrict or NodeKind.RestrictThis:
                Append(" restrict"u8);
                break;
            case NodeKind.Volatile or NodeKind.VolatileThis:
                Append(" volatile"u8);
                break;
            case NodeKind.Const or NodeKind.ConstThis:
                Append(" const"u8);
                break;
            case NodeKind.TransactionSafe:
                Append(" transaction_safe"u8);
                break;
            case NodeKind.Noexcept or NodeKind.Throw:
                Append(it.Kind == NodeKind.Throw ? " throw"u8 : " noexcept"u8);
                if (it.Right != 0)
                {
                    Append('(');
                    Component(it.Right);
                    Append(')');
                }

                break;
            case NodeKind.VendorQualifier:
                Append(' ');
                Component(it.Right);
                break;
            case NodeKind.Pointer:
                Append('*');
                break;
            case NodeKind.LvalueThis:
                Append(" &"u8);
                break;
            case NodeKind.LvalueReference:
                Append('&');
                break;
            case NodeKind.RvalueThis:
                Append(" &&"u8);
                break;
            case NodeKind.RvalueReference:
                Append("&&"u8);
                break;
            case NodeKind.ExplicitObject:
                break;
            case NodeKind.Complex:
                Append(" _Complex"u8);
                break;
            case NodeKind.Imaginary:
                Append(" _Imaginary"u8);
                break;
            case NodeKind.PointerToMember:
                if (_last != '(')
                    Append(' ');
                Component(it.Left);
                Append("::*"u8);
                break;
            case NodeKind.Vector:
                Append(" __vector("u8);
                Component(it.Left);
                Append(')');
                break;
            case NodeKind.TypedName:
                Component(it.Left);
                break;
            default:
                Component(node);
                break;
        }
    }
}
