namespace Sonde.Languages.Cpp;

// <special-name>: Itanium C++ ABI, 5.1.4.
internal ref partial struct NameParser
{
    private int SpecialName()
    {
        byte first = Peek(), second = PeekNext();
        _position += 2;
        return first == 'T' ? OfType(second) : OfData(second);
    }

    private int OfType(byte code)
    {
        switch (code)
        {
            case (byte)'V':
                return Special(NodeKind.VTable, Type());
            case (byte)'T':
                return Special(NodeKind.Vtt, Type());
            case (byte)'I':
                return Special(NodeKind.TypeInfo, Type());
            case (byte)'S':
                return Special(NodeKind.TypeInfoName, Type());
            case (byte)'F':
                return Special(NodeKind.TypeInfoFunction, Type());
            case (byte)'h':
                return CallOffset('h') ? Special(NodeKind.Thunk, Encoding(topLevel: false)) : 0;
            case (byte)'v':
                return CallOffset('v') ? Special(NodeKind.VirtualThunk, Encoding(topLevel: false)) : 0;
            case (byte)'c':
                return CallOffset() && CallOffset() ? Special(NodeKind.CovariantThunk, Encoding(topLevel: false)) : 0;
            case (byte)'C':
                {
                    int derived = Type();
                    if (derived == 0 || PlainNumber() < 0 || !Accept('_'))
                        return 0;
                    int part = Type();
                    return part == 0 ? 0 : _nodes.Add(NodeKind.ConstructionVTable, part, derived);
                }

            case (byte)'H':
                return Special(NodeKind.TlsInit, Name());
            case (byte)'W':
                return Special(NodeKind.TlsWrapper, Name());
            case (byte)'A':
                return Special(NodeKind.TemplateParameterObject, TemplateArgument());
            default:
                return 0;
        }
    }

    private int OfData(byte code)
    {
        switch (code)
        {
            case (byte)'V':
                return Special(NodeKind.Guard, Name());
            case (byte)'R':
                {
                    int name = Name();
                    if (name == 0)
                        return 0;
                    int number = 0;
                    if (Peek() != 0 && Peek() != '.' && (number = ReferenceNumber()) < 0)
                        return 0;
                    return _nodes.Add(NodeKind.ReferenceTemporary, name, number: number);
                }

            case (byte)'A':
                return Special(NodeKind.HiddenAlias, Encoding(topLevel: false));
            case (byte)'I':
                return Special(NodeKind.ModuleInitializer, Module(0));
            case (byte)'T' when Accept('n'):
                return Special(NodeKind.NonTransactionClone, Encoding(topLevel: false));
            case (byte)'T' when Peek() != 0:
                _position++;
                return Special(NodeKind.TransactionClone, Encoding(topLevel: false));
            default:
                return 0;
        }
    }

    /// <summary>Decimal in g++'s names, or a sequence number: <c>_</c> is 0, <c>0_</c> is 1; -1 when malformed.</summary>
    private int ReferenceNumber()
    {
        int start = _position;
        int number = PlainNumber();
        if (number >= 0 && Peek() is 0 or (byte)'.')
            return number;
        _position = start;
        return SequenceNumber();
    }

    private readonly int Special(NodeKind kind, int subject) => subject == 0 ? 0 : _nodes.Add(kind, subject);

    private bool CallOffset()
    {
        byte code = Peek();
        _position++;
        return code switch { (byte)'h' => CallOffset('h'), (byte)'v' => CallOffset('v'), _ => false };
    }

    private bool CallOffset(char kind) => SkipSignedNumber() && Accept('_') && (kind == 'h' || (SkipSignedNumber() && Accept('_')));
}
