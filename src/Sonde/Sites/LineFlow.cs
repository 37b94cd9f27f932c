namespace Sonde.Sites;

/// <summary>
/// Which statements of a line only go on with what another block of the line began: the second half of a condition, the body
/// of a one-line loop. They get no site, so that an execution of the line counts once.
/// </summary>
internal static class LineFlow
{
    /// <summary>For each block: it holds a statement of the line, but control comes to it only from one that has a site.</summary>
    public static bool[] Continued(BasicBlocks blocks, LineCode code)
    {
        var carries = Carrying(blocks, code);
        var continued = new bool[blocks.Count];
        var pending = new Queue<int>();
        for (var block = 0; block < blocks.Count; block++)
        {
            var (first, end) = blocks[block];
            var start = code.FirstStatement(first, end);
            if (start < 0) continue;
            if (AllOfLine(code, first, start) && HasOnlyCarrying(blocks, block, carries)) continued[block] = true;
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
        return continued;
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
