namespace Sonde.Languages.Cpp;

/// <summary>One component of a name: a row, addressed by its index. Index 0 is "none".</summary>
internal struct Node
{
    public NodeKind Kind;

    /// <summary>How often this component is being printed right now: a substitution can make a name contain itself.</summary>
    public byte Printing;

    public int Left;
    public int Right;
    public int Number;
}

/// <summary>The components and the substitution table of one name, reused for the next.</summary>
internal sealed class NodePool
{
    /// <summary>A component takes at least a byte of the mangled name or so; this bounds the memory of a hostile one.</summary>
    private const int MaximumNodes = 1 << 20;

    private Node[] _nodes = new Node[256];
    private int[] _substitutions = new int[32];
    private int _count = 1;
    private int _substitutionCount;

    public ref Node this[int index] => ref _nodes[index];

    public void Clear()
    {
        _count = 1;
        _substitutionCount = 0;
    }

    public int SubstitutionCount => _substitutionCount;

    /// <summary>A new component, 0 when there are too many.</summary>
    public int Add(NodeKind kind, int left = 0, int right = 0, int number = 0)
    {
        if (_count == _nodes.Length)
        {
            if (_count >= MaximumNodes)
                return 0;
            Array.Resize(ref _nodes, _nodes.Length * 2);
        }

        _nodes[_count] = new Node { Kind = kind, Left = left, Right = right, Number = number };
        return _count++;
    }

    public void AddSubstitution(int node)
    {
        if (_substitutionCount == _substitutions.Length)
            Array.Resize(ref _substitutions, _substitutions.Length * 2);
        _substitutions[_substitutionCount++] = node;
    }

    public int Substitution(int index) => (uint)index < (uint)_substitutionCount ? _substitutions[index] : 0;

    /// <summary>Forgets what was added after a point the parser goes back to.</summary>
    public void TruncateSubstitutions(int count) => _substitutionCount = count;
}
