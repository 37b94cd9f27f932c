namespace Sonde.Languages.Cpp;

/// <summary>A modifier that waits for the type it modifies to be written.</summary>
internal struct Modifier
{
    /// <summary>The next outer one, -1 for none.</summary>
    public int Next;

    public int Node;
    public int Templates;
    public bool Printed;
}

/// <summary>The lists of <see cref="NamePrinter"/>, reused for the next name.</summary>
internal sealed class PrinterState
{
    /// <summary>Template scopes are never given back within a name (see <see cref="SaveScope"/>); this bounds them.</summary>
    private const int MaximumScopes = 1 << 20;

    private Modifier[] _modifiers = new Modifier[64];
    private (int Next, int Declaration)[] _scopes = new (int, int)[64];
    private (int Node, int Templates)[] _saved = new (int, int)[16];
    private int[] _path = new int[64];
    private int _scopeCount;
    private int _savedCount;

    public int ModifierCount { get; set; }

    public void Clear()
    {
        ModifierCount = 0;
        _scopeCount = 0;
        _savedCount = 0;
    }

    public ref Modifier Modifier(int index) => ref _modifiers[index];

    public int AddModifier(int next, int node, int templates)
    {
        if (ModifierCount == _modifiers.Length)
            Array.Resize(ref _modifiers, _modifiers.Length * 2);
        _modifiers[ModifierCount] = new Modifier { Next = next, Node = node, Templates = templates };
        return ModifierCount++;
    }

    /// <summary>A template's arguments come into scope; -1 when there are too many.</summary>
    public int AddScope(int next, int declaration)
    {
        if (_scopeCount == _scopes.Length)
        {
            if (_scopeCount >= MaximumScopes)
                return -1;
            Array.Resize(ref _scopes, _scopes.Length * 2);
        }

        _scopes[_scopeCount] = (next, declaration);
        return _scopeCount++;
    }

    public (int Next, int Declaration) Scope(int index) => _scopes[index];

    /// <summary>The scopes in which a component was first written; -2 when it was not yet.</summary>
    public int SavedScope(int node)
    {
        for (int i = 0; i < _savedCount; i++)
        {
            if (_saved[i].Node == node)
                return _saved[i].Templates;
        }

        return -2;
    }

    public void SaveScope(int node, int templates)
    {
        if (_savedCount == _saved.Length)
            Array.Resize(ref _saved, _saved.Length * 2);
        _saved[_savedCount++] = (node, templates);
    }

    /// <summary>Notes the component being written at a depth.</summary>
    public void Push(int depth, int node)
    {
        if (depth == _path.Length)
            Array.Resize(ref _path, _path.Length * 2);
        _path[depth] = node;
    }

    public ReadOnlySpan<int> Path(int depth) => _path.AsSpan(0, depth);
}
