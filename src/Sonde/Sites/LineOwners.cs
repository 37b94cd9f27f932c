using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;
using Row = Sonde.ObjectFile.Dwarf.LineRow;

namespace Sonde.Sites;

/// <summary>
/// Whose line the code of a function is: its own, or that of one of the copies inlined into it. What was inlined by a call on
/// a line is executed as a part of that line.
/// </summary>
internal sealed class LineOwners
{
    /// <summary>The function itself, among the indexes of <see cref="Scopes"/>.</summary>
    public const int Itself = -1;

    private readonly Die _function;
    private readonly LineProgram _lines;
    private readonly bool[] _isFile;
    private readonly SourceLine _line;
    private readonly Dictionary<int, bool> _mayHold = [];

    /// <summary>Prepares to tell of one line.</summary>
    public LineOwners(Die function, InlineScopes scopes, LineProgram lines, SourceLine line)
    {
        _function = function;
        Scopes = scopes;
        _lines = lines;
        _line = line;
        _isFile = [.. lines.Files.Select(f => SourcePath.Normal(f.Path) == line.Path)];
    }

    /// <summary>The copies within the function.</summary>
    public InlineScopes Scopes { get; }

    /// <summary>The copies (or the function itself) that have code of the line in a range, in the order of their addresses.</summary>
    public List<int> Of(AddressRange range)
    {
        var owners = new List<int>();
        ReadOnlySpan<Row> rows = _lines.Table.In(range);
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].EndSequence)
                continue;
            foreach (int owner in OwnersOf(rows, i))
            {
                if (!owners.Contains(owner))
                    owners.Add(owner);
            }
        }

        // Code that the optimiser moved out of a copy's range is of the copy all the same: of functions that have the line
        // behind their declaration the nearest has it.
        int nearest = owners.Count > 1 ? owners.Max(DeclaredBefore) : 0;
        owners.RemoveAll(o => DeclaredAt(o) > _line.Number ? nearest > 0 : DeclaredBefore(o) < nearest && nearest < _line.Number);
        return owners;
    }

    // 0 when it is not known, or cannot be the line's function.
    private int DeclaredBefore(int owner) => DeclaredAt(owner) is var line && line <= _line.Number ? line : 0;

    private int DeclaredAt(int owner)
    {
        (string? file, int line) = FunctionMaker.Declared(owner == Itself ? _function : Scopes[owner].Entry);
        return file is null || SourcePath.Normal(file) == _line.Path ? line : 0;
    }

    /// <summary>The rows of a range with file 1 and the line where they belong to the line of <paramref name="owner"/>, and file 0 elsewhere.</summary>
    public LineRow[] RowsFor(int owner, AddressRange range)
    {
        ReadOnlySpan<Row> rows = _lines.Table.In(range);
        var marked = new LineRow[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly Row row = ref rows[i];
            bool owned = !row.EndSequence && OwnersOf(rows, i).Contains(owner);
            marked[i] = new LineRow(row.Address.Value, owned ? 1 : 0, owned ? (uint)_line.Number : (uint)Math.Max(row.Line, 0), row.IsStatement, row.EndSequence);
        }

        return marked;
    }

    private List<int> OwnersOf(ReadOnlySpan<Row> rows, int index)
    {
        var owners = new List<int>();
        ref readonly Row row = ref rows[index];
        int innermost = Scopes.At(row.Address);
        if (row.Line == _line.Number && row.File >= 0 && _isFile[row.File])
        {
            // A row without code of its own at the start of a copy is of the caller, whose line goes on there.
            bool empty = index + 1 < rows.Length && rows[index + 1].Address == row.Address;
            int own = innermost;
            while (own >= 0 && (!MayHold(own) || (empty && IsCalledOnLine(own))))
                own = Scopes[own].Parent;
            owners.Add(own);
        }

        // Line 0 is what no line made, and may have been moved here from anywhere.
        for (int scope = row.Line > 0 ? innermost : Itself; scope >= 0; scope = Scopes[scope].Parent)
        {
            if (IsCalledOnLine(scope) && !owners.Contains(Scopes[scope].Parent))
                owners.Add(Scopes[scope].Parent);
        }

        return owners;
    }

    private bool IsCalledOnLine(int scope) =>
        Scopes[scope].CallLine == _line.Number && Scopes[scope].CallFile is { } file && SourcePath.Normal(file) == _line.Path;

    /// <summary>Whether the line can be one of the inlined function's: not above it, nor in another file.</summary>
    private bool MayHold(int scope)
    {
        if (_mayHold.TryGetValue(scope, out bool known))
            return known;
        (string? file, int line) = FunctionMaker.Declared(Scopes[scope].Entry);
        bool may = (line == 0 || line <= _line.Number) && (file is null || SourcePath.Normal(file) == _line.Path);
        _mayHold.Add(scope, may);
        return may;
    }
}
