using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sonde.Plans;
using Sonde.Sites;

namespace Sonde;

/// <summary>
/// Plans of a probe by the values they show: of thousands of functions that a pattern means, many take the same in the same
/// places, and what is the same is planned, and written as a program, once. From any thread.
/// </summary>
internal sealed class PlanCache
{
    private readonly ConcurrentDictionary<Key, CapturePlan> _plans = new(new KeyComparer());

    /// <summary>The plan for these values, made when it is the first of its kind.</summary>
    public CapturePlan GetOrMake(ImmutableArray<Variable>? entry, ImmutableArray<Variable>? exit, bool alwaysFollow, Func<CapturePlan> make)
    {
        var key = new Key(entry, exit, alwaysFollow);
        return _plans.TryGetValue(key, out CapturePlan? plan) ? plan : _plans.GetOrAdd(key, make());
    }

    private readonly record struct Key(ImmutableArray<Variable>? Entry, ImmutableArray<Variable>? Exit, bool AlwaysFollow);

    private sealed class KeyComparer : IEqualityComparer<Key>
    {
        public bool Equals(Key x, Key y) => x.AlwaysFollow == y.AlwaysFollow && Equal(x.Entry, y.Entry) && Equal(x.Exit, y.Exit);

        public int GetHashCode(Key key)
        {
            HashCode hash = default;
            foreach (ImmutableArray<Variable>? values in (ReadOnlySpan<ImmutableArray<Variable>?>)[key.Entry, key.Exit])
            {
                hash.Add(values?.Length ?? -1);
                foreach (Variable value in values ?? [])
                {
                    hash.Add(value.Name);
                    hash.Add(value.Type);
                    hash.Add(value.Pieces.Length);
                }
            }

            return hash.ToHashCode();
        }

        private static bool Equal(ImmutableArray<Variable>? left, ImmutableArray<Variable>? right)
        {
            if (left is not { } a || right is not { } b)
                return left is null && right is null;
            if (a.Length != b.Length)
                return false;
            for (int i = 0; i < a.Length; i++)
            {
                if (a[i].Type != b[i].Type || a[i].Name != b[i].Name || !a[i].Pieces.SequenceEqual(b[i].Pieces))
                    return false;
            }

            return true;
        }
    }
}
