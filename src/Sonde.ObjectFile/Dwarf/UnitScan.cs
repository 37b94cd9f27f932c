using System.Collections.Concurrent;
using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>
/// Visits every unit of a file, in parallel. Units made for a scan are forgotten behind it: a scan of a gigabyte must not leave a gigabyte of indexes.
/// </summary>
internal static class UnitScan
{
    /// <summary>
    /// Calls <paramref name="visit"/> with each unit that has code or types and its index in <see cref="DebugInfo.Units"/>, on several threads at once,
    /// in no order. Units that cannot be read are returned, not thrown: one damaged unit must not hide the others.
    /// </summary>
    public static IReadOnlyList<(UnitHeader Unit, BinaryFormatException Error)> ForEach(DebugInfo info, Action<Unit, int> visit, CancellationToken cancellation = default)
    {
        var errors = new ConcurrentBag<(UnitHeader, BinaryFormatException)>();
        var headers = info.Units;
        // One unit at a time per worker: sizes differ by a factor of a thousand.
        var options = new ParallelOptions { CancellationToken = cancellation };
        Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, headers.Count), EnumerablePartitionerOptions.NoBuffering), options, i =>
        {
            var header = headers[i];
            try
            {
                visit(new Unit(info, header), i);
            }
            catch (BinaryFormatException e)
            {
                errors.Add((header, e));
            }
        });
        return errors.ToArray();
    }
}
