using System.Numerics;

namespace Sonde.Specs.Names;

/// <summary>"Did you mean": the nearest of many names. The last component counts most, letter case does not.</summary>
internal static class Suggestions
{
    private const int MaxComponent = 128;
    private const int PrefixDistance = 3;

    /// <summary>The best candidates, nearest first. Fast on hundreds of thousands: nearly all are refused by length and letters alone.</summary>
    /// <param name="name">What was asked for.</param>
    /// <param name="candidates">What there is.</param>
    /// <param name="max">How many to return at most.</param>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> candidates, int max)
    {
        var (rest, last) = Split(name);
        if (last.IsEmpty || last.Length > MaxComponent || max <= 0)
            return [];
        int bound = last.Length switch { 1 => 0, <= 3 => 1, <= 6 => 2, _ => 3 };
        ulong letters = Letters(last);
        var best = new List<(int Score, string Name)>(max + 1);
        foreach (string candidate in candidates)
        {
            var (itsRest, its) = Split(candidate);
            int distance = int.MaxValue;
            if (Math.Abs(its.Length - last.Length) <= bound)
            {
                ulong itsLetters = Letters(its);
                if (BitOperations.PopCount(letters & ~itsLetters) <= bound && BitOperations.PopCount(itsLetters & ~letters) <= bound)
                    distance = Distance(last, its, bound);
            }

            if (distance > bound)
            {
                if (last.Length < 3 || its.Length <= last.Length || !its.StartsWith(last, StringComparison.OrdinalIgnoreCase))
                    continue;
                distance = PrefixDistance;
            }

            // Of equally near ones that which goes on where the name stops: `wher` is `where` rather than `when`.
            int score = distance * 8 - (its.StartsWith(last, StringComparison.OrdinalIgnoreCase) ? 1 : 0);
            if (best.Count == max && score > best[^1].Score)
                continue;
            if (!rest.SequenceEqual(itsRest))
                score += 1 + Math.Min(Distance(Tail(rest), Tail(itsRest), 5), 6);
            Insert(best, (score, candidate), max);
        }

        return [.. best.Select(row => row.Name)];
    }

    /// <summary>
    /// Edit distance where two swapped neighbours count once (optimal string alignment), without letter case; <paramref name="bound"/> + 1
    /// when it is more than the bound.
    /// </summary>
    public static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int bound)
    {
        if (Math.Abs(a.Length - b.Length) > bound || b.Length > MaxComponent)
            return bound + 1;
        Span<int> before = stackalloc int[b.Length + 1];
        Span<int> previous = stackalloc int[b.Length + 1];
        Span<int> current = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            int least = i;
            for (int j = 1; j <= b.Length; j++)
            {
                char x = char.ToLowerInvariant(a[i - 1]);
                char y = char.ToLowerInvariant(b[j - 1]);
                int cost = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (x == y ? 0 : 1));
                if (i > 1 && j > 1 && x == char.ToLowerInvariant(b[j - 2]) && y == char.ToLowerInvariant(a[i - 2]))
                    cost = Math.Min(cost, before[j - 2] + 1);
                current[j] = cost;
                least = Math.Min(least, cost);
            }

            if (least > bound)
                return bound + 1;
            var reused = before;
            before = previous;
            previous = current;
            current = reused;
        }

        return Math.Min(previous[b.Length], bound + 1);
    }

    /// <summary>A name in its last component, without parameters and template arguments, and what stands before it. Looks from the end only.</summary>
    public static (string Before, string Last) Components(string name)
    {
        var (rest, last) = Split(name);
        return (rest.ToString(), last.ToString());
    }

    private static Parts Split(ReadOnlySpan<char> name)
    {
        int end = name.Length;
        if (name.EndsWith(" const"))
            end -= " const".Length;
        end = SkipBack(name, end, '(', ')');
        end = SkipBack(name, end, '<', '>');
        end = SkipBack(name, end, '[', ']');
        if (end == 0)
            return new Parts(default, name);
        int start = end;
        while (start > 0 && !IsSeparator(name[start - 1]))
            start--;
        // A name that ends in a separator has no last component worth comparing.
        return start == end ? new Parts(default, name) : new Parts(name[..start], name[start..end]);
    }

    private static bool IsSeparator(char c) => c is '.' or ':' or '/' or ' ' or '!';

    private static int SkipBack(ReadOnlySpan<char> name, int end, char open, char close)
    {
        if (end == 0 || name[end - 1] != close)
            return end;
        int depth = 0;
        for (int i = end - 1; i > 0; i--)
        {
            if (name[i] == close)
                depth++;
            else if (name[i] == open && --depth == 0)
                return i;
        }

        return end;
    }

    private static ReadOnlySpan<char> Tail(ReadOnlySpan<char> text) => text.Length <= MaxComponent ? text : text[^MaxComponent..];

    private static ulong Letters(ReadOnlySpan<char> text)
    {
        ulong set = 0;
        foreach (char c in text)
            set |= 1UL << (c | 0x20);
        return set;
    }

    private static void Insert(List<(int Score, string Name)> best, (int Score, string Name) row, int max)
    {
        int at = best.Count;
        while (at > 0 && (best[at - 1].Score, best[at - 1].Name).CompareTo((row.Score, row.Name)) > 0)
            at--;
        if (at > 0 && best[at - 1].Name == row.Name)
            return;
        best.Insert(at, row);
        if (best.Count > max)
            best.RemoveAt(max);
    }

    private readonly ref struct Parts(ReadOnlySpan<char> rest, ReadOnlySpan<char> last)
    {
        private readonly ReadOnlySpan<char> _rest = rest;
        private readonly ReadOnlySpan<char> _last = last;

        public void Deconstruct(out ReadOnlySpan<char> rest, out ReadOnlySpan<char> last)
        {
            rest = _rest;
            last = _last;
        }
    }
}
