using System.Collections;

namespace Sonde.Sites;

/// <summary>Which instructions of a function belong to one line, and which of them begin a statement of it.</summary>
internal sealed class LineCode
{
    // Rows in order mark each instruction once; rows of a hostile table may all cover all of the function.
    private const int MaxMarks = 1 << 24;

    private readonly BitArray _ofLine;
    private readonly BitArray _statement;

    private readonly BitArray _during;

    private readonly BitArray _ofNone;

    private LineCode(BitArray ofLine, BitArray statement, BitArray during, BitArray ofNone)
    {
        _ofNone = ofNone;
        _ofLine = ofLine;
        _statement = statement;
        _during = during;
    }

    /// <summary>Whether the instruction with this index belongs to the line.</summary>
    public bool IsOfLine(int index) => _ofLine[index];

    /// <summary>
    /// Whether the line is being executed there: its own code, and code of other lines right behind it in which none of
    /// their statements begins (instructions the compiler moved).
    /// </summary>
    public bool IsDuring(int index) => _ofLine[index] || _during[index];

    /// <summary>Whether no line made the instruction (line 0).</summary>
    public bool IsOfNone(int index) => _ofNone[index];

    /// <summary>The first instruction in <c>[first, end)</c> that begins a statement of the line, or -1.</summary>
    public int FirstStatement(int first, int end)
    {
        for (var i = first; i < end; i++)
            if (_statement[i]) return i;
        return -1;
    }

    /// <summary>Takes the instructions in <c>[first, end)</c> for a statement of the line.</summary>
    public void Claim(int first, int end)
    {
        _statement[first] = true;
        for (var i = first; i < end; i++) _ofLine[i] = true;
    }

    public static LineCode Map(DecodedFunction function, ReadOnlySpan<LineRow> rows, int file, uint line)
    {
        var count = function.Instructions.Length;
        var ofLine = new BitArray(count);
        var statement = new BitArray(count);
        var moved = new BitArray(count);
        var ofNone = new BitArray(count);
        bool anyStatement = false, anyRange = false;
        var budget = MaxMarks;
        for (var r = 0; r < rows.Length; r++)
        {
            var row = rows[r];
            if (row.EndSequence) continue;
            var end = r + 1 < rows.Length ? rows[r + 1].Address : function.Code.End;
            if (row.File != file || row.Line != line)
            {
                if (row.IsStatement || end <= row.Address) continue;
                for (var i = FirstFrom(function, row.Address); i < count && function.Instructions[i].IP < end && budget-- > 0; i++)
                {
                    moved[i] = true;
                    ofNone[i] = row.Line == 0;
                }
                continue;
            }
            var index = function.IndexOf(row.Address);
            if (end == row.Address)
            {
                // A statement whose own code was moved or folded away begins where the next one does (DWARF 5, 6.2.2, "view"
                // in gcc's extension): it is executed there all the same.
                if (index >= 0 && row.IsStatement) anyStatement = statement[index] = true;
                continue;
            }
            if (end < row.Address) continue;
            for (var i = FirstFrom(function, row.Address); i < count && function.Instructions[i].IP < end && budget-- > 0; i++)
                anyRange = ofLine[i] = true;
            if (index >= 0 && row.IsStatement) anyStatement = statement[index] = true;
        }
        for (var i = 0; i < count; i++)
            moved[i] &= i > 0 && (ofLine[i - 1] || moved[i - 1]) && function.FallsInto(i) && !function.IsBranchTarget(function.Instructions[i].IP);
        if (anyStatement) return new LineCode(ofLine, statement, moved, ofNone);
        return new LineCode(ofLine, anyRange ? RunStarts(ofLine) : statement, moved, ofNone);
    }

    /// <summary>
    /// Takes a Go function's stack check and its call of morestack out of the line: they run again after each growth. A
    /// statement that began in the check begins behind it. True when the line has no other code than that.
    /// </summary>
    public bool LeaveOut(DecodedFunction function, StackCheck check)
    {
        var began = false;
        for (var i = 0; i < check.Body; i++)
        {
            began |= _statement[i];
            _ofLine[i] = _statement[i] = false;
        }
        for (var i = check.GrowBlock; i < check.GrowEnd; i++) _ofLine[i] = _statement[i] = false;
        if (!began) return false;
        if (_ofLine[check.Body])
        {
            _statement[check.Body] = true;
            return false;
        }
        return FirstStatement(0, _statement.Length) < 0;
    }

    // Code without one recommended address: where each piece of it begins.
    private static BitArray RunStarts(BitArray ofLine)
    {
        var starts = new BitArray(ofLine.Length);
        for (var i = 0; i < ofLine.Length; i++) starts[i] = ofLine[i] && (i == 0 || !ofLine[i - 1]);
        return starts;
    }

    private static int FirstFrom(DecodedFunction function, ulong address)
    {
        int low = 0, high = function.Instructions.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (function.Instructions[middle].IP < address) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
