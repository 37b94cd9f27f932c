using System.Collections;

namespace Sonde.Sites;

/// <summary>Which instructions of a function belong to one line, and which of them begin a statement of it.</summary>
internal sealed class LineCode
{
    private readonly BitArray _ofLine;
    private readonly BitArray _statement;

    private LineCode(BitArray ofLine, BitArray statement)
    {
        _ofLine = ofLine;
        _statement = statement;
    }

    /// <summary>Whether the instruction with this index belongs to the line.</summary>
    public bool IsOfLine(int index) => _ofLine[index];

    /// <summary>The first instruction in <c>[first, end)</c> that begins a statement of the line, or -1.</summary>
    public int FirstStatement(int first, int end)
    {
        for (var i = first; i < end; i++)
            if (_statement[i]) return i;
        return -1;
    }

    public static LineCode Map(DecodedFunction function, ReadOnlySpan<LineRow> rows, int file, uint line)
    {
        var count = function.Instructions.Length;
        var ofLine = new BitArray(count);
        var statement = new BitArray(count);
        var empty = new BitArray(count);
        bool anyStatement = false, anyRange = false, anyEmpty = false;
        for (var r = 0; r < rows.Length; r++)
        {
            var row = rows[r];
            if (row.EndSequence || row.File != file || row.Line != line) continue;
            var end = r + 1 < rows.Length ? rows[r + 1].Address : function.Code.End;
            var index = function.IndexOf(row.Address);
            if (end == row.Address)
            {
                // A statement whose code was folded away, at the address of the one that follows.
                if (index >= 0 && row.IsStatement) anyEmpty = empty[index] = true;
                continue;
            }
            if (end < row.Address) continue;
            for (var i = FirstFrom(function, row.Address); i < count && function.Instructions[i].IP < end; i++)
                anyRange = ofLine[i] = true;
            if (index >= 0 && row.IsStatement) anyStatement = statement[index] = true;
        }
        if (anyStatement) return new LineCode(ofLine, statement);
        if (anyEmpty) return new LineCode(empty, new BitArray(empty));
        return new LineCode(ofLine, anyRange ? RunStarts(ofLine) : statement);
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
