namespace Sonde.Languages.Cpp;

// Templates, their parameters, packs and lambdas.
internal ref partial struct NamePrinter
{
    private void Template(int node, int name, int arguments)
    {
        // Modifiers belong to what the template is used for, not into it.
        int holdModifiers = _modifiers, holdCurrent = _currentTemplate;
        _modifiers = -1;
        _currentTemplate = node;
        Component(name);
        AngleList(arguments);
        _modifiers = holdModifiers;
        _currentTemplate = holdCurrent;
    }

    private void AngleList(int arguments)
    {
        if (_last == '<')
            Append(' ');
        Append('<');
        Component(arguments);
        if (_last == '>')
            Append(' ');
        Append('>');
    }

    /// <summary>The type of a conversion operator can use the parameters of the operator's own template, whose name it is part of.</summary>
    private void ConversionType(int type)
    {
        int hold = _templates;
        if (_currentTemplate != 0)
            EnterTemplate(_currentTemplate);
        Component(type);
        _templates = hold;
    }

    private void TemplateParameter(int node)
    {
        if (_lambdaDepth > 0)
        {
            LambdaParameter(_nodes[node].Number);
            return;
        }

        int argument = Argument(node);
        if (argument != 0 && _nodes[argument].Kind == NodeKind.TemplateArguments)
            argument = Indexed(argument, _packIndex);
        if (argument == 0)
        {
            _failed = true;
            return;
        }

        // Within the argument, parameters are those of the scope around the template.
        int hold = _templates;
        _templates = _state.Scope(_templates).Next;
        Component(argument);
        _templates = hold;
    }

    /// <summary>The argument that a parameter stands for in the current scope, 0 when there is none.</summary>
    private readonly int Argument(int parameter)
    {
        if (_templates < 0)
            return 0;
        int template = _state.Scope(_templates).Declaration;
        return Indexed(_nodes[template].Right, _nodes[parameter].Number);
    }

    /// <summary>An element of a list; the list itself for a negative index.</summary>
    private readonly int Indexed(int list, int index)
    {
        if (index < 0)
            return list;
        for (; list != 0; list = _nodes[list].Right)
        {
            if (_nodes[list].Kind != NodeKind.TemplateArguments)
                return 0;
            if (index-- == 0)
                return _nodes[list].Left;
        }

        return 0;
    }

    private void PackExpansion(int pattern)
    {
        int pack = _lambdaDepth > 0 ? 0 : FindPack(pattern);
        if (pack == 0)
        {
            // Only packs of function parameters: their length is not in the name.
            Operand(pattern);
            Append("..."u8);
            return;
        }

        int length = PackLength(pack);
        int hold = _packIndex;
        for (int i = 0; i < length && !_failed; i++)
        {
            if (i > 0)
                Append(", "u8);
            _packIndex = i;
            Component(pattern);
        }

        _packIndex = hold;
    }

    private readonly int PackLength(int pack)
    {
        int length = 0;
        for (; pack != 0 && _nodes[pack].Kind == NodeKind.TemplateArguments && _nodes[pack].Left != 0; pack = _nodes[pack].Right)
            length++;
        return length;
    }

    /// <summary>The first template argument pack that a pattern uses, 0 when it uses none.</summary>
    private int FindPack(int node)
    {
        if (node == 0 || _failed || ++_steps > MaximumSteps)
            return 0;
        if (!Enter())
            return 0;
        int pack = FindPackInner(node);
        _depth--;
        return pack;
    }

    private int FindPackInner(int node)
    {
        ref var it = ref _nodes[node];
        switch (it.Kind)
        {
            case NodeKind.TemplateParameter:
                int argument = Argument(node);
                return argument != 0 && _nodes[argument].Kind == NodeKind.TemplateArguments ? argument : 0;
            case NodeKind.SourceName or NodeKind.FixedName or NodeKind.Builtin or NodeKind.Operator or NodeKind.PackExpansion or NodeKind.Lambda
                or NodeKind.AbiTag or NodeKind.FunctionParameter or NodeKind.UnnamedType or NodeKind.DefaultArgument or NodeKind.SizedFloat
                or NodeKind.BitInt or NodeKind.LiteralOperator or NodeKind.RequiresExpression:
                return 0;
            case NodeKind.Constructor or NodeKind.Destructor or NodeKind.VendorOperator:
                return FindPack(it.Left);
            default:
                int found = FindPack(it.Left);
                return found != 0 ? found : FindPack(it.Right);
        }
    }

    private void Lambda(int parameters, int head, int number)
    {
        int hold = _lambdaHead;
        _lambdaHead = head == 0 ? 0 : _nodes[head].Left;
        _lambdaDepth++;
        Append("{lambda"u8);
        if (head != 0)
            Head(_lambdaHead, isNamed: true);
        Append('(');
        Component(parameters);
        Append(")#"u8);
        _output.AppendNumber(number + 1L);
        Append('}');
        _lambdaDepth--;
        _lambdaHead = hold;
    }

    /// <summary>Declared template parameters. Their names are not mangled: those of a lambda get one made of kind and number.</summary>
    private void Head(int list, bool isNamed)
    {
        Append('<');
        int index = 0;
        for (int link = list; link != 0 && !_failed; link = _nodes[link].Right, index++)
        {
            if (index > 0)
                Append(", "u8);
            Component(_nodes[link].Left);
            if (!isNamed)
                continue;
            Append(' ');
            DeclaredName(_nodes[link].Left, index);
        }

        Append('>');
    }

    private void DeclaredName(int declaration, int index)
    {
        while (_nodes[declaration].Kind == NodeKind.PackDeclaration)
            declaration = _nodes[declaration].Left;
        Append(_nodes[declaration].Kind switch
        {
            NodeKind.NonTypeParameterDeclaration => "$N"u8,
            NodeKind.TemplateTemplateDeclaration => "$TT"u8,
            _ => "$T"u8,
        });
        _output.AppendNumber((long)index);
        _last = (byte)'0';
    }

    /// <summary>A parameter inside a lambda's signature: a declared one, else one of an `auto` parameter, which are mangled alike.</summary>
    private void LambdaParameter(int index)
    {
        int link = _lambdaHead;
        for (int i = 0; link != 0 && i < index; i++)
            link = _nodes[link].Right;
        if (link != 0)
        {
            DeclaredName(_nodes[link].Left, index);
            return;
        }

        Append("auto:"u8);
        _output.AppendNumber(index + 1L);
        _last = (byte)'0';
    }

    private void Declaration(NodeKind kind, int inner)
    {
        switch (kind)
        {
            case NodeKind.TemplateHead:
                Head(inner, isNamed: false);
                break;
            case NodeKind.TypeParameterDeclaration:
                Append("typename"u8);
                break;
            case NodeKind.TemplateTemplateDeclaration:
                Append("template"u8);
                Component(inner);
                Append(" class"u8);
                break;
            case NodeKind.PackDeclaration:
                Component(inner);
                Append("..."u8);
                break;
            default:
                Component(inner);
                break;
        }
    }
}
