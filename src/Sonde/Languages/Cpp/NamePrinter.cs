using System.Runtime.CompilerServices;

namespace Sonde.Languages.Cpp;

/// <summary>
/// Components -> text, spelled as GNU c++filt spells it (the form gdb, nm and perf show, so the form users paste).
/// A C++ type is written around its name: `int (*f)(char)` is a pointer to a function. So type modifiers are held back in a list while
/// the inner type is written, and functions and arrays, which know the right place, write what is still held.
/// Template parameters are looked up while writing: in a substitution they can mean another argument than where they were read.
/// </summary>
internal ref partial struct NamePrinter
{
    private const int MaximumDepth = 1024;

    /// <summary>Components written for one name. Real names take below 100,000; a hostile one could take 2^n.</summary>
    private const int MaximumSteps = 1 << 20;

    private readonly ReadOnlySpan<byte> _text;
    private readonly NodePool _nodes;
    private readonly PrinterState _state;
    private readonly DemangledText _output;
    private int _depth;
    private int _steps;
    private bool _failed;

    /// <summary>The last byte written, also when it was taken back: that is what the blank in `> >` depends on.</summary>
    private byte _last;

    /// <summary>Innermost of the held modifiers, -1 for none.</summary>
    private int _modifiers;

    /// <summary>Innermost template whose arguments are in scope, -1 for none.</summary>
    private int _templates;

    private int _currentTemplate;
    private int _packIndex;
    private int _lambdaDepth;

    /// <summary>The declared template parameters of the lambda being written, 0 for none.</summary>
    private int _lambdaHead;

    public NamePrinter(ReadOnlySpan<byte> text, NodePool nodes, PrinterState state, DemangledText output)
    {
        _text = text;
        _nodes = nodes;
        _state = state;
        _output = output;
        _modifiers = -1;
        _templates = -1;
        state.Clear();
    }

    /// <summary>False when the name refers to what it does not have, or is too large.</summary>
    public bool Print(int node)
    {
        Component(node);
        return !_failed && !_output.Overflowed;
    }

    private void Component(int node)
    {
        if (_failed)
            return;
        if (node == 0 || _nodes[node].Printing > 1 || _depth >= MaximumDepth || ++_steps > MaximumSteps || _output.Overflowed
            || ((_depth & 15) == 15 && !RuntimeHelpers.TryEnsureSufficientExecutionStack()))
        {
            _failed = true;
            return;
        }

        _nodes[node].Printing++;
        _state.Push(_depth++, node);
        Inner(node);
        _depth--;
        _nodes[node].Printing--;
    }

    private void Inner(int node)
    {
        ref var it = ref _nodes[node];
        switch (it.Kind)
        {
            case NodeKind.SourceName:
                Append(_text.Slice(it.Left, it.Right));
                break;
            case NodeKind.FixedName:
                Append(FixedNames.Text(it.Left));
                break;
            case NodeKind.AbiTag:
                Component(it.Left);
                Append("[abi:"u8);
                Component(it.Right);
                Append(']');
                break;
            case NodeKind.QualifiedName or NodeKind.LocalName:
                Component(it.Left);
                Append("::"u8);
                Component(it.Right);
                break;
            case NodeKind.DefaultArgument:
                DefaultArgument(it.Number);
                Component(it.Left);
                break;
            case NodeKind.Constructor:
                Component(it.Left);
                break;
            case NodeKind.Destructor:
                Append('~');
                Component(it.Left);
                break;
            case NodeKind.StructuredBinding:
                Append('[');
                Component(it.Left);
                Append(']');
                break;
            case NodeKind.ModuleEntity:
                Component(it.Left);
                Append('@');
                Component(it.Right);
                break;
            case NodeKind.ModuleName:
                ModuleName(it.Left, it.Right);
                break;
            case NodeKind.ModulePartition:
                Component(it.Left);
                break;
            case NodeKind.Friend:
                Component(it.Left);
                Append("[friend]"u8);
                break;
            case NodeKind.Constrained:
                Component(it.Left);
                Append(" requires "u8);
                Component(it.Right);
                break;
            case NodeKind.Clone:
                Component(it.Left);
                Append(" [clone "u8);
                Component(it.Right);
                Append(']');
                break;
            case NodeKind.TypedName:
                TypedName(it.Left, it.Right);
                break;
            case NodeKind.Template:
                Template(node, it.Left, it.Right);
                break;
            case NodeKind.TemplateParameter:
                TemplateParameter(node);
                break;
            case NodeKind.TemplateArguments or NodeKind.Arguments:
                List(it.Left, it.Right);
                break;
            case NodeKind.Operator:
                OperatorName(it.Left);
                break;
            case NodeKind.VendorOperator:
                Append("operator "u8);
                Component(it.Left);
                break;
            case NodeKind.LiteralOperator:
                Append("operator\"\" "u8);
                Component(it.Left);
                break;
            case NodeKind.Conversion:
                Append("operator "u8);
                ConversionType(it.Left);
                break;
            case NodeKind.Lambda:
                Lambda(it.Left, it.Right, it.Number);
                break;
            case NodeKind.UnnamedType:
                Append("{unnamed type#"u8);
                _output.AppendNumber(it.Number + 1L);
                Append('}');
                break;
            case NodeKind.TemplateHead or NodeKind.TypeParameterDeclaration or NodeKind.NonTypeParameterDeclaration
                or NodeKind.TemplateTemplateDeclaration or NodeKind.PackDeclaration or NodeKind.ConstrainedDeclaration:
                Declaration(it.Kind, it.Left);
                break;
            case >= NodeKind.VTable and <= NodeKind.GlobalDestructors:
                Special(it.Kind, it.Left, it.Right, it.Number);
                break;
            case >= NodeKind.Builtin and <= NodeKind.Throw:
                Type(node);
                break;
            default:
                Expression(node);
                break;
        }
    }

    private void ModuleName(int parent, int name)
    {
        bool isPartition = _nodes[name].Kind == NodeKind.ModulePartition;
        if (parent != 0)
            Component(parent);
        if (isPartition || parent != 0)
            Append(isPartition ? ':' : '.');
        Component(name);
    }

    private void DefaultArgument(int number)
    {
        Append("{default arg#"u8);
        _output.AppendNumber(number + 1L);
        Append("}::"u8);
    }

    /// <summary>Items with commas. A pack without elements writes nothing, and then no comma before it either.</summary>
    private void List(int item, int rest)
    {
        // A loop and not recursion over the rest: lists are long.
        if (item != 0)
            Component(item);
        while (rest != 0 && !_failed)
        {
            ref var link = ref _nodes[rest];
            int length = _output.Length;
            Append(", "u8);
            int begin = _output.Length;
            if (link.Left != 0)
                Component(link.Left);
            if (_output.Length == begin)
            {
                if (link.Right == 0)
                {
                    _output.Truncate(length);
                }
                else
                {
                    // What follows decides: GNU writes an empty item in the middle as two commas.
                    RestAfterEmpty(link.Right, length, begin);
                    return;
                }
            }

            rest = link.Right;
        }
    }

    /// <summary>Behind an item that wrote nothing: the items after it, or nothing at all when they are empty too.</summary>
    private void RestAfterEmpty(int rest, int length, int begin)
    {
        if (!Enter())
            return;
        List(0, rest);
        if (_output.Length == begin)
            _output.Truncate(length);
        _depth--;
    }

    private void OperatorName(int index)
    {
        var spelling = Operators.Spelling(index);
        Append("operator"u8);
        if (spelling[0] is >= (byte)'a' and <= (byte)'z')
            Append(' ');
        Append(spelling[^1] == ' ' ? spelling[..^1] : spelling);
    }

    private void Special(NodeKind kind, int subject, int other, int number)
    {
        Append(kind switch
        {
            NodeKind.VTable => "vtable for "u8,
            NodeKind.Vtt => "VTT for "u8,
            NodeKind.ConstructionVTable => "construction vtable for "u8,
            NodeKind.TypeInfo => "typeinfo for "u8,
            NodeKind.TypeInfoName => "typeinfo name for "u8,
            NodeKind.TypeInfoFunction => "typeinfo fn for "u8,
            NodeKind.Thunk => "non-virtual thunk to "u8,
            NodeKind.VirtualThunk => "virtual thunk to "u8,
            NodeKind.CovariantThunk => "covariant return thunk to "u8,
            NodeKind.Guard => "guard variable for "u8,
            NodeKind.TlsInit => "TLS init function for "u8,
            NodeKind.TlsWrapper => "TLS wrapper function for "u8,
            NodeKind.ReferenceTemporary => "reference temporary #"u8,
            NodeKind.HiddenAlias => "hidden alias for "u8,
            NodeKind.TransactionClone => "transaction clone for "u8,
            NodeKind.NonTransactionClone => "non-transaction clone for "u8,
            NodeKind.TemplateParameterObject => "template parameter object for "u8,
            NodeKind.ModuleInitializer => "initializer for module "u8,
            NodeKind.GlobalConstructors => "global constructors keyed to "u8,
            _ => "global destructors keyed to "u8,
        });
        if (kind == NodeKind.ReferenceTemporary)
        {
            _output.AppendNumber(number);
            Append(" for "u8);
        }

        Component(subject);
        if (kind == NodeKind.ConstructionVTable)
        {
            Append("-in-"u8);
            Component(other);
        }
    }

    private bool Enter()
    {
        if (_depth >= MaximumDepth || _failed)
        {
            _failed = true;
            return false;
        }

        _state.Push(_depth++, 0);
        return true;
    }

    private void Append(char ascii)
    {
        _last = (byte)ascii;
        _output.Append(_last);
    }

    private void Append(scoped ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return;
        _last = text[^1];
        _output.Append(text);
    }
}
