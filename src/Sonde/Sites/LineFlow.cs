namespace Sonde.Sites;

/// <summary>
/// Which statements of a line only go on with what another block of the line began: the second half of a condition, the body
/// of a one-line loop. They get no site, so that an execution of the line counts once.
/// </summary>
internal static class LineFlow
{
    // The work grows with the square of it.
    private const int MaxParts = 64;
    private const int MaxPromotions = 8;

    /// <summary>For each block: it holds a statement of the line, but control comes to it only from one that has a site.</summary>
    /// <param name="blocks">The function's blocks.</param>
    /// <param name="code">What is the line's.</param>
    /// <param name="wholeRegion">What comes between parts of the line does not end it, as long as control came from one.</param>
    public static bool[] Continued(BasicBlocks blocks, LineCode code, bool wholeRegion = false)
    {
        var carries = Carrying(blocks, code);
        for (var i = 0; i < MaxPromotions && Promote(blocks, code, carries); i++) carries = Carrying(blocks, code);
        var continued = new bool[blocks.Count];
        var pending = new Queue<int>();
        for (var block = 0; block < blocks.Count; block++)
        {
            var (first, end) = blocks[block];
            var start = code.FirstStatement(first, end);
            if (start < 0) continue;
            if ((wholeRegion || AllOfLine(code, first, start)) && HasOnlyCarrying(blocks, block, carries)) continued[block] = true;
            else pending.Enqueue(block);
        }
        // What no block with a site leads to (a loop that only a jump table enters) keeps its own.
        var reached = new bool[blocks.Count];
        while (pending.TryDequeue(out var from))
        {
            foreach (var to in blocks.Successors(from))
            {
                if (reached[to] || !carries[from]) continue;
                reached[to] = true;
                pending.Enqueue(to);
            }
        }
        for (var block = 0; block < blocks.Count; block++) continued[block] &= reached[block];
        MarkLaterParts(blocks, code, continued);
        return continued;
    }

    // A statement over several lines, or one that others were moved into, has parts: control comes to the later ones only by
    // the first, and not twice. A loop's condition is no such part: control comes to it again and again.
    private static void MarkLaterParts(BasicBlocks blocks, LineCode code, bool[] continued)
    {
        var starts = new List<int>();
        for (var block = 0; block < blocks.Count; block++)
            if (!continued[block] && code.FirstStatement(blocks[block].First, blocks[block].End) >= 0) starts.Add(block);
        if (starts.Count is < 2 or > MaxParts) return;
        foreach (var part in starts)
        {
            foreach (var first in starts)
            {
                if (first == part || continued[first] || !IsOnlyBehind(blocks, part, first)) continue;
                continued[part] = true;
                break;
            }
        }
    }

    private static bool IsOnlyBehind(BasicBlocks blocks, int part, int first)
    {
        var seen = new bool[blocks.Count];
        var pending = new Stack<int>();
        foreach (var root in blocks.Roots) Visit(root);
        if (Reaches()) return false;
        Array.Clear(seen);
        foreach (var next in blocks.Successors(part)) Visit(next);
        if (blocks.LeavesUnknown(part)) foreach (var root in blocks.Roots) Visit(root);
        return !Reaches();

        bool Reaches()
        {
            while (pending.TryPop(out var block))
            {
                foreach (var next in blocks.Successors(block)) Visit(next);
                if (blocks.LeavesUnknown(block)) foreach (var root in blocks.Roots) Visit(root);
            }
            return seen[part];
        }

        void Visit(int block)
        {
            if (block == first || seen[block]) return;
            seen[block] = true;
            pending.Push(block);
        }
    }

    // Where two ways meet within the line and only one of them began with a statement, the other begins it as well: else the
    // meeting point would have to count, and count twice for the first.
    private static bool Promote(BasicBlocks blocks, LineCode code, bool[] carries)
    {
        var promoted = false;
        for (var block = 0; block < blocks.Count; block++)
        {
            var (first, end) = blocks[block];
            var start = code.FirstStatement(first, end);
            if (start < 0 || !AllOfLine(code, first, start) || !blocks.Predecessors(block).Any(p => carries[p])) continue;
            List<int> silent = [.. blocks.Predecessors(block).Where(p => !carries[p])];
            if (!silent.TrueForAll(p => IsSilentPart(blocks, code, p, block))) continue;
            foreach (var p in silent) code.Claim(blocks[p].First, blocks[p].End);
            promoted |= silent.Count > 0;
        }
        return promoted;
    }

    private static bool IsSilentPart(BasicBlocks blocks, LineCode code, int part, int block)
    {
        var (first, end) = blocks[part];
        if (blocks.Successors(part).Any(s => s != block) || code.FirstStatement(first, end) >= 0) return false;
        for (var i = first; i < end; i++)
            if (!code.IsDuring(i) && !code.IsOfNone(i)) return false;
        return true;
    }

    // Blocks at whose end the line is being executed and a statement of it has begun: in the block itself or, where all of
    // the block is of the line, in every block before it.
    private static bool[] Carrying(BasicBlocks blocks, LineCode code)
    {
        var carries = new bool[blocks.Count];
        var begins = new bool[blocks.Count];
        for (var block = 0; block < blocks.Count; block++)
        {
            var (first, end) = blocks[block];
            begins[block] = code.FirstStatement(first, end) >= 0;
            carries[block] = code.IsDuring(end - 1) && (begins[block] || AllOfLine(code, first, end));
        }
        var pending = new Queue<int>();
        for (var block = 0; block < blocks.Count; block++)
            if (!begins[block]) pending.Enqueue(block);
        while (pending.TryDequeue(out var block))
        {
            if (!carries[block] || HasOnlyCarrying(blocks, block, carries)) continue;
            carries[block] = false;
            foreach (var next in blocks.Successors(block))
                if (!begins[next]) pending.Enqueue(next);
        }
        return carries;
    }

    private static bool HasOnlyCarrying(BasicBlocks blocks, int block, bool[] carries)
    {
        if (block == 0 || blocks.Predecessors(block).Count == 0) return false;
        foreach (var predecessor in blocks.Predecessors(block))
            if (!carries[predecessor]) return false;
        return true;
    }

    private static bool AllOfLine(LineCode code, int first, int end)
    {
        for (var i = first; i < end; i++)
            if (!code.IsDuring(i)) return false;
        return true;
    }
}
