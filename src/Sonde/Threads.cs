using System.Runtime.ExceptionServices;

namespace Sonde;

/// <summary>Work on many things of one kind on all processors.</summary>
internal static class Threads
{
    /// <summary>Below this threads cost more than they bring: one probe on one function starts none.</summary>
    private const int Few = 64;

    // Where an item takes long in the kernel, as a program does that the verifier works on, the pool would add thread after thread.
    private static readonly ParallelOptions s_processors = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    /// <summary>Applies a function that may be called from any thread; results in the order of the items. The first exception is thrown on.</summary>
    public static TResult[] Map<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> function)
    {
        var results = new TResult[items.Count];
        if (items.Count < Few)
        {
            for (int i = 0; i < results.Length; i++)
                results[i] = function(items[i]);
            return results;
        }

        try
        {
            Parallel.For(0, results.Length, s_processors, i => results[i] = function(items[i]));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }

        return results;
    }
}
