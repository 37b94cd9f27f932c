using System.Collections.Concurrent;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde;

/// <summary>
/// For a probe of several places: what has no value at one of them is missing there, and an error only when it has none
/// anywhere. Thread-safe.
/// </summary>
internal sealed class BindingTolerance
{
    private readonly ConcurrentDictionary<string, bool> _bound = [];
    private readonly ConcurrentDictionary<string, ExpressionException> _failures = [];

    /// <summary>What was nowhere to be had; null when everything was somewhere.</summary>
    public ExpressionException? Failure => _failures.Where(f => !_bound.ContainsKey(f.Key)).Select(f => f.Value).FirstOrDefault();

    /// <summary>Binds a value, or what stands for one that is not there.</summary>
    /// <param name="name">What it is called in all places.</param>
    /// <param name="bind">Binds it here.</param>
    /// <param name="missing">Stands for it.</param>
    public T Try<T>(string name, Func<T> bind, Func<T> missing)
    {
        try
        {
            T bound = bind();
            _bound.TryAdd(name, true);
            return bound;
        }
        catch (ExpressionException e)
        {
            _failures.TryAdd(name, e);
            return missing();
        }
    }

    /// <summary>A value that is not there.</summary>
    public static Variable Missing(string name, TypeGraph types) =>
        new(name, types.Add("", 1, new ScalarShape(ScalarKind.Unsigned)), [new Piece(0, 1, new AbsentPlace(MissingReason.OptimizedOut))]);

    /// <summary>A condition that cannot be evaluated.</summary>
    public static Predicate Unknown
    {
        get
        {
            var zero = new ConstantOperand(0);
            return new ComparePredicate(Comparison.NotEqual, new CheckedOperand(zero, zero, zero), zero, false);
        }
    }
}
