using System.Runtime.CompilerServices;

namespace Sonde.Languages.Cpp;

/// <summary>
/// Mangled name -> components, by recursive descent over the grammar of the Itanium C++ ABI, chapter 5.1
/// (itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling). Each method stands on the first byte of its production and
/// returns the index of a component, 0 when the name is malformed; nothing throws. Depth, components and substitutions are bounded.
/// </summary>
internal ref partial struct NameParser
{
    /// <summary>Nesting of productions. Real names stay below 100; each level costs up to 1 KB of stack.</summary>
    private const int MaximumDepth = 512;

    private readonly ReadOnlySpan<byte> _text;
    private readonly NodePool _nodes;
    private readonly bool _withParameters;
    private readonly bool _expandAbbreviations;
    private int _position;
    private int _depth;

    /// <summary>The last source name: what a constructor or destructor is called.</summary>
    private int _lastName;

    private bool _isExpression;
    private bool _isConversion;

    public NameParser(ReadOnlySpan<byte> text, NodePool nodes, DemangleOptions options)
    {
        _text = text;
        _nodes = nodes;
        _withParameters = (options & DemangleOptions.Parameters) != 0;
        _expandAbbreviations = (options & DemangleOptions.ExpandAbbreviations) != 0;
        nodes.Clear();
    }

    /// <summary>The whole name; 0 when it is not a mangled one.</summary>
    public int Parse()
    {
        int name;
        if (_text.StartsWith("_Z"u8))
            name = MangledName(topLevel: true);
        else if (_text.StartsWith("_GLOBAL_"u8) && _text.Length > 11 && _text[8] is (byte)'_' or (byte)'.' or (byte)'$' && _text[9] is (byte)'D' or (byte)'I' && _text[10] == '_')
            name = GlobalKeyed();
        else
            return 0;
        return _withParameters && _position != _text.Length ? 0 : name;
    }

    /// <summary><c>_GLOBAL__I_x</c>, <c>_GLOBAL__D_x</c>: what runs the initialisers of the unit that has x.</summary>
    private int GlobalKeyed()
    {
        var kind = _text[9] == 'I' ? NodeKind.GlobalConstructors : NodeKind.GlobalDestructors;
        _position = 11;
        int key;
        if (_text[11..].StartsWith("_Z"u8))
        {
            key = MangledName(topLevel: false);
            if (key == 0)
                return 0;
        }
        else
        {
            key = _nodes.Add(NodeKind.SourceName, _position, _text.Length - _position);
        }

        _position = _text.Length;
        return _nodes.Add(kind, key);
    }

    /// <summary><c>_Z encoding [. suffix]*</c></summary>
    private int MangledName(bool topLevel)
    {
        if (Peek() == '_')
            _position++;
        if (!Accept('Z'))
            return 0;
        int name = Encoding(topLevel);
        while (topLevel && _withParameters && name != 0 && Peek() == '.' && CloneSuffix() is int suffix and not 0)
            name = _nodes.Add(NodeKind.Clone, name, suffix);
        return name;
    }

    /// <summary><c>.cold</c>, <c>.part.0</c>, <c>.constprop.0.isra.1</c>: what compilers append to the copies they make of a function.</summary>
    private int CloneSuffix()
    {
        int end = _position;
        if (IsSuffixLetter(At(end + 1)) || IsDigit(At(end + 1)))
        {
            end += 2;
            while (IsSuffixLetter(At(end)) || IsDigit(At(end)))
                end++;
        }

        while (At(end) == '.' && IsDigit(At(end + 1)))
        {
            end += 2;
            while (IsDigit(At(end)))
                end++;
        }

        if (end == _position)
            return 0;
        int suffix = _nodes.Add(NodeKind.SourceName, _position, end - _position);
        _position = end;
        return suffix;
    }

    private int Encoding(bool topLevel)
    {
        if (!Enter())
            return 0;
        int result = EncodingInner(topLevel);
        _depth--;
        return result;
    }

    private int EncodingInner(bool topLevel)
    {
        if (Peek() is (byte)'G' or (byte)'T')
            return SpecialName();
        int name = Name();
        if (name == 0)
            return 0;
        if (topLevel && !_withParameters)
            return WithoutQualifiers(name);
        if (Peek() is 0 or (byte)'E' or (byte)'.')
            return name;

        int type = BareFunctionType(HasReturnType(name));
        if (type == 0)
            return 0;
        if (!topLevel && _nodes[name].Kind == NodeKind.LocalName)
            _nodes[type].Left = 0;
        if (Peek() == 'Q')
        {
            _position++;
            int constraint = Expression();
            if (constraint == 0)
                return 0;
            return _nodes.Add(NodeKind.Constrained, _nodes.Add(NodeKind.TypedName, name, type), constraint);
        }

        return _nodes.Add(NodeKind.TypedName, name, type);
    }

    private int WithoutQualifiers(int name)
    {
        while (IsFunctionQualifier(_nodes[name].Kind))
            name = _nodes[name].Left;
        if (_nodes[name].Kind == NodeKind.LocalName)
        {
            int entity = _nodes[name].Right;
            while (IsFunctionQualifier(_nodes[entity].Kind))
                entity = _nodes[entity].Left;
            _nodes[name].Right = entity;
        }

        return name;
    }

    /// <summary>Only templates are mangled with their return type, and of these not constructors, destructors and conversions.</summary>
    private readonly bool HasReturnType(int name)
    {
        while (true)
        {
            switch (_nodes[name].Kind)
            {
                case NodeKind.LocalName:
                    name = _nodes[name].Right;
                    break;
                case NodeKind.Constrained:
                    name = _nodes[name].Left;
                    break;
                case NodeKind.Template:
                    return !IsNamedByType(_nodes[name].Left);
                case var kind when IsFunctionQualifier(kind):
                    name = _nodes[name].Left;
                    break;
                default:
                    return false;
            }
        }
    }

    private readonly bool IsNamedByType(int name)
    {
        while (_nodes[name].Kind is NodeKind.QualifiedName or NodeKind.LocalName)
            name = _nodes[name].Right;
        while (_nodes[name].Kind is NodeKind.AbiTag)
            name = _nodes[name].Left;
        return _nodes[name].Kind is NodeKind.Constructor or NodeKind.Destructor or NodeKind.Conversion;
    }

    public static bool IsFunctionQualifier(NodeKind kind) => kind is NodeKind.ConstThis or NodeKind.VolatileThis or NodeKind.RestrictThis
        or NodeKind.LvalueThis or NodeKind.RvalueThis or NodeKind.ExplicitObject or NodeKind.TransactionSafe or NodeKind.Noexcept or NodeKind.Throw;

    private readonly byte Peek() => (uint)_position < (uint)_text.Length ? _text[_position] : (byte)0;

    private readonly byte PeekNext() => At(_position + 1);

    private readonly byte At(int position) => (uint)position < (uint)_text.Length ? _text[position] : (byte)0;

    private readonly bool Sees(char first, char second) => Peek() == first && PeekNext() == second;

    private bool Accept(char expected)
    {
        if (Peek() != expected)
            return false;
        _position++;
        return true;
    }

    private bool Accept(char first, char second)
    {
        if (!Sees(first, second))
            return false;
        _position += 2;
        return true;
    }

    private bool Enter()
    {
        if (_depth >= MaximumDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return false;
        _depth++;
        return true;
    }

    /// <summary>A decimal number, -1 when there is none or it is too large.</summary>
    private int PlainNumber()
    {
        if (!IsDigit(Peek()))
            return -1;
        int value = 0;
        for (; IsDigit(Peek()); _position++)
        {
            int digit = Peek() - '0';
            if (value > (int.MaxValue - digit) / 10)
                return -1;
            value = value * 10 + digit;
        }

        return value;
    }

    /// <summary><c>_</c> is 0, <c>0_</c> is 1…; -1 when malformed.</summary>
    private int CompactNumber()
    {
        if (Accept('_'))
            return 0;
        int value = PlainNumber();
        return value is < 0 or int.MaxValue || !Accept('_') ? -1 : value + 1;
    }

    private bool SkipSignedNumber()
    {
        Accept('n');
        return PlainNumber() >= 0;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private static bool IsLower(byte value) => value is >= (byte)'a' and <= (byte)'z';

    private static bool IsUpper(byte value) => value is >= (byte)'A' and <= (byte)'Z';

    private static bool IsSuffixLetter(byte value) => IsLower(value) || value == '_';
}
