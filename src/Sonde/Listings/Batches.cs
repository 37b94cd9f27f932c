namespace Sonde.Listings;

/// <summary>Makes lists in parallel and hands them out in order. Memory goes with the batch, not with the whole.</summary>
internal static class Batches
{
    /// <summary>While one batch is used, the next is made.</summary>
    /// <param name="count">How many lists there are.</param>
    /// <param name="rowsOf">About how many rows the list of a number will have.</param>
    /// <param name="rowsOfBatch">How many rows make a batch.</param>
    /// <param name="make">Makes one list; called by several threads.</param>
    public static IEnumerable<T> InOrder<T>(int count, Func<int, int> rowsOf, int rowsOfBatch, Func<int, List<T>> make)
    {
        int end = 0;
        Task<List<T>[]>? next = Batch();
        while (next is not null)
        {
            List<T>[] lists = next.GetAwaiter().GetResult();
            next = Batch();
            foreach (List<T> list in lists)
            {
                foreach (T row in list)
                    yield return row;
            }
        }

        Task<List<T>[]>? Batch()
        {
            int start = end;
            for (int rows = 0; end < count && rows < rowsOfBatch; end++)
                rows += rowsOf(end);
            if (start == end)
                return null;
            var lists = new List<T>[end - start];
            return Task.Run(() =>
            {
                Parallel.For(0, lists.Length, i => lists[i] = make(start + i));
                return lists;
            });
        }
    }
}
